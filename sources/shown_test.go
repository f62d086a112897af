package sources

import (
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
)

// TestShown repeats no password, token or key that stands in a name.
func TestShown(t *testing.T) {
	for text, want := range map[string]string{
		"https://user:word@example.com/x?a=b&ref=v1": "https://example.com/x?ref=v1",
		"https://ghp_token@github.com/a/b":           "https://github.com/a/b",
		"ssh://git@github.com/a/b":                   "ssh://git@github.com/a/b",
		"build\n  {{service_role}} {{secret}}-x":     "build •••••••• ••••••••",
		"job {{anon}}, {{anon}}":                     "job ••••••••, ••••••••",
	} {
		if got := Shown(testkeys.Fill(text)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
