package rules_test

import (
	"strings"
	"testing"
)

// TestTelling reads what a finding says: where it points, what breaks, how to mend it, and what follows.
func TestTelling(t *testing.T) {
	kong := func(image string) string {
		return `
-- compose.yaml --
services:
  kong:
    image: ` + image + `
    environment: {KONG_DATABASE: "off", KONG_DECLARATIVE_CONFIG: /kong.yml}
    volumes: [./kong.yml:/kong.yml:ro]
-- kong.yml --
_format_version: "2.1"
consumers:
  - username: anon
    keyauth_credentials: [{key: {{anon}}}]
  - username: service_role
    keyauth_credentials: [{key: {{anon}}}]
`
	}
	const stack = `
-- compose.yaml --
services:
  auth:
    image: supabase/gotrue:v2.177.0
    environment: {GOTRUE_JWT_SECRET: "${JWT_SECRET}"}
  storage:
    image: supabase/storage-api:v1.25.7
    environment: {ANON_KEY: "${ANON_KEY}", AUTH_JWT_SECRET: "${JWT_SECRET}"}
  rest:
    image: postgrest/postgrest:v12.2.0
    environment:
      PGRST_DB_URI: postgres://db:5432/postgres
      PGRST_JWT_SECRET: ${JWT_SECRET}
-- .env --
JWT_SECRET={{jwt_secret}}
ANON_KEY={{anon}}
`
	for _, c := range []struct{ name, archive, rule, want string }{
		{"one key for both in a Kong that refuses it", kong("kong:3.9.1"), "same-key-both-roles",
			`: Kong refuses the configuration ("uniqueness violation") and does not start`},
		{"one key for both in a Kong that does not mind", kong("kong:2.8.1"), "same-key-both-roles",
			": Kong keeps the last without a word, so the key is service_role's"},
		{"a list that is filled in: where the two values stand", `
-- compose.yaml --
services:
  kong:
    image: kong:3.9.1
    entrypoint: [sh, -c, "envsubst < /template.yml > /kong.yml && exec kong docker-start"]
    environment: {KONG_DATABASE: "off", KONG_DECLARATIVE_CONFIG: /kong.yml, ONE: "${ONE}", TWO: "${TWO}"}
    volumes: [./kong.yml:/template.yml:ro]
-- kong.yml --
_format_version: "2.1"
consumers:
  - username: anon
    keyauth_credentials: [{key: $ONE}, {key: $TWO}]
-- .env --
ONE={{anon}}
TWO={{anon}}
`, "duplicate-credential", ".env:2:5"},
		{"a secret in a file of variables that services read whole: the file", `
-- .git/HEAD --
ref: refs/heads/main
-- compose.yaml --
services:
  meta: {image: example/meta, env_file: [keys.env]}
  web: {image: example/web, env_file: [keys.env]}
-- keys.env --
SERVICE_ROLE_KEY={{service_role}}
`, "plaintext-secret", "keys.env SERVICE_ROLE_KEY is in the open"},
		{"a verifier without a secret: no value is underlined", strings.Replace(stack, "      PGRST_JWT_SECRET: ${JWT_SECRET}\n", "", 1), "verifier-without-secret",
			"compose.yaml:11: "},
		{"a key that another secret signed: who reads it", strings.Replace(stack, "{{anon}}", "{{anon.old}}", 1), "key-not-signed-by-secret",
			"docker compose up -d --force-recreate storage"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var told []string
			for _, f := range lintArchive(t, c.archive).Findings {
				if f.Rule == c.rule {
					text := f.At.String() + ": " + f.Message + "\n" + f.Help
					for _, command := range f.Then {
						text += "\n" + command.String()
					}
					if strings.Contains(text, c.want) {
						return
					}
					told = append(told, text)
				}
			}
			t.Errorf("%s does not say %q:\n%s", c.rule, c.want, strings.Join(told, "\n\n"))
		})
	}
}
