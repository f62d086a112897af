package rules

import (
	"fmt"
	"slices"
	"sort"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

var jwtSecretDrift = &lint.Rule{
	Name:     "jwt-secret-drift",
	Summary:  "two places of one instance hold different JWT secrets",
	Severity: lint.Error,
	ByKey:    true,
	After:    []*lint.Rule{jwksMismatch},
	Doc: `GoTrue signs with the JWT secret; PostgREST, Storage, Realtime and Functions check signatures with it. Where one
of them holds another text, it refuses every user (PGRST301, "invalid signature"), while the rest of the
stack looks well. The secret is used byte for byte: a trailing newline makes another secret.

Where the secret is not known, two names for it in one Secret, or at one path of a store, are a warning: whether they hold the same cannot
be told, nor need they once somebody edits one of them.

Let every service read the same data key of the same Secret. METRICS_JWT_SECRET, which guards metrics only, may differ.`,
	Bad: `
-- k8s/stack.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  JWT_SECRET: {{jwt_secret}}
  ANON_KEY: {{anon}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: rest, namespace: supabase}
spec:
  template:
    spec:
      containers:
        - name: rest
          image: postgrest/postgrest:v12.2.0
          env:
            - name: PGRST_JWT_SECRET
              value: {{jwt_secret.old}} # HERE
`,
	Good: `
-- k8s/stack.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  JWT_SECRET: {{jwt_secret}}
  ANON_KEY: {{anon}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: rest, namespace: supabase}
spec:
  template:
    spec:
      containers:
        - name: rest
          image: postgrest/postgrest:v12.2.0
          env:
            - name: PGRST_JWT_SECRET
              valueFrom: {secretKeyRef: {name: supabase-keys, key: JWT_SECRET}}
`,
	Check: checkJWTSecretDrift,
}

func checkJWTSecretDrift(p *lint.Pass) {
	for _, i := range p.Instances {
		groups := secretsByValue(p, i)
		checkSecretLengths(p, i, groups)
		checkSecretNames(p, i)
		if len(groups) < 2 {
			continue
		}
		right := groups[0]
		for _, wrong := range groups[1:] {
			named := lint.ByPlace(wrong)[0]
			difference := p.Compare(named.Value.Text(), right[0].Value.Text(), "that one")
			f := lint.Draft{
				Place: lint.AtSource(named), Instance: i.Name, Trace: named.Trace,
				Message: fmt.Sprintf("%s %s another JWT secret than %s%s: %s", lint.Holders(wrong), hold(wrong), right[0].Holder, ofDrift(wrong), difference.Words),
				Cause:   causeOfSecret(p, difference.Class, named, lint.ByPlace(right)[0]),
			}
			f.Related = append(p.Alike(wrong, f.Place.Position(), func(s *sites.Site) string { return "likewise" }),
				rightOnes(p, right, f.Place.Position(), func(s *sites.Site) string {
					if i.Signs(right[0]) > 0 {
						return "the one that signed the keys"
					}
					return "the others'"
				})...)
			f.Then = p.Afterwards(wrong)
			if !slices.ContainsFunc(wrong, func(s *sites.Site) bool { return checks(p, s) }) {
				f.Severity = lint.Warning
				f.Message = fmt.Sprintf("%s %s another JWT secret than %s, which counts once VERIFY_JWT is true there: %s", lint.Holders(wrong), hold(wrong), right[0].Holder, difference.Words)
			}
			p.Report(f)
			p.Explain(wrong...)
		}
	}
}

// checks says whether tokens may be checked with a site's secret: certainly not where Functions are not
// told to.
func checks(p *lint.Pass, s *sites.Site) bool {
	return !slices.ContainsFunc(p.Containers, func(c *inventory.Container) bool {
		v := c.Env["VERIFY_JWT"]
		known := v == nil && len(c.OpenEnv) == 0 || v != nil && v.Value.IsKnown()
		return c.Carrier == s.Carrier && known && !checksTokens(c)
	})
}

// ofDrift says what breaks where the JWT secret is another than the others'.
func ofDrift(wrong []*sites.Site) string {
	refuses := 0
	for _, s := range wrong {
		switch s.Carrier.Backend {
		case "GoTrue":
			if hold(wrong) == "holds" {
				return ", and the others refuse every session that it signs (401)"
			}
		case "PostgREST", "Realtime", "Storage", "Functions":
			refuses++
		}
	}
	switch {
	case refuses == 0 || refuses < len(wrong):
		return ""
	case hold(wrong) == "holds":
		return ", and refuses every token (401)"
	}
	return ", and refuse every token (401)"
}

// rightOnes lists sites that hold what the primary place should.
func rightOnes(p *lint.Pass, group []*sites.Site, but sources.Position, say func(*sites.Site) string) []lint.Related {
	out := p.Related(group, but, say)
	for i := range out {
		out[i].Is = lint.IsRight
	}
	return out
}

var twoNames = lint.Cause{Name: "two-names", Advice: "Let all of them read one name (%s)."}

// checkSecretNames reports the verifiers that take their unknown secret from where the others do, by
// another name: the fewer of them, as places go.
func checkSecretNames(p *lint.Pass, i *lint.Instance) {
	bySource := map[string][]*sites.Site{}
	var order []string
	for _, s := range i.Sites {
		if p.AnotherName(i, s) == nil {
			continue
		}
		source := s.Value.Source()
		if bySource[source] == nil {
			order = append(order, source)
		}
		bySource[source] = append(bySource[source], s)
	}
	sort.SliceStable(order, func(a, b int) bool { return len(bySource[order[a]]) > len(bySource[order[b]]) })
	for _, source := range order {
		other := p.AnotherName(i, bySource[source][0])
		if other == nil || len(bySource[other.Value.Source()]) < len(bySource[source]) || source == order[0] {
			continue
		}
		group := bySource[source]
		first := group[0]
		p.Report(lint.Draft{
			Place: lint.AtName(first.At, ""), Instance: i.Name, Trace: first.Trace, Severity: lint.Warning,
			Message: fmt.Sprintf("%s %s the JWT secret from %s, and %s from %s: whether they are the same cannot be told", lint.Holders(group), take(group), source, other.Holder, other.Value.Source()),
			Cause:   twoNames.With(other.Value.Source()),
			Related: []lint.Related{{At: other.At, Holder: other.Holder, Says: "by the other name", AtName: true}},
		})
	}
}

func take(group []*sites.Site) string {
	if len(group) == 1 {
		return "takes"
	}
	return "take"
}

// causeOfSecret is why a JWT secret differs.
func causeOfSecret(p *lint.Pass, class keys.Class, wrong, right *sites.Site) lint.Cause {
	if wrong.InForce != "" {
		return formerSecret(p, wrong)
	}
	switch class {
	case keys.Unrelated, keys.DemoKey:
		if wrong.Carrier.Kind != inventory.InContainer {
			return differs(class, fmt.Sprintf("Put there the secret that %s holds", right.Holder)+afterwards(p, wrong))
		}
		return differs(class, fmt.Sprintf("Let it read the secret from the same place as the others (%s)", right.Written)+afterwards(p, wrong))
	}
	return differs(class, mend(class, fmt.Sprintf("the secret that %s holds", right.Holder))+afterwards(p, wrong))
}

// secretsByValue groups the instance's known JWT secrets by value: first the one that
// the others are held against, which is the one that signed the instance's keys, else
// the one in most places, or at a tie the stored one.
func secretsByValue(p *lint.Pass, i *lint.Instance) [][]*sites.Site {
	byValue := map[[32]byte][]*sites.Site{}
	var order [][32]byte
	for _, s := range i.Sites {
		if s.Slot != keys.JWTSecret || !s.Value.IsKnown() || p.SetAside(s) || keys.LooksLikePlaceholder(s.Value.Text()) && s.Value.Text().Len() < 32 {
			continue
		}
		sum := s.Value.Text().Sum()
		if byValue[sum] == nil {
			order = append(order, sum)
		}
		byValue[sum] = append(byValue[sum], s)
	}
	groups := make([][]*sites.Site, 0, len(order))
	for _, sum := range order {
		groups = append(groups, byValue[sum])
	}
	sort.SliceStable(groups, func(a, b int) bool {
		if x, y := i.Signs(groups[a][0]), i.Signs(groups[b][0]); x != y {
			return x > y
		}
		if x, y := lint.Places(groups[a]), lint.Places(groups[b]); x != y {
			return x > y
		}
		return i.Stores(groups[a]) && !i.Stores(groups[b])
	})
	return groups
}
