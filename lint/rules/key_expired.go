package rules

import (
	"time"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var keyExpired = &lint.Rule{
	Name:     "key-expired",
	Summary:  "a key has expired, or is not valid yet",
	Severity: lint.Error,
	ByKey:    true,
	After:    []*lint.Rule{keyNotSignedBySecret},
	Doc: `PostgREST, Storage and Realtime refuse a token after its exp ("JWT expired", PGRST303), before its nbf, and one whose
iat lies in the future. Kong does not look at dates: the gateway lets the key pass, and every request fails behind it.

Mint new keys with the same JWT secret (upstream's utils/generate-keys.sh makes them valid for five years), and put them
wherever the old ones stand. The dates are compared with the present, or with --now: a key that ends or begins on that day counts as valid on it.`,
	Bad: `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  JWT_SECRET: {{jwt_secret}}
  ANON_KEY: {{anon.expired}} # HERE
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
	Check: checkKeyExpired,
}

var (
	expired        = lint.Cause{Name: "expired", Advice: "Mint a new key with the same JWT secret, and put it wherever this one stands. Then restart what reads it, the gateway with it, and rebuild what has it built in."}
	notYetValid    = lint.Cause{Name: "not-yet-valid", Advice: "Mint a key without nbf, or with one in the past."}
	issuedInFuture = lint.Cause{Name: "issued-in-future", Advice: "Mint the key anew on a machine whose clock is right."}
)

func checkKeyExpired(p *lint.Pass) {
	eachDated(p, func(group []*sites.Site, token keys.JWT) {
		switch {
		case p.Now.Ended(token.Expires):
			message, cause := "the key of %s expired on "+token.Expires.Format(time.DateOnly), expired
			if shortLived(token) {
				message += ", since it was minted for " + lifetime(token.Expires.Sub(token.IssuedAt)) + " only"
				cause = mintedTooShort
			}
			refuse(p, p.ReportKey(group, "", message+": it gets a 401", cause))
		case p.Now.Ahead(token.NotBefore):
			refuse(p, p.ReportKey(group, "", "the key of %s is not valid before "+token.NotBefore.Format(time.DateOnly),
				notYetValid))
		case p.Now.Ahead(token.IssuedAt):
			refuse(p, p.ReportKey(group, "", "the key of %s is not valid yet, since it was issued on "+token.IssuedAt.Format(time.DateOnly)+", which is in the future: PostgREST refuses it until then",
				issuedInFuture))
		}
	})
}

// refuse takes a key for wrong wherever it stands: that the places agree helps nobody.
func refuse(p *lint.Pass, group []*sites.Site) {
	for _, s := range group {
		p.Blame(s)
	}
}

// eachDated visits the tokens whose dates matter: those that are deployed or built in, and
// not published ones, of which demo-key tells.
func eachDated(p *lint.Pass, visit func(group []*sites.Site, token keys.JWT)) {
	p.EachKey(func(group []*sites.Site) {
		t, ok := group[0].Token()
		if !ok || group[0].Role == keys.Signing || lint.Development(group) || keys.Published(group[0].Value.Text()) != "" {
			return
		}
		visit(group, t)
	})
}
