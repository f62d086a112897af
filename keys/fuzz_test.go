package keys_test

import (
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/keys"
)

// FuzzDiagnosis holds what is said of any pair of texts to say none of either: no six
// consecutive characters that are not in the words of the diagnosis itself.
func FuzzDiagnosis(f *testing.F) {
	for _, key := range testkeys.All() {
		f.Add(key, "NEXT_PUBLIC_SUPABASE_ANON_KEY")
		f.Add(key, key+"\n")
		f.Add(key+"...", testkeys.Secret)
	}
	f.Add(`{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"BB"},{"kty":"oct","k":"AAAA"}]}`, "[]")
	f.Fuzz(func(t *testing.T, text, other string) {
		a, b := keys.NewText(text), keys.NewText(other)
		keys.Names{}.Of(other)
		keys.Recognize(a)
		defect, _ := keys.FindDefect(a)
		words := []string{
			defect.Words, keys.OpaqueDefect(a), keys.Guessable(a), keys.Published(a),
			keys.Compare(a, b, "the other", b).Words,
		}
		inspected := keys.Inspect(a, keys.At(testkeys.Now), []keys.NamedSecret{{Name: "the other", Text: b}})
		words = append(append(append(words, inspected.Kind), inspected.Faults...), inspected.Notes...)
		for _, s := range inspected.Signatures {
			words = append(words, s.Words)
		}
		if token, ok := keys.ParseJWT(a); ok {
			words = append(words, token.Mistake(b).Words)
		}
		if set, err := keys.ParseKeySet(a); err != nil {
			words = append(words, err.Error())
		} else {
			words = append(words, set.Defect(), set.Mistaken(b))
		}
		for _, said := range words {
			for _, key := range []string{text, other} {
				quoted(t, said, key)
			}
		}
	})
}

// quoted fails where the words hold a piece of the key: six characters in a row that mix
// letters with digits, which no sentence of a diagnosis does.
func quoted(t *testing.T, said, key string) {
	t.Helper()
	for i := 0; i+6 <= len(key); i++ {
		piece := key[i : i+6]
		if strings.ContainsAny(piece, "0123456789") && keys.LooksRandom(piece) && strings.Contains(said, piece) {
			t.Fatalf("%q quotes a key", said)
		}
	}
}
