package rules_test

import (
	"strings"
	"testing"

	"github.com/keylint/keylint/lint"
)

// TestGatewayOfOneRole: a gateway that lists keys, and none of an app's role, refuses the app's
// key, wherever else the same key is stored.
func TestGatewayOfOneRole(t *testing.T) {
	result := lintArchive(t, strings.ReplaceAll(consistent, `  - username: anon
    keyauth_credentials:
      - key: {{anon}}
`, ""))
	const holder = "apps/web/.env.production NEXT_PUBLIC_SUPABASE_ANON_KEY"
	if app := siteOf(t, result, holder); app.Outcome != lint.CannotTell || app.Why != "the gateway lists no public key that is right" {
		t.Errorf("the app's key: %s (%s)", app.Outcome, app.Why)
	}
	if server := siteOf(t, result, "apps/web/.env.production SUPABASE_SERVICE_ROLE_KEY"); server.Outcome != lint.Agree {
		t.Errorf("the server key: %s (%s)", server.Outcome, server.Why)
	}
}

// TestMisspeltForService: a key by a name that a service of Supabase does not read has no effect
// there. What an app or a function reads is its own affair.
func TestMisspeltForService(t *testing.T) {
	for name, why := range map[string]string{
		"SERVICE_KYE": "Storage reads no variable SERVICE_KYE",
		"MASTER":      "Storage is not known to read a variable MASTER",
	} {
		result := lintArchive(t, strings.ReplaceAll(consistent, "name: SERVICE_KEY", "name: "+name))
		if s := siteOf(t, result, "Deployment supabase/storage env "+name); s.Outcome != lint.CannotTell || s.Why != why {
			t.Errorf("%s: %s (%s)", name, s.Outcome, s.Why)
		}
		if s := siteOf(t, result, "Deployment supabase/storage env ANON_KEY"); s.Outcome != lint.Agree {
			t.Errorf("the one beside %s: %s (%s)", name, s.Outcome, s.Why)
		}
	}
}
