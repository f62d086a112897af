package decrypt

import (
	"testing"
	"time"

	"github.com/getsops/sops/v3"

	"github.com/keylint/keylint/keys"
)

// TestTypesAreHidden: a password may be a number or a date, and SOPS gives it back as one; which type it is to have, whoever edits the file decides. A
// port is short, and is no secret.
func TestTypesAreHidden(t *testing.T) {
	branches := sops.TreeBranches{{
		{Key: "password", Value: 1234567890},
		{Key: "pin", Value: 12345678.25},
		{Key: "day", Value: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)},
		{Key: "bytes", Value: []byte("a password")},
		{Key: "port", Value: 5432},
		{Key: "open", Value: 987654321}, // was not encrypted
	}}
	opened := map[[32]byte]bool{}
	for _, text := range []string{"1234567890", "12345678.25", "2024-05-06T07:08:09Z", "a password", "5432"} {
		opened[keys.NewText(text).Sum()] = true
	}
	hideBranches(branches, opened, func(_ []string, text string) string {
		if len(text) < keys.MinHidden {
			return text
		}
		return "word of " + text[:2]
	})
	for i, want := range []any{"word of 12", "word of 12", "word of 20", "word of a ", 5432, 987654321} {
		if got := branches[0][i].Value; got != want {
			t.Errorf("%v: %v, not %v", branches[0][i].Key, got, want)
		}
	}
}
