package inventory

import (
	"net/url"

	"github.com/keylint/keylint/sources"
)

// Artifact is where in what was built a key stands.
type Artifact struct {
	Name   string // of what was built: "web.tar"
	Served bool   // a browser gets the file as it is, or whoever installs the app
	Kept   string // where it is kept though nothing presents it: "the image's history"; empty for what is there in the end
}

// BuiltURL is the URL that stands near a key in what was built; false where it is none.
func BuiltURL(text string, at sources.Position) (URL, bool) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		return URL{}, false
	}
	return URL{Base: baseOf(u), Host: HostOfURL(u), At: func() sources.Position { return at }}, true
}
