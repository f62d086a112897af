package sites

import (
	"regexp"
	"strings"

	"github.com/keylint/keylint/keys"
)

// Hosts are the hosts of the Supabase URLs beside the key: those with the same public
// prefix, or else all of them.
func (s *Site) Hosts() []string {
	var same, all []string
	for _, u := range s.Carrier.URLs {
		all = append(all, u.Host)
		if u.Prefix == s.Name.PublicPrefix {
			same = append(same, u.Host)
		}
	}
	if len(same) > 0 {
		return same
	}
	return all
}

// HostedURL matches the address of a hosted project.
var HostedURL = regexp.MustCompile(`^([a-z0-9]{16,24})\.supabase\.(co|in|net|red)$`)

// HostedRef is the reference of the hosted project that the site belongs to; empty where it
// belongs to none.
func (s *Site) HostedRef() string {
	hosts := s.Hosts()
	for _, h := range hosts {
		if m := HostedURL.FindStringSubmatch(h); m != nil {
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

// IsLocal says whether the hosts are a developer's own machine.
func IsLocal(hosts []string) bool {
	for _, h := range hosts {
		if h == "localhost" || strings.HasPrefix(h, "127.") || h == "0.0.0.0" || h == "::1" || h == "host.docker.internal" || h == "10.0.2.2" {
			return true
		}
	}
	return false
}
