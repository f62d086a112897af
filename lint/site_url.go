package lint

import (
	"regexp"
	"strings"

	"github.com/keylint/keylint/keys"
)

// hosts are the hosts of the Supabase URLs beside the key: those with the same public
// prefix, or else all of them.
func (s *Site) hosts() []string {
	var same, all []string
	for _, u := range s.carrier.urls {
		all = append(all, u.host)
		if u.prefix == s.name.PublicPrefix {
			same = append(same, u.host)
		}
	}
	if len(same) > 0 {
		return same
	}
	return all
}

// hostedURL matches the address of a hosted project.
var hostedURL = regexp.MustCompile(`^([a-z0-9]{16,24})\.supabase\.(co|in|net|red)$`)

// hostedRef is the reference of the hosted project that the site belongs to; empty where it
// belongs to none.
func (s *Site) hostedRef() string {
	hosts := s.hosts()
	for _, h := range hosts {
		if m := hostedURL.FindStringSubmatch(h); m != nil {
			return m[1]
		}
	}
	if len(hosts) == 0 && s.Value.IsKnown() {
		if token, ok := keys.ParseJWT(s.Value.Text()); ok {
			return token.Ref
		}
	}
	return ""
}

// isLocal says whether the hosts are a developer's own machine.
func isLocal(hosts []string) bool {
	for _, h := range hosts {
		if h == "localhost" || strings.HasPrefix(h, "127.") || h == "0.0.0.0" || h == "::1" || h == "host.docker.internal" || h == "10.0.2.2" {
			return true
		}
	}
	return false
}
