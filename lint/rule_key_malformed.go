package lint

import (
	"github.com/keylint/keylint/keys"
)

var keyMalformed = &Rule{
	Name:     "key-malformed",
	Summary:  "a key cannot be a valid token, whatever the secret is",
	Severity: Error,
	Doc: `A legacy key is a JWT: three parts of base64url, of which the first two are JSON. One that was damaged by hand, by a
line break, or made up, passes Kong where Kong holds the same text, and is then refused by PostgREST and Storage
("invalid JWT", "Unexpected token … is not valid JSON"). An algorithm other than HS256, "none" above all, is refused too.

Copy the key anew from where it was made, or mint it with the JWT secret.`,
	Bad: `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  JWT_SECRET: {{jwt_secret}}
  ANON_KEY: {{anon}}
  SERVICE_ROLE_KEY: {{service_role.damaged}} # HERE
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
	Check: checkKeyMalformed,
}

func checkKeyMalformed(p *Pass) { p.reportDefects(false) }

// reportDefects reports the tokens whose form is wrong: those that are cut, or the others.
func (p *Pass) reportDefects(cut bool) {
	p.eachKey(func(sites []*Site) {
		d, ok := keys.FindDefect(sites[0].Value.Text())
		if !ok || d.Cut != cut {
			return
		}
		what, help := "is no key that anything accepts", "Copy the key anew from where it was made, or mint it with the JWT secret."
		if cut {
			what, help = "is cut", "Copy the whole key: a legacy key has some 150 to 220 characters in three parts, without a line break."
		}
		p.reportKey(sites, "", "the key of %s "+what+": "+d.Words, help)
		p.explain(sites...)
	})
}
