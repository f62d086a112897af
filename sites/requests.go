package sites

import (
	"net/url"
	"strings"

	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// Request is a command that asks a gateway for something, with a key in a place where no gateway looks for one.
type Request struct {
	sources.Request
	By *inventory.Container // that gives the command; nil where a script, or a job, does
}

// addRequests adds those of the containers' commands.
func (c *Collection) addRequests() {
	for _, k := range c.Containers {
		if k.Inside == nil || k.Carrier.Backend != "" || !strings.Contains(strings.Join(k.Command, " "), "/v1") {
			continue
		}
		for _, r := range sources.RequestsOf(c.Names, k.Command) {
			r.At = k.Inside(r.At.Line, 1, 0)
			c.Requests = append(c.Requests, Request{r, k})
		}
	}
}

// IsGuarded says whether something is known to refuse the request: a hosted project's gateway does, and one of the repository whose configuration
// asks for a key where it leads. Where none is here usual says whether it is refused all the same, as Supabase's own gateways do; what runs on
// the machine itself may be the CLI's, which asks for nothing.
func (c *Collection) IsGuarded(r Request) (guarded, usual bool) {
	u := url.URL{Scheme: "http", Host: r.Host}
	if HostedURL.MatchString(u.Hostname()) {
		return true, true
	}
	for _, s := range c.Sites {
		if len(s.Asks) > 0 && !s.Scheme { // a proxy adds the key
			return false, false
		}
	}
	for _, g := range c.Gateways {
		switch {
		case g.Dead || g.Idle() != "":
		case g.Product == "Envoy":
			guarded = true
		case g.Config == nil || !g.Config.Asks(r.Path):
			return false, false
		default:
			guarded = true
		}
	}
	return guarded, !IsLocal([]string{inventory.HostOfURL(&u)})
}
