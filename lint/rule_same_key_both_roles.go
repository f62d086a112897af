package lint

import (
	"fmt"

	"github.com/keylint/keylint/keys"
)

var sameKeyBothRoles = &Rule{
	Name:     "same-key-both-roles",
	Summary:  "one key serves as the public and as the server key",
	Severity: Error,
	Doc: `One text is stored, or accepted by the gateway, both as the anon and as the service_role key. Kong before 3.4
silently keeps the last consumer of a duplicate credential, so that the public key may open everything;
Kong 3.4 and later refuses to start ("uniqueness violation", Kong/kong#11199).

Generate the missing key from the JWT secret and put it in its place.`,
	Bad: `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  ANON_KEY: {{anon}}
  SERVICE_ROLE_KEY: {{anon}} # HERE
`,
	Good: `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  ANON_KEY: {{anon}}
  SERVICE_ROLE_KEY: {{service_role}}
`,
	Check: checkSameKeyBothRoles,
}

func checkSameKeyBothRoles(p *Pass) {
	type group struct {
		i   *instance
		sum [32]byte
	}
	groups := map[group][]*Site{}
	var order []group
	for _, s := range p.sites {
		if !s.Value.IsKnown() || s.Role == keys.Signing || s.Standing == Presented && s.carrier.backend == "" {
			continue
		}
		g := group{p.instanceOf(s), s.Value.Text().Sum()}
		if groups[g] == nil {
			order = append(order, g)
		}
		groups[g] = append(groups[g], s)
	}
	for _, g := range order {
		sites := groups[g]
		if !bothRolesInOneCarrier(sites) {
			continue
		}
		actual := keys.Recognize(sites[0].Value.Text()).Role()
		var wrong, right []*Site
		for _, s := range sites {
			if s.promisedRole() == actual {
				right = append(right, s)
			} else {
				wrong = append(wrong, s)
			}
		}
		if len(wrong) == 0 || len(right) == 0 { // no role of its own, or both alike
			wrong, right = sites[len(sites)-1:], sites[:len(sites)-1]
		}
		named := byPlace(wrong)[0]
		twin := byPlace(right)[0]
		for _, s := range right {
			if s.carrier.name == named.carrier.name {
				twin = s
			}
		}
		f := Finding{
			At: named.Written, Instance: p.instanceName(named), Trace: named.Trace,
			Message: fmt.Sprintf("%s holds the same key as %s", named.Holder, twin.Holder),
			Help:    "Generate the missing key from the JWT secret and put it in its place, in the Secret and in whatever copies it.",
		}
		say := func(s *Site) string { return fmt.Sprintf("%s: the same key, as the %s key", s.Holder, s.Role) }
		f.Related = append(p.alike(wrong, f.At, say), p.related(right, f.At, say)...)
		p.report(f)
		p.explain(wrong...)
	}
}

// bothRolesInOneCarrier says whether one object, or one gateway, holds the key in both
// roles. A service_role key in an app's public variable is another mistake.
func bothRolesInOneCarrier(sites []*Site) bool {
	roles := map[string]keys.Role{}
	for _, s := range sites {
		if s.Standing != Stored && s.Standing != Accepted {
			continue
		}
		role := s.promisedRole()
		if known, ok := roles[s.carrier.name]; ok && known != role && known != "" && role != "" {
			return true
		}
		roles[s.carrier.name] = role
	}
	return false
}
