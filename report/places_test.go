package report

import (
	"testing"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
)

// TestBeside: what stands beside a position does not say the file again.
func TestBeside(t *testing.T) {
	for holder, want := range map[string]string{
		"web/a.ts anonKey":                         "anonKey: the same key",
		"web/a.ts":                                 "the same key",
		"Secret supabase/keys ANON_KEY":            "Secret supabase/keys ANON_KEY: the same key",
		"web/a.ts.bak KEY":                         "web/a.ts.bak KEY: the same key",
		"compose service web environment ANON_KEY": "compose service web environment ANON_KEY: the same key",
	} {
		if got := beside(lint.Related{At: sources.Position{File: "web/a.ts", Line: 1}, Holder: holder, Says: "the same key"}).Message(); got != want {
			t.Errorf("%s: %s", holder, got)
		}
	}
}
