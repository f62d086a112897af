package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/substitute"
)

var verifierWithoutSecret = &lint.Rule{
	Name:     "verifier-without-secret",
	Summary:  "a service that verifies keys is not given the JWT secret",
	Severity: lint.Error,
	After:    []*lint.Rule{variableNotRead},
	Doc: `GoTrue and Storage do not start without the JWT secret ("required key GOTRUE_JWT_SECRET missing value", "AUTH_JWT_SECRET is
undefined"). PostgREST starts, and answers every request that carries a key with an error ("Server lacks JWT secret",
docs.postgrest.org, errors: PGRST300).

It is told where all that the service is given is known, and nothing else configures it: no mounted configuration, no script that
starts it. Set the variable, from where the other services take the JWT secret.`,
	Bad: `
-- compose.yaml --
services:
  auth:
    image: supabase/gotrue:v2.177.0
    environment: {GOTRUE_SITE_URL: "https://example.com", GOTRUE_JWT_SECRET: "${JWT_SECRET}"}
  rest:
    image: postgrest/postgrest:v12.2.0
    environment:
      PGRST_DB_URI: postgres://db:5432/postgres # HERE
-- .env --
JWT_SECRET={{jwt_secret}}
`,
	Good: `
-- compose.yaml --
services:
  auth:
    image: supabase/gotrue:v2.177.0
    environment: {GOTRUE_SITE_URL: "https://example.com", GOTRUE_JWT_SECRET: "${JWT_SECRET}"}
  rest:
    image: postgrest/postgrest:v12.2.0
    environment:
      PGRST_DB_URI: postgres://db:5432/postgres
      PGRST_JWT_SECRET: ${JWT_SECRET}
-- .env --
JWT_SECRET={{jwt_secret}}
`,
	Check: checkVerifierWithoutSecret,
}

var secretNotGiven = lint.Cause{Name: "secret-not-given", Advice: "Set %s, from where the other services of the stack take the JWT secret."}

// need is what a service cannot verify keys without.
type need struct {
	prefix  string // a variable that shows that the service is configured here
	without string // what it does without
}

// needs are those of the services that say so themselves (supabase/auth internal/conf:
// JWTConfiguration; supabase/storage src/config.ts; PostgREST's documentation of errors: PGRST300).
var needs = map[string]need{
	"GoTrue":    {"GOTRUE_", "it does not start"},
	"Storage":   {"DATABASE_URL", "it does not start"},
	"PostgREST": {"PGRST_", "it answers every request that carries a key with an error"},
}

func checkVerifierWithoutSecret(p *lint.Pass) {
	for _, c := range p.Containers {
		n, ok := needs[c.Carrier.Backend]
		if !ok || len(p.KeyVariables(c)) == 0 || c.Carrier.Idle != "" || !c.Unit.Deployed() || len(c.OpenEnv) > 0 || mountsConfiguration(c) {
			continue
		}
		configured := slices.IndexFunc(c.Variables, func(v *inventory.Binding) bool { return strings.HasPrefix(v.Name, n.prefix) })
		secrets := inventory.Needed[c.Carrier.Backend][0]
		given := slices.ContainsFunc(secrets, func(name string) bool { return c.Env[name].IsSet() })
		if configured < 0 || given || len(unreadVariables(p, c, p.KeyVariables(c))) > 0 {
			continue
		}
		at := c.Variables[configured].At()
		at.Column, at.EndColumn = 0, 0 // the line shows where, and nothing on it is wrong
		if empty := c.Env[secrets[0]]; empty != nil {
			at = empty.At()
		}
		p.Report(lint.Draft{
			Place: lint.AtName(at, c.Label()), Instance: p.NameIn(c.Unit, c.Namespace),
			Message: fmt.Sprintf("%s is not given %s: %s", c.Label(), strings.Join(secrets, " or "), n.without),
			Cause:   secretNotGiven.With(secrets[0]),
		})
	}
}

// mountsConfiguration says whether a file in the container may configure the service.
func mountsConfiguration(c *inventory.Container) bool {
	return slices.ContainsFunc(c.Mounts, func(m substitute.Mount) bool {
		return c.Carrier.Backend == "PostgREST" || strings.HasSuffix(m.Path, ".env") || strings.HasSuffix(m.Path, ".conf")
	})
}
