package rules

import (
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var keyNotAKey = &lint.Rule{
	Name:     "key-not-a-key",
	Summary:  "a text that is no key by its form stands where a key belongs",
	Severity: lint.Error,
	ByKey:    true,
	After:    []*lint.Rule{opaqueKeyFormat},
	Doc: `An anon or service_role key is a JWT, or an opaque key in its place. Sixty-four hexadecimal digits, a hosted project's
reference or any other word is neither. Kong takes every text for a key-auth key, so that an app which presents the same word passes the
gateway; a client sends its key as the token too, and PostgREST, Storage and Realtime then refuse it: it is no JWT that anything could verify.

Where nothing in the repository deploys it, this is a warning. A placeholder is told by placeholder-value.

Mint the key with the JWT secret (upstream's utils/generate-keys.sh), and put it wherever the word stands.`,
	Bad: `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  JWT_SECRET: {{jwt_secret}}
  ANON_KEY: {{anon}}
  SERVICE_ROLE_KEY: 0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0 # HERE
`,
	Good: `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  JWT_SECRET: {{jwt_secret}}
  ANON_KEY: {{anon}}
  SERVICE_ROLE_KEY: {{service_role}}
`,
	Check: checkKeyNotAKey,
}

var notAKey = lint.Cause{Name: "not-a-key", Advice: "Put the key there: a JWT that the JWT secret signed (upstream's utils/generate-keys.sh mints both), wherever this text stands."}

func checkKeyNotAKey(p *lint.Pass) {
	loose := ofLooseGateways(p)
	p.EachKey(func(group []*sites.Site) {
		what := p.Names.Instead(group[0].Value.Text())
		if what == "" {
			return
		}
		group = slices.DeleteFunc(slices.Clone(group), func(s *sites.Site) bool { return !asksForKey(p, s) })
		if !slices.ContainsFunc(group, func(s *sites.Site) bool { return !loose[s] }) {
			return
		}
		why := "nothing that verifies a JWT accepts it"
		if slices.ContainsFunc(group, func(s *sites.Site) bool { return s.Standing == sites.Accepted }) {
			why = "the gateway lets it pass as it would any text, and nothing behind it that verifies a JWT does"
		}
		severity := lint.MildInDevelopment(group)
		if severity == "" && !slices.ContainsFunc(group, func(s *sites.Site) bool { return p.InstanceOf(s) != nil || s.Unit != nil && s.Unit.Deployed() }) {
			severity = lint.Warning
		}
		p.ReportKey(group, severity, "%s holds "+what+", and neither a JWT nor an sb_ key: "+why, notAKey)
		p.Explain(group...)
	})
}

// ofLooseGateways are the credentials of configurations that no gateway here reads. A word in one may be a
// placeholder that something elsewhere fills in, unless somebody presents it.
func ofLooseGateways(p *lint.Pass) map[*sites.Site]bool {
	loose := map[*sites.Site]bool{}
	for _, g := range p.Gateways {
		for _, c := range g.Credentials {
			if s := p.OfCredential(c); s != nil && g.Run == nil {
				loose[s] = true
			}
		}
	}
	return loose
}

// asksForKey says whether a legacy key belongs where the site stands, and no plain key of a consumer
// that the user added to the gateway.
func asksForKey(p *lint.Pass, s *sites.Site) bool {
	return (s.Slot == keys.Anon || s.Slot == keys.ServiceRole) && !p.InstanceOf(s).Lists(s)
}
