package keys_test

import (
	"encoding/base64"
	"fmt"
	"strings"
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

// BenchmarkLeaks looks through a report of a megabyte for a thousand keys.
func BenchmarkLeaks(b *testing.B) {
	var l keys.Ledger
	for n := range 1000 {
		l.Add(keys.NewText(testkeys.Key(testkeys.Secret, "anon", 1767225600+n)))
	}
	report := strings.Repeat("k8s/supabase/kong.yaml:12:15: error: the gateway does not accept the key that apps/web presents [app-key-rejected]\n", 9_000)
	b.SetBytes(int64(len(report)))
	for b.Loop() {
		if l.Leaks(report, nil) {
			b.Fatal("it leaks")
		}
	}
}

// BenchmarkManySecrets puts back one of many secrets, beside others' base64.
func BenchmarkManySecrets(b *testing.B) {
	var s keys.Standins
	word := ""
	for i := range 8000 {
		word = s.Secret(keys.NewText(fmt.Sprintf("secret-number-%d", i)))
	}
	text := strings.Repeat("abcdefghijklmnopqrstuvwx ", 10_000) + base64.StdEncoding.EncodeToString([]byte(word))
	for b.Loop() {
		if out, ok := s.Uncovered(keys.NewText(text)); !ok || s.Bears("none of them") || !s.Bears(out.Reveal()) {
			b.Fatal("not put back")
		}
	}
}
