package chart

import (
	"fmt"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testrepo"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render/manifest"
)

// TestMadeOfSecret: a document that a template of the repository makes of a secret is cut by what the template says, not by what the secret holds.
func TestMadeOfSecret(t *testing.T) {
	repo := testrepo.Open(t, testrepo.Write(t, "-- a.yaml --\na: b\n"), nil)
	secret := keys.NewText("Q1w2,E3r4,T5y6,{U7i8: O9p0}")
	word := repo.HandSecret(secret)
	for _, made := range []string{"list: [%s]", "%s: x", "{a: %s}", "text: %s\nlist: {b: [%s]}"} {
		text, handed := fmt.Sprintf(strings.ReplaceAll(made, "%s", "%[1]s"), secret.Reveal()), fmt.Sprintf(strings.ReplaceAll(made, "%s", "%[1]s"), word)
		repo.HandMade(keys.NewText(text), handed)
		entry := manifest.Entry{Value: keys.Known(keys.NewText(text)), Sealed: true}
		layers := EntryLayer(repo, entry, manifest.Place{}, "the Secret")
		values, err := mergeLayers(layers, repo, defaults{})
		if err != nil {
			t.Fatal(err)
		}
		shown := fmt.Sprint(values)
		for _, piece := range []string{"Q1w2", "E3r4", "T5y6", "U7i8", "O9p0"} {
			if strings.Contains(shown, piece) {
				t.Errorf("of %q a chart sees %s", made, shown)
			}
		}
		if len(values) == 0 && (len(layers) == 0 || layers[0].unknown.IsAbsent()) {
			t.Errorf("of %q a chart sees nothing, and that is not told", made)
		}
	}
}
