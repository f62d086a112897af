package rules

import (
	"fmt"
	"time"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var keyShortLived = &lint.Rule{
	Name:     "key-short-lived",
	Summary:  "a key lives for less than 30 days",
	Severity: lint.Warning,
	ByKey:    true,
	After:    []*lint.Rule{keyNotSignedBySecret},
	Doc: `An API key is no session token: it is built into apps, and lives for years. One that is valid for an hour or a day works when
it is tried out, and fails overnight (an operator once minted them for one hour, supabase-community/supabase-kubernetes#236).

Mint the key with an exp some years ahead, as upstream's utils/generate-keys.sh does.`,
	Bad: `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  JWT_SECRET: {{jwt_secret}}
  ANON_KEY: {{anon.short}} # HERE
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
	Check: checkKeyShortLived,
}

var mintedTooShort = lint.Cause{Name: "minted-too-short", Advice: "Mint it with an exp some years ahead: it is built into apps, and fails for all of them on that day."}

// shortest is the lifetime below which a key was probably minted by mistake.
const shortest = 30 * 24 * time.Hour

func shortLived(t keys.JWT) bool {
	return !t.IssuedAt.IsZero() && !t.Expires.IsZero() && t.Expires.Sub(t.IssuedAt) < shortest
}

func checkKeyShortLived(p *lint.Pass) {
	eachDated(p, func(group []*sites.Site, token keys.JWT) {
		if !shortLived(token) || p.Now.Ended(token.Expires) {
			return
		}
		p.ReportKey(group, "", fmt.Sprintf("the key of %%s is valid for %s only, until %s", lifetime(token.Expires.Sub(token.IssuedAt)), token.Expires.Format(time.DateOnly)),
			mintedTooShort)
	})
}

func lifetime(d time.Duration) string {
	if d < 48*time.Hour {
		return fmt.Sprintf("%d hours", int(d.Hours()))
	}
	return days(d)
}
