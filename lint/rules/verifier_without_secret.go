package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
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
docs.postgrest.org, errors: PGRST300). Functions that check tokens (VERIFY_JWT=true) refuse every HS256 token then, and a Realtime that makes its
tenant as it starts (SEED_SELF_HOST=true) gives that a secret that is published, and refuses the instance's keys.

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
	prefix  string   // a variable that shows that the service is configured here
	without string   // what it does without
	on      string   // a variable without which, exactly "true", it verifies nothing, or not with the secret; empty where it does anyway
	instead []string // a set of keys that counts in place of the secret
}

// needs are those of the services that say so themselves (supabase/auth internal/conf: JWTConfiguration; supabase/storage src/config.ts;
// PostgREST's documentation of errors: PGRST300; supabase/realtime run.sh and priv/repo/seeds.exs; supabase/supabase
// docker/volumes/functions/main/index.ts).
var needs = map[string]need{
	"GoTrue":    {prefix: "GOTRUE_", without: "it does not start"},
	"Storage":   {prefix: "DATABASE_URL", without: "it does not start"},
	"PostgREST": {prefix: "PGRST_", without: "it answers every request that carries a key with an error"},
	"Realtime": {prefix: "SEED_SELF_HOST", on: "SEED_SELF_HOST", instead: []string{"API_JWT_JWKS"},
		without: "it gives its tenant a secret that is published, and refuses the instance's keys"},
	"Functions": {prefix: "VERIFY_JWT", on: "VERIFY_JWT", instead: []string{"SUPABASE_JWKS", "JWT_JWKS"},
		without: "it checks tokens (VERIFY_JWT), and refuses every one that the secret signed (401)"},
}

func checkVerifierWithoutSecret(p *lint.Pass) {
	for _, c := range p.Containers {
		n, ok := needs[c.Carrier.Backend]
		if !ok {
			continue
		}
		secrets, reads := secretsOf(p, c)
		if len(secrets) == 0 || c.Carrier.Idle != "" || !c.Unit.Deployed() || len(c.OpenEnv) > 0 || mountsConfiguration(c) {
			continue
		}
		configured := slices.IndexFunc(c.Variables, func(v *inventory.Binding) bool { return strings.HasPrefix(v.Name, n.prefix) })
		given := slices.ContainsFunc(slices.Concat(secrets, n.instead), func(name string) bool { return c.Env[name].IsSet() })
		if configured < 0 || given || n.on != "" && !isTrue(c.Env[n.on]) || len(unreadVariables(p, c, reads)) > 0 || c.Carrier.Backend == "Realtime" && publishesSecret(p, c) || c.Carrier.Backend == "Functions" && !hasSecret(p, c) {
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

// secretsOf are the variables of which one has to hold the JWT secret, and all through which the service takes keys. There are none where that cannot be told.
// Whoever writes the main function of Functions, and has the secret by another name, gives them that.
func secretsOf(p *lint.Pass, c *inventory.Container) (secrets, reads []string) {
	if c.Carrier.Backend != "Functions" {
		if reads = p.KeyVariables(c); len(reads) == 0 {
			return nil, nil
		}
		return inventory.Needed[c.Carrier.Backend][0], reads
	}
	other := slices.ContainsFunc(c.Variables, func(v *inventory.Binding) bool {
		return v.Name != "JWT_SECRET" && p.Names.Of(v.Name).Slot.Role() == keys.Signing
	})
	if c.Init || other || p.IsBuilt(c) || !strings.Contains(c.Image, "supabase/edge-runtime") {
		return nil, nil
	}
	return []string{"JWT_SECRET"}, []string{"JWT_SECRET"}
}

func isTrue(v *inventory.Binding) bool { return v != nil && v.Value.Text().Equal(keys.NewText("true")) }

// publishesSecret says whether the instance has a JWT secret that is published, which may be the one that a service falls back to.
func publishesSecret(p *lint.Pass, c *inventory.Container) bool {
	return slices.ContainsFunc(p.Instances, func(i *lint.Instance) bool {
		return i.Holds(c.Unit, c.Namespace) && slices.ContainsFunc(i.Secrets(), func(t keys.Text) bool { return keys.Published(t) != "" })
	})
}

// hasSecret says whether the container's instance has a JWT secret at all: one with asymmetric keys alone needs none.
func hasSecret(p *lint.Pass, c *inventory.Container) bool {
	return slices.ContainsFunc(p.Instances, func(i *lint.Instance) bool {
		return i.Holds(c.Unit, c.Namespace) && slices.ContainsFunc(i.Sites, func(s *sites.Site) bool { return s.Slot == keys.JWTSecret && !p.IsIdle(s) })
	})
}

// mountsConfiguration says whether a file in the container may configure the service.
func mountsConfiguration(c *inventory.Container) bool {
	return slices.ContainsFunc(c.Mounts, func(m substitute.Mount) bool {
		return c.Carrier.Backend == "PostgREST" || strings.HasSuffix(m.Path, ".env") || strings.HasSuffix(m.Path, ".conf")
	})
}
