package rules_test

import (
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/lint"
)

// TestDemoKey says of published keys what comes of them: it depends on the secret that is in force, and on
// whether the world reaches the instance.
func TestDemoKey(t *testing.T) {
	const published = "super-secret-jwt-token-with-at-least-32-characters-long"
	stack := func(url, secret, anon, service string) string {
		return `
-- docker-compose.yml --
services:
  auth:
    image: supabase/gotrue:v2.177.0
    environment: {GOTRUE_JWT_SECRET: "${JWT_SECRET}", API_EXTERNAL_URL: "` + url + `"}
  storage:
    image: supabase/storage-api:v1.25.7
    environment: {ANON_KEY: "${ANON_KEY}", SERVICE_KEY: "${SERVICE_ROLE_KEY}"}
-- .env --
JWT_SECRET=` + secret + `
ANON_KEY=` + anon + `
SERVICE_ROLE_KEY=` + service + "\n"
	}
	for _, c := range []struct {
		name, archive string
		severity      lint.Severity // of the one demo-key finding; empty for none
		words         string
		places        int // beside the first
	}{
		{"in force, public", stack("https://api.example.org", published, "{{anon.cli}}", "{{service_role.cli}}"), lint.Error, "anybody can sign", 2},
		{"in force, on this machine", stack("http://localhost:8000", published, "{{anon.cli}}", "{{service_role.cli}}"), lint.Warning, "anybody can sign", 2},
		{"in force, in a network of one's own", stack("http://supabase.local:8000", published, "{{anon.cli}}", "{{service_role.cli}}"), lint.Warning, "anybody can sign", 2},
		{"in force, on a private address", stack("http://192.168.1.7:8000", published, "{{anon.cli}}", "{{service_role.cli}}"), lint.Warning, "anybody can sign", 2},
		{"another secret in force", stack("https://api.example.org", "{{jwt_secret}}", "{{anon.cli}}", "{{service_role}}"), "", "", 0},
		{"secret not known", stack("https://api.example.org", "op://prod/supabase/jwt", "{{anon.cli}}", "{{service_role.cli}}"), lint.Error, "cannot be told", 1},
		{"an anon key alone", stack("https://api.example.org", "op://prod/supabase/jwt", "{{anon.cli}}", "op://prod/supabase/service"), lint.Warning, "public anyway", 0},
		{"public by a variable that no service reads", strings.Replace(stack("http://localhost:8000", published, "{{anon.cli}}", "{{service_role.cli}}"),
			"environment: {ANON_KEY", "environment: {SUPABASE_PUBLIC_URL: \"https://api.example.org\", ANON_KEY", 1), lint.Warning, "anybody can sign", 2},
		{"none", stack("https://api.example.org", "{{jwt_secret}}", "{{anon}}", "{{service_role}}"), "", "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := 0
			for _, f := range lintArchive(t, testkeys.Fill(c.archive)).Findings {
				if f.Rule != "demo-key" {
					continue
				}
				if found++; f.Severity != c.severity || !strings.Contains(f.Message, c.words) || len(f.Related) != c.places {
					t.Errorf("got %s: %s (%d more places)", f.Severity, f.Message, len(f.Related))
				}
			}
			if want := c.severity != ""; want != (found == 1) {
				t.Errorf("%d findings", found)
			}
		})
	}
}
