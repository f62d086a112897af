package lint

import (
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testrepo"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
)

// TestUnmatchedPaths tells of the paths of a configured instance that match nothing.
func TestUnmatchedPaths(t *testing.T) {
	prod, _ := twoInstances()
	repo := testrepo.Open(t, testrepo.Write(t, "-- clusters/prod/kong.yaml --\nkind: ConfigMap\n-- apps/shop/.env --\nA=b\n"), nil)
	g := &Grouping{
		Collection: &sites.Collection{Inventory: &inventory.Inventory{Repo: repo}}, Instances: []*Instance{prod},
		Config: Config{Instances: []DeclaredInstance{{Name: "live", Paths: []string{"clusters/prod", "apps/shop", "apps/shopp"}}}},
	}
	g.declareInstances()
	var said []string
	for _, n := range repo.Notes() {
		said = append(said, n.Message)
	}
	if len(said) != 1 || !strings.HasSuffix(said[0], "no file matches apps/shopp") || prod.Name != "live" {
		t.Errorf("%s: %q", prod.Name, said)
	}
}
