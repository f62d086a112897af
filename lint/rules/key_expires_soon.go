package rules

import (
	"fmt"
	"time"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var keyExpiresSoon = &lint.Rule{
	Name:     "key-expires-soon",
	Summary:  "a key expires within 90 days",
	Severity: lint.Warning,
	ByKey:    true,
	After:    []*lint.Rule{keyNotSignedBySecret},
	Doc: `A key that expires takes down every client at once, on a day on which nobody has changed anything. The warning comes 90 days
before; expiry-window in .keylint.yaml sets another number of days.

Mint new keys with the same JWT secret and roll them out in time: let the gateway accept both for as long as apps are rebuilt.`,
	Bad: `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  JWT_SECRET: {{jwt_secret}}
  ANON_KEY: {{anon.expiring}} # HERE
`,
	Good: `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  JWT_SECRET: {{jwt_secret}}
  ANON_KEY: {{anon}}
`,
	Check: checkKeyExpiresSoon,
}

var expiresSoon = lint.Cause{Name: "expires-soon", Advice: "Mint a new key with the same JWT secret, let the gateway accept both, rebuild the apps, then take the old one out."}

func checkKeyExpiresSoon(p *lint.Pass) {
	window := time.Duration(p.Config.Window()) * 24 * time.Hour
	eachDated(p, func(group []*sites.Site, token keys.JWT) {
		left := p.Now.Until(token.Expires)
		if token.Expires.IsZero() || p.Now.Ended(token.Expires) || left > window || shortLived(token) {
			return
		}
		p.ReportKey(group, "", fmt.Sprintf("the key of %%s expires on %s, in %s", token.Expires.Format(time.DateOnly), days(left)),
			expiresSoon)
	})
}

func days(d time.Duration) string {
	switch n := int(d.Hours() / 24); n {
	case 0:
		return "less than a day"
	case 1:
		return "1 day"
	default:
		return fmt.Sprintf("%d days", n)
	}
}
