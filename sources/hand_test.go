package sources

import (
	"testing"

	"github.com/keylint/keylint/keys"
)

// TestHand hands values to a renderer, and asks what is worth what comes out of it.
func TestHand(t *testing.T) {
	repo := &Repository{}
	for _, v := range []keys.Value{keys.Known(keys.NewText("a text")), keys.Known(keys.NewText("")), keys.Unknown("it is elsewhere")} {
		handed := repo.Hand(v)
		back := repo.Standins().Resolve(keys.NewText(handed))
		if back.IsKnown() != v.IsKnown() || back.Reason() != v.Reason() || back.Text().Reveal() != v.Text().Reveal() {
			t.Errorf("%q comes back as %v, and was %v", handed, back, v)
		}
	}
	tree := map[string]any{"a": []any{"x", 1, map[string]any{"b": "y"}}, "c": nil}
	repo.HandTree(tree)
	if inner := tree["a"].([]any); inner[0] != "x" || inner[1] != 1 || inner[2].(map[string]any)["b"] != "y" || tree["c"] != nil {
		t.Errorf("a tree becomes %v", tree)
	}
}
