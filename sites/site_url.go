package sites

import (
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
)

// Hosts are the hosts of the Supabase URLs beside the key, each once: those whose names are
// qualified as the key's is (SUPABASE_STAGE_URL beside SUPABASE_STAGE_ANON_KEY) and have its
// public prefix, or else that are qualified so, or else that have the prefix, or else all. A
// key that is meant for another environment goes with none but its own. A key set goes with the host that serves it.
func (s *Site) Hosts() []string {
	if s.Served != "" {
		return []string{s.Served}
	}
	var best []string
	rank := 0
	for _, u := range s.Carrier.URLs {
		alike := 1
		if u.Prefix == s.Name.PublicPrefix {
			alike++
		}
		switch {
		case u.Stem != s.Name.Stem && u.Stem != "":
			continue
		case u.Stem != "":
			alike += 4
		case u.Of == s.Name.Of:
			alike += 2
		case s.Name.Elsewhere():
			continue
		}
		if alike > rank {
			best, rank = nil, alike
		}
		if alike == rank && !slices.Contains(best, u.Host) {
			best = append(best, u.Host)
		}
	}
	return best
}

// HostedURL matches the address of a hosted project.
var HostedURL = regexp.MustCompile(`^([a-z0-9]{16,24})\.supabase\.(co|in|net|red)$`)

// HostedRef is the reference of the hosted project whose URL stands beside the key; empty where
// none does.
func (s *Site) HostedRef() string {
	for _, h := range s.Hosts() {
		if m := HostedURL.FindStringSubmatch(h); m != nil {
			return m[1]
		}
	}
	return ""
}

// ClaimedRef is the reference of the hosted project that the key itself names, where no URL stands
// beside it: empty where it names none.
func (s *Site) ClaimedRef() string {
	if len(s.Hosts()) == 0 && s.Value.IsKnown() {
		if token, ok := keys.ParseJWT(s.Value.Text()); ok {
			return token.Ref
		}
	}
	return ""
}

// IsLocal says whether the hosts are a developer's own machine: by its name, or by one that no
// name server may give to another (RFC 6761).
func IsLocal(hosts []string) bool {
	return slices.ContainsFunc(hosts, func(h string) bool {
		return strings.HasPrefix(h, "localhost:") || strings.HasSuffix(h, ".localhost") || strings.HasSuffix(h, ".test")
	})
}

// clusterHost matches the name of a Service with its namespace.
var clusterHost = regexp.MustCompile(`^[a-z0-9-]+\.([a-z0-9-]+)\.svc(\.[a-z0-9.-]+)?$`)

// Namespaces are those that hosts of the cluster's own name.
func Namespaces(hosts []string) []string {
	var out []string
	for _, h := range hosts {
		if m := clusterHost.FindStringSubmatch(h); m != nil {
			out = append(out, m[1])
		}
	}
	return out
}
