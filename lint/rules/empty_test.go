package rules_test

import "testing"

// TestEmptyIsNoPass counts a key that is set to nothing among what cannot be told: the
// environment of the build may set it, and nothing in the repository shows that it does.
func TestEmptyIsNoPass(t *testing.T) {
	result := lintArchive(t, `
-- web/.env.production --
NEXT_PUBLIC_SUPABASE_URL=https://supabase.example.com
NEXT_PUBLIC_SUPABASE_ANON_KEY=
`)
	if result.Coverage.Unknown != 1 || len(result.Coverage.Reasons) != 1 || result.Coverage.Reasons[0].Text != "it is set to nothing, unless the environment of the build sets it" {
		t.Errorf("%+v", result.Coverage)
	}
}
