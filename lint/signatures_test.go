package lint

import (
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites"
)

// TestSignaturesAreCheckedOnce asks for the same pair at other sites: the answer is that of
// the first time, whatever is written into it meanwhile.
func TestSignaturesAreCheckedOnce(t *testing.T) {
	site := func(slot keys.Slot, text string) *sites.Site {
		return &sites.Site{Slot: slot, Value: keys.Known(keys.NewText(text))}
	}
	anon := testkeys.Key(testkeys.Secret, "anon", 1767225600)
	m := newSignatures()
	if !m.Verify(site(keys.Anon, anon), site(keys.JWTSecret, testkeys.Secret)) || m.Verify(site(keys.Anon, anon), site(keys.JWTSecret, testkeys.OldSecret)) {
		t.Error("the wrong secret verifies, or the right one does not")
	}
	if len(m.known) != 2 {
		t.Errorf("%d pairs are remembered, want 2", len(m.known))
	}
	for pair, ok := range m.known {
		m.known[pair] = !ok
	}
	if m.Verify(site(keys.Anon, anon), site(keys.JWTSecret, testkeys.Secret)) {
		t.Error("the pair was checked again")
	}
	if m.Verify(site(keys.Anon, "no token"), site(keys.JWTSecret, testkeys.Secret)) {
		t.Error("what is no token verifies")
	}
}
