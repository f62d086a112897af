package decrypt

import (
	"testing"

	"github.com/getsops/sops/v3"

	"github.com/keylint/keylint/keys"
)

// TestNumbersAreHidden: a password may be a number, and SOPS gives it back as one. A port is short, and is no secret.
func TestNumbersAreHidden(t *testing.T) {
	branches := sops.TreeBranches{{
		{Key: "password", Value: 1234567890},
		{Key: "pin", Value: 12345678.25},
		{Key: "port", Value: 5432},
		{Key: "open", Value: 987654321}, // was not encrypted
	}}
	opened := map[[32]byte]bool{}
	for _, text := range []string{"1234567890", "12345678.25", "5432"} {
		opened[keys.NewText(text).Sum()] = true
	}
	hideBranches(branches, opened, func(_ []string, text string) string {
		if len(text) < keys.MinHidden {
			return text
		}
		return "word of " + text[:2]
	})
	for i, want := range []any{"word of 12", "word of 12", 5432, 987654321} {
		if got := branches[0][i].Value; got != want {
			t.Errorf("%v: %v, not %v", branches[0][i].Key, got, want)
		}
	}
}
