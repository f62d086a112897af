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
	for _, c := range []struct{ name, archive, rule, want string }{
		{"one key for both in a Kong that refuses it", kong("kong:3.9.1"), "same-key-both-roles",
			`: Kong refuses the configuration ("uniqueness violation") and does not start`},
		{"one key for both in a Kong that does not mind", kong("kong:2.8.1"), "same-key-both-roles",
			": Kong keeps the last without a word, so the key is service_role's"},
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
