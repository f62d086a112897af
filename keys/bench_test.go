package keys_test

import (
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/keys"
)

// BenchmarkDiagnosePair is all that is asked of one mismatched pair: how the two differ,
// what is wrong with the form, and what was done to the secret.
func BenchmarkDiagnosePair(b *testing.B) {
	stale := keys.NewText(testkeys.Key(testkeys.OldSecret, "anon", 1735689600))
	right := keys.NewText(testkeys.Key(testkeys.Secret, "anon", 1767225600))
	secret := keys.NewText(testkeys.Secret)
	for b.Loop() {
		keys.Compare(stale, right, "the gateway's", secret)
		keys.FindDefect(stale)
		token, _ := keys.ParseJWT(stale)
		if token.SignedBy(secret) || token.Mistake(secret).Words != "" {
			b.Fatal("it verifies")
		}
	}
}
