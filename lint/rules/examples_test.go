package rules_test

import (
	"fmt"
	"testing"
)

// TestExamplesAreCounted: keys where nothing is truth are no sites, and are not passed over either.
func TestExamplesAreCounted(t *testing.T) {
	result := lintArchive(t, `
-- .env.example --
ANON_KEY={{anon}}
SERVICE_ROLE_KEY={{service_role}}
-- docs/install.yaml --
env: {SUPABASE_ANON_KEY: {{anon}}}
-- docs/none.yaml --
env: {SUPABASE_ANON_KEY: your-anon-key}
`)
	if got := fmt.Sprint(result.Coverage.Sites, result.Coverage.Elsewhere); got != "0 [{.env.example examples 2} {docs/install.yaml documentation 1}]" {
		t.Error(got)
	}
}
