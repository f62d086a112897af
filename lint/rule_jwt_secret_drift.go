package lint

import (
	"fmt"
	"sort"
	"strings"

	"github.com/keylint/keylint/keys"
)

var jwtSecretDrift = &Rule{
	Name:     "jwt-secret-drift",
	Summary:  "two places of one instance hold different JWT secrets",
	Severity: Error,
	Doc: `GoTrue signs with the JWT secret; PostgREST, Storage, Realtime and Functions check signatures with it. Where one
of them holds another text, it refuses every user (PGRST301, "invalid signature"), while the rest of the
stack looks well. The secret is used byte for byte: a trailing newline makes another secret.

Let every service read the same data key of the same Secret. METRICS_JWT_SECRET may differ on purpose, so there it is
a warning.`,
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

func checkJWTSecretDrift(p *Pass) {
	for _, i := range p.instances {
		groups := secretsByValue(p, i)
		checkSecretLengths(p, i, groups)
		if len(groups) < 2 {
			continue
		}
		right := groups[0]
		for _, wrong := range groups[1:] {
			named := byPlace(wrong)[0]
			difference := keys.Compare(named.Value.Text(), right[0].Value.Text(), "that one")
			f := Finding{
				At: named.Written, Instance: i.name, Trace: named.Trace,
				Message: fmt.Sprintf("%s %s another JWT secret than %s: %s", holders(wrong), hold(wrong), right[0].Holder, difference.Words),
				Help:    helpSecret(difference.Class, named, byPlace(right)[0]),
			}
			if onlyMetrics(wrong) {
				f.Severity = Warning
			}
			f.Related = append(p.alike(wrong, f.At, func(s *Site) string { return s.Holder + " holds the same as that" }),
				p.related(right, f.At, func(s *Site) string { return s.Holder + " holds the other one" })...)
			p.report(f)
			p.explain(wrong...)
		}
	}
}

// helpSecret says how to mend a JWT secret that differs.
func helpSecret(class keys.Class, wrong, right *Site) string {
	switch class {
	case keys.Unrelated, keys.DemoKey:
		return fmt.Sprintf("Let it read the secret from the same place as the others (%s)", right.Written) + afterwards(wrong)
	}
	return mend(class, fmt.Sprintf("the secret that %s holds", right.Holder)) + afterwards(wrong)
}

// secretsByValue groups the instance's known JWT secrets by value: first the one that
// the others are held against, which is the one that signed the instance's keys, else
// the one in most places, or at a tie the stored one.
func secretsByValue(p *Pass, i *instance) [][]*Site {
	byValue := map[[32]byte][]*Site{}
	var order [][32]byte
	for _, s := range i.sites {
		if s.Slot != keys.JWTSecret || !s.Value.IsKnown() || p.isExplained(s) || keys.LooksLikePlaceholder(s.Value.Text()) && s.Value.Text().Len() < 32 {
			continue
		}
		sum := s.Value.Text().Sum()
		if byValue[sum] == nil {
			order = append(order, sum)
		}
		byValue[sum] = append(byValue[sum], s)
	}
	groups := make([][]*Site, 0, len(order))
	for _, sum := range order {
		groups = append(groups, byValue[sum])
	}
	sort.SliceStable(groups, func(a, b int) bool {
		if x, y := i.signs(groups[a][0]), i.signs(groups[b][0]); x != y {
			return x > y
		}
		if x, y := places(groups[a]), places(groups[b]); x != y {
			return x > y
		}
		return i.stores(groups[a]) && !i.stores(groups[b])
	})
	return groups
}

// onlyMetrics says whether none but METRICS_JWT_SECRET differs.
func onlyMetrics(sites []*Site) bool {
	for _, s := range sites {
		if !strings.Contains(s.Holder, "METRICS_JWT_SECRET") {
			return false
		}
	}
	return true
}
