package sources_test

import (
	"encoding/json"
	"testing"

	"github.com/keylint/keylint/internal/testrepo"
)

// TestNumbersAreHanded: a password may be a number. What is short is none, and stays one: a chart counts with it.
func TestNumbersAreHanded(t *testing.T) {
	repo := testrepo.Open(t, t.TempDir(), nil)
	tree := map[string]any{"password": 1234567890.0, "pin": json.Number("87654321"), "port": 5432.0, "on": true}
	repo.HandTree(tree)
	for _, name := range []string{"password", "pin"} {
		word, ok := tree[name].(string)
		if any, whole := repo.Standins().Holds(word); !ok || !any || !whole {
			t.Errorf("%s: %v", name, tree[name])
		}
	}
	if tree["port"] != 5432.0 || tree["on"] != true {
		t.Error(tree)
	}
}
