package rules

import (
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var asymmetricKeyInApp = &lint.Rule{
	Name:     "asymmetric-key-in-app",
	Summary:  "an app presents a key that is the gateway's own",
	Severity: lint.Error,
	After:    []*lint.Rule{keyNotAKey},
	Doc: `ANON_KEY_ASYMMETRIC and SERVICE_ROLE_KEY_ASYMMETRIC are what the gateway puts in place of an opaque key on the way to the
services ("DO NOT use in any client or server code", says upstream). The gateway's list does not hold them as an app's key.

Let the app present the publishable or the secret key.`,
	Bad: `
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon.es256}} # HERE
`,
	Good: `
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_ANON_KEY={{publishable}}
`,
	Check: checkAsymmetricKeyInApp,
}

var gatewaysOwnKey = lint.Cause{Name: "gateways-own-key", Advice: "Present the publishable key in a client, the secret key on a server."}

func checkAsymmetricKeyInApp(p *lint.Pass) {
	p.EachPlace(func(group []*sites.Site) {
		var wrong []*sites.Site
		for _, s := range group {
			t, ok := s.Token()
			if ok && t.Asymmetric() && t.Ref == "" && s.Standing == sites.Presented && s.Carrier.Backend == "" && keys.Recognize(s.Value.Text()) != "" {
				wrong = append(wrong, s)
			}
		}
		if len(wrong) > 0 {
			p.ReportKey(wrong, "", "%s presents an asymmetric key, which only the gateway may use, behind itself: the gateway does not accept it from outside",
				gatewaysOwnKey)
			p.Explain(wrong...)
		}
	})
}
