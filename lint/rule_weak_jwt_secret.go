package lint

import (
	"fmt"

	"github.com/keylint/keylint/keys"
)

var weakJWTSecret = &Rule{
	Name:     "weak-jwt-secret",
	Summary:  "a JWT secret is too short, or can be guessed",
	Severity: Error,
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

func checkWeakJWTSecret(p *Pass) {
	p.eachKey(func(sites []*Site) {
		text := sites[0].Value.Text()
		if sites[0].Slot != keys.JWTSecret || keys.Published(text) != "" || keys.IsReference(text) {
			return
		}
		help := "Make one with openssl rand -base64 30 | tr -d '\\n', mint the keys anew with it, and put all three wherever the old ones stand."
		if n := text.Len(); n < keys.MinSecret {
			p.reportKey(sites, mildInDevelopment(sites), fmt.Sprintf("the JWT secret of %%s has %d bytes: PostgREST does not start with less than %d", n, keys.MinSecret), help)
		} else if why := keys.Guessable(text); why != "" {
			p.reportKey(sites, Warning, "the JWT secret of %s can be guessed: "+why, help)
		}
	})
}
