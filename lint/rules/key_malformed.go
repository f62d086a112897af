package rules

import (
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var keyMalformed = &lint.Rule{
	Name:     "key-malformed",
	Summary:  "a key cannot be a valid token, whatever the secret is",
	Severity: lint.Error,
	ByKey:    true,
	After:    []*lint.Rule{roleSwap},
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

var (
	secretAsKey = lint.Cause{Name: "secret-as-key", Advice: "Put the key there that was signed with the secret. If an app has presented it, make a new secret and new keys."}
	malformed   = lint.Cause{Name: "malformed", Advice: "Copy the key anew from where it was made, or mint it with the JWT secret."}
	cutShort    = lint.Cause{Name: "cut", Advice: "Copy the whole key: a legacy key has some 150 to 220 characters in three parts, without a line break."}
)

func checkKeyMalformed(p *lint.Pass) {
	reportDefects(p, false)
	p.EachKey(func(group []*sites.Site) { reportSecretAsKey(p, group) })
}

// reportSecretAsKey finds the JWT secret where a key belongs: by its form it is none, so that
// the same text under the secret's name is what tells it.
func reportSecretAsKey(p *lint.Pass, group []*sites.Site) {
	var asKey []*sites.Site
	for _, s := range group {
		if s.Role != keys.Signing {
			asKey = append(asKey, s)
		}
	}
	if len(asKey) == 0 || len(asKey) == len(group) || keys.HasForm(group[0].Value.Text()) || keys.LooksLikePlaceholder(group[0].Value.Text()) {
		return
	}
	p.ReportKey(asKey, "", "%s holds the JWT secret, and not a key: whoever sees it can sign any key",
		secretAsKey)
	p.Explain(asKey...)
}

// shortestJWT is the length in bytes that no signed token stays under. What is shorter, and
// says "fake" or "test", was never meant for one.
const shortestJWT = 60

// reportDefects reports the tokens whose form is wrong: those that are cut, or the others.
func reportDefects(p *lint.Pass, cut bool) {
	p.EachKey(func(group []*sites.Site) {
		text := group[0].Value.Text()
		d, ok := keys.FindDefect(text)
		if !ok || d.Cut != cut || !cut && text.Len() < shortestJWT && keys.LooksLikePlaceholder(text) {
			return
		}
		severity := lint.MildInDevelopment(group)
		if severity == "" && cut && p.InstanceOf(group[0]) != nil {
			severity = lint.Error // nobody accepts it where it is deployed
		}
		what, cause := "is no key that anything accepts", malformed
		if cut {
			what, cause = "is cut", cutShort
		}
		p.ReportKey(group, severity, "the key of %s "+what+": "+d.Words, cause)
		p.Explain(group...)
	})
}
