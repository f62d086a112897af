package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
)

var roleSwap = &lint.Rule{
	Name:     "role-swap",
	Summary:  "a key of one role stands where the other role's key belongs",
	Severity: lint.Error,
	ByKey:    true,
	After:    []*lint.Rule{serviceKeyPublic},
	Doc: `The key's own role claim (or its sb_publishable_/sb_secret_ prefix) contradicts the name under which it
stands, or the Kong consumer whose credential it is. With anon and service_role swapped, every browser
holds the key that bypasses row level security, and every server is refused.

The same goes for a token of a user's session ("authenticated"), and for a PGRST_DB_ANON_ROLE that is the role of the server key:
PostgREST then runs as that for whoever sends no token. A role of your own name (web_anon) is as good as anon.

Of a key that is not known, the name under which its source keeps it counts: an ExternalSecret whose anonKey comes from the property
service_role_key is a warning, since a name may lie. So does the source: an anon variable that takes what feeds the service_role key is an
error, whatever it is.

Put each key under its own name. If the key of role service_role has reached a browser, rotate it.`,
	Bad: `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  ANON_KEY: {{service_role}} # HERE
`,
	Good: `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  ANON_KEY: {{anon}}
`,
	Check: checkRoleSwap,
}

var (
	rolesSwapped    = lint.Cause{Name: "roles-swapped", Advice: "Put each key under its own name. If the service_role key has reached a browser, rotate it."}
	otherReferredTo = lint.Cause{Name: "other-role-referred-to", Advice: "Let it refer to the %s key. If the service_role key has reached a browser, rotate it."}
	noAPIKey        = lint.Cause{Name: "no-api-key", Advice: "Put the %s key there. The gateway compares the apikey header with its list and accepts no other token, however well it is signed; " +
		"a token of another role belongs into the Authorization header."}
)

// swapped says whether the key's text contradicts what the site promises.
func swapped(s *sites.Site) bool {
	if !s.Value.IsKnown() {
		return false
	}
	promised, actual := s.PromisedRole(), keys.Recognize(s.Value.Text()).Role()
	if promised == "" || promised == keys.Signing || actual == keys.Signing {
		return false
	}
	if s.Standing == sites.Accepted && s.Consumer != "anon" && s.Consumer != "service_role" {
		return actual != "" && promised != actual // a consumer of the user's own has the role that he gave it
	}
	return actual != "" && promised != actual || otherRole(s) != ""
}

// upstreamRoles are the roles beside the API keys' that Supabase itself has: that of its users'
// sessions, and those of its services (supabase/postgres migrations/db/init-scripts). Any other
// name is one of the user's own, who may call the role of his API keys as he likes.
var upstreamRoles = map[string]bool{
	"authenticated": true, "authenticator": true, "postgres": true, "dashboard_user": true, "pgbouncer": true,
	"supabase_admin": true, "supabase_auth_admin": true, "supabase_storage_admin": true, "supabase_functions_admin": true,
}

// otherRole is the role of Supabase's that a token has in place of an API key's.
func otherRole(s *sites.Site) string {
	t, _ := s.Token()
	if !upstreamRoles[t.Role] {
		return ""
	}
	return "the role " + t.Role
}

// sessionIssuer ends the iss of what GoTrue issues (GOTRUE_JWT_ISSUER: its own URL); the API
// keys' is "supabase".
const sessionIssuer = "/auth/v1"

// isAPIKey says whether a token of another role is one of the instance's keys all the same: its
// gateway lists it, and it verifies. A user's session is none.
func isAPIKey(p *lint.Pass, s *sites.Site) bool {
	i := p.InstanceOf(s)
	if t, _ := s.Token(); i == nil || otherRole(s) == "" || strings.HasSuffix(t.Issuer, sessionIssuer) || p.Verifies(i, s) != lint.Yes {
		return false
	}
	return slices.ContainsFunc(i.Sites, func(other *sites.Site) bool {
		return other.Standing == sites.Accepted && other.Role == s.Role && other.Value.Equal(s.Value)
	})
}

// keyWords says which key a site holds.
func keyWords(s *sites.Site) string {
	role := otherRole(s)
	if t, _ := s.Token(); role != "" && strings.HasSuffix(t.Issuer, sessionIssuer) {
		return "a user's session token, which GoTrue issued for " + role
	}
	if role != "" {
		return "a token of " + role
	}
	return fmt.Sprintf("the %s key", keys.Recognize(s.Value.Text()))
}

func checkRoleSwap(p *lint.Pass) {
	type place struct {
		file string
		i    *lint.Instance
	}
	groups := map[place][]*sites.Site{}
	var order []place
	for _, s := range p.Sites {
		if p.Explained(s) || !swapped(s) || p.InstanceOf(s).Lists(s) || isAPIKey(p, s) {
			continue
		}
		at := place{swappedAt(p, s).File, p.InstanceOf(s)}
		if groups[at] == nil {
			order = append(order, at)
		}
		groups[at] = append(groups[at], s)
	}
	for _, at := range order {
		reportSwap(p, groups[at])
		p.Explain(groups[at]...)
	}
	checkSwappedNames(p)
	checkOneSource(p)
	checkAnonRoles(p)
}

// swappedAt is where the mistake was made: where the value is written, unless it
// stands there under the right name, and the reference took the wrong one.
func swappedAt(p *lint.Pass, s *sites.Site) sources.Position {
	for _, origin := range p.Sites {
		if origin.At == s.Written && origin != s && !swapped(origin) && !swappedByName(p, origin) && origin.PromisedRole() != "" {
			return s.At
		}
	}
	return s.Written
}

// ofSwap says what comes of the other role's key.
func ofSwap(s *sites.Site) string {
	switch s.PromisedRole() {
	case keys.Public:
		return ", and with it all rights"
	case keys.Server:
		return ", and with it only the rights of anon"
	}
	return ""
}

func reportSwap(p *lint.Pass, group []*sites.Site) {
	byAt := map[sources.Position]*sites.Site{}
	for _, s := range group {
		at := swappedAt(p, s)
		if known := byAt[at]; known == nil || s.At == at && known.At != at {
			byAt[at] = s
		}
	}
	var first *sites.Site
	roles := map[keys.Role]bool{}
	for at, s := range byAt {
		roles[s.PromisedRole()] = true
		if first == nil || at.Before(swappedAt(p, first)) {
			first = s
		}
	}
	at := swappedAt(p, first)
	f := lint.Draft{
		Place: lint.AtValue(at, ""), Instance: p.NameOf(first), Trace: first.Trace,
		Message: fmt.Sprintf("%s holds %s", first.Holder, keyWords(first)),
		Cause:   rolesSwapped,
	}
	if first.At == at && first.At != first.Written {
		f.Place, f.Cause = lint.AtName(at, ""), otherReferredTo.With(first.Slot)
		f.Message = fmt.Sprintf("%s takes %s, by a reference that names the other role's", first.Holder, keyWords(first))
	}
	if otherRole(first) != "" {
		f.Message += fmt.Sprintf(", which is no API key; %s key belongs there", lint.Article(string(first.Slot)))
		f.Cause = noAPIKey.With(first.Slot)
	} else {
		if len(roles) == 2 {
			f.Message = fmt.Sprintf("the public and the server key are swapped: %s holds %s", first.Holder, keyWords(first))
		}
		f.Message += ofSwap(first)
	}
	for _, s := range sites.Sorted(group) {
		if swappedAt(p, s) != at || s.At != at && s.At != s.Written {
			f.Related = append(f.Related, lint.Related{At: s.At, AtName: s.At != s.Written, Holder: s.Holder, Says: keyWords(s), Alike: s.Identity()})
		}
	}
	p.Report(f)
}
