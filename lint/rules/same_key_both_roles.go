package rules

import (
	"fmt"
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var sameKeyBothRoles = &lint.Rule{
	Name:     "same-key-both-roles",
	Summary:  "one key serves as the public and as the server key",
	Severity: lint.Error,
	ByKey:    true,
	Doc: `One text is stored, or accepted by the gateway, both as the anon and as the service_role key. Kong before 3.4
silently keeps the last consumer of a duplicate credential, so that the public key may open everything;
Kong 3.4 and later refuses to start ("uniqueness violation", Kong/kong#11199).

The same goes for one source of both that is not known, such as one property of a store.

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

var oneKeyForBoth = lint.Cause{Name: "one-key-for-both", Advice: "Generate the missing key from the JWT secret and put it in its place where it is stored, and in whatever copies it."}

func checkSameKeyBothRoles(p *lint.Pass) {
	for _, o := range sourcesOfBoth(p) {
		if keeps(p, o.public) == keeps(p, o.server) {
			reportOneSource(p, o.i, o.server, o.public)
		}
	}
	type group struct {
		i   *lint.Instance
		sum [32]byte
	}
	groups := map[group][]*sites.Site{}
	var order []group
	for _, s := range p.Sites {
		if !s.Value.IsKnown() || isYetToCome(s.Value.Text()) || p.IsIdle(s) || s.Role == keys.Signing || s.Standing == sites.Presented && s.Carrier.Backend == "" {
			continue
		}
		g := group{p.InstanceOf(s), s.Value.Text().Sum()}
		if groups[g] == nil {
			order = append(order, g)
		}
		groups[g] = append(groups[g], s)
	}
	for _, g := range order {
		group := groups[g]
		if !bothRolesInOneCarrier(group) {
			continue
		}
		actual := keys.Recognize(group[0].Value.Text()).Role()
		var wrong, right []*sites.Site
		for _, s := range group {
			if s.PromisedRole() == actual {
				right = append(right, s)
			} else {
				wrong = append(wrong, s)
			}
		}
		if len(wrong) == 0 || len(right) == 0 { // no role of its own, or both alike
			wrong, right = group[len(group)-1:], group[:len(group)-1]
		}
		named := lint.ByPlace(wrong)[0]
		twin := lint.ByPlace(right)[0]
		for _, s := range right {
			if s.Carrier.Name == named.Carrier.Name {
				twin = s
			}
		}
		f := lint.Draft{
			Place: lint.AtValue(named.Written, ""), Instance: p.NameOf(named), Trace: named.Trace,
			Message: fmt.Sprintf("%s holds the same key as %s, where a %s key and a %s key belong%s", named.Holder, twin.Holder, named.Role, twin.Role, ofOneKey(p, group, actual)),
			Cause:   oneKeyForBoth,
		}
		say := func(s *sites.Site) string { return fmt.Sprintf("the same key, as the %s key", s.Role) }
		f.Related = append(p.Alike(wrong, f.Place.Position(), say), p.Related(right, f.Place.Position(), say)...)
		p.Report(f)
		p.Explain(wrong...)
	}
}

// ofOneKey says what breaks where the key of one role stands for both. A gateway that lists it for both
// consumers has the first word: it may not start at all.
func ofOneKey(p *lint.Pass, group []*sites.Site, actual keys.Role) string {
	for _, g := range wholeGateways(p) {
		var listed []*sites.Site
		for _, c := range g.Credentials {
			if s := p.OfCredential(c); s != nil && slices.Contains(group, s) && (len(listed) == 0 || listed[0].Consumer != s.Consumer) {
				listed = append(listed, s)
			}
		}
		if g.Product == "Kong" && !g.Dead && len(listed) > 1 {
			return ": " + onDuplicate(g, listed[0], listed[len(listed)-1])
		}
	}
	switch actual {
	case keys.Public:
		return ": what needs the server key has the rights of anon"
	case keys.Server:
		return ": whoever has the public key has all rights"
	}
	return ""
}

// bothRolesInOneCarrier says whether one object, or one gateway, holds the key in both
// roles. A service_role key in an app's public variable is another mistake.
func bothRolesInOneCarrier(group []*sites.Site) bool {
	roles := map[string]keys.Role{}
	for _, s := range group {
		if s.Standing != sites.Stored && s.Standing != sites.Accepted {
			continue
		}
		role := s.PromisedRole()
		if known, ok := roles[s.Carrier.Name]; ok && known != role && known != "" && role != "" {
			return true
		}
		roles[s.Carrier.Name] = role
	}
	return false
}
