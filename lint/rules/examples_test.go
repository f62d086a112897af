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

// TestPastIsCounted: a migration that a later one goes before, and a copy from before a change, are no sites that can never be told.
func TestPastIsCounted(t *testing.T) {
	result := lintArchive(t, `
-- supabase/migrations/1_first.sql --
select vault.create_secret('{{service_role.old}}', 'service_role_key');
-- supabase/migrations/2_rotated.sql --
select vault.update_secret((select id from vault.secrets where name = 'service_role_key'), '{{service_role}}');
-- web/.env.old --
NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon.old}}
`)
	if got := fmt.Sprint(result.Coverage.Sites, result.Coverage.Elsewhere); got != "1 [{supabase/migrations/1_first.sql superseded migrations 1} {web/.env.old archives 1}]" {
		t.Error(got)
	}
}
