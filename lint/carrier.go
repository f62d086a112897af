package lint

import (
	"net/url"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sources"
)

// carrierKind says what bears keys, and with that what must be done for a change to count.
type carrierKind int

const (
	inContainer carrierKind = iota // the environment of a container: it is rolled out
	inEnvFile                      // a .env file of an app: read when it is built, or started
	inImage                        // a Dockerfile: the image is built anew
	inBuild                        // the build arguments of an image: likewise
	inObject                       // a Secret or ConfigMap: what reads it is rolled out
	inStack                        // the .env file of a compose stack
	inGateway                      // a gateway's configuration: it is rolled out
)

// carrier is what bears keys, with all that stands beside them, which tells which instance
// they are meant for.
type carrier struct {
	kind    carrierKind
	name    string // "apps/web/.env.production", "Deployment web/web"
	file    string
	app     string       // the app's directory; empty for what belongs to no app
	part    string       // of a pod, the container's name; else empty
	unit    *render.Unit // that deploys it; nil for what no unit deploys
	ns      string       // the namespace
	backend string       // which of Supabase's own services it is; empty for an app

	bindings []*binding // in order
	urls     []urlBinding

	// development says that the values serve development, test or staging: only what
	// stands beside them tells the instance then.
	development bool
	stack       bool // it holds the keys of the stack under the stack's own names
	ignored     bool // git ignores it
}

// urlBinding is a Supabase URL beside a key.
type urlBinding struct {
	prefix string // the public prefix of its variable
	scheme string
	host   string // in small letters, without the port
	at     func() sources.Position
}

// urlsOf reads the Supabase URLs among bindings.
func urlsOf(names keys.Names, bindings []*binding) []urlBinding {
	var urls []urlBinding
	for _, b := range bindings {
		name := names.Of(b.name)
		if !name.URL || !b.value.IsKnown() {
			continue
		}
		u, err := url.Parse(strings.Trim(strings.TrimSpace(b.value.Text().Reveal()), `"'`))
		if err != nil || u.Hostname() == "" {
			continue
		}
		urls = append(urls, urlBinding{prefix: name.PublicPrefix, scheme: u.Scheme, host: strings.ToLower(u.Hostname()), at: b.at})
	}
	return urls
}

// builtIn says whether a build takes the key into what it makes: by the variable's prefix, or
// as a build argument or a variable of the image.
func (c *carrier) builtIn(name keys.Name) bool {
	return c.kind == inImage || c.kind == inBuild || c.kind == inEnvFile && name.PublicPrefix != ""
}
