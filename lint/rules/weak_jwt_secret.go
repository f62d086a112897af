package rules

import (
	"fmt"
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var weakJWTSecret = &lint.Rule{
	Name:     "weak-jwt-secret",
	Summary:  "a JWT secret is too short, or can be guessed",
	Severity: lint.Error,
	After:    []*lint.Rule{keyNotSignedBySecret},
	Doc: `PostgREST does not start with a secret of less than 32 bytes ("The JWT secret must be at least 32 characters long"). One that
can be guessed lets anybody sign a service_role key: a signature can be tried offline, as often as one likes.

Make one with: openssl rand -base64 30 | tr -d '\n'. Then mint the keys anew with it.`,
	Bad: `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  JWT_SECRET: short-and-sweet # HERE
  ANON_KEY: {{anon.weak}}
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
	Check: checkWeakJWTSecret,
}

var secretWeak = lint.Cause{Name: "weak-secret", Advice: "Make one with openssl rand -base64 30 | tr -d '\\n', mint the keys anew with it, and put all three wherever the old ones stand."}

func checkWeakJWTSecret(p *lint.Pass) {
	p.EachKey(func(group []*sites.Site) {
		text := group[0].Value.Text()
		if group[0].Slot != keys.JWTSecret || keys.Published(text) != "" || keys.IsReference(text) || isYetToCome(text) && standsForKeys(p, text) {
			return
		}
		cause := secretWeak
		if n := text.Len(); n < keys.MinSecret {
			p.ReportKey(group, lint.MildInDevelopment(group), fmt.Sprintf("the JWT secret of %%s has %d bytes: PostgREST does not start with less than %d", n, keys.MinSecret), cause)
		} else if why := keys.Guessable(text); why != "" {
			p.ReportKey(group, lint.Warning, "the JWT secret of %s can be guessed: "+why, cause)
		}
	})
}

// standsForKeys says whether the same text stands where keys belong: a word for all of them, which something replaces.
func standsForKeys(p *lint.Pass, text keys.Text) bool {
	return slices.ContainsFunc(p.Sites, func(s *sites.Site) bool { return s.Role != keys.Signing && s.Value.Text().Equal(text) })
}
