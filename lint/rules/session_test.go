package rules_test

import (
	"strings"
	"testing"
)

// TestSessionToken tells by its issuer that what stands in a key's place is a user's session.
func TestSessionToken(t *testing.T) {
	result := lintArchive(t, `
-- web/.env.production --
NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon.session}}
`)
	if len(result.Findings) != 1 || result.Findings[0].Rule != "role-swap" ||
		!strings.Contains(result.Findings[0].Message, "a user's session token, which GoTrue issued for the role authenticated, which is no API key; an anon key belongs there") {
		t.Errorf("%+v", result.Findings)
	}
}
