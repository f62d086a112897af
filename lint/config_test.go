package lint

import (
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testrepo"
	"github.com/keylint/keylint/render"
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

// TestDeclaredByRoot lets a root that the paths name be part of the instance, also where it is not
// the one that gives the instance its name.
func TestDeclaredByRoot(t *testing.T) {
	prod, staging := twoInstances()
	secrets := &render.Unit{Name: "secrets/live", Path: "secrets/live", Kind: render.Kustomization}
	staging.Parts = append(staging.Parts, part{secrets, "supabase"})
	repo := testrepo.Open(t, testrepo.Write(t, "-- secrets/live/secret.yaml --\nkind: Secret\n"), nil)
	g := &Grouping{
		Collection: &sites.Collection{Inventory: &inventory.Inventory{Repo: repo}}, Instances: []*Instance{prod, staging},
		Config: Config{Instances: []DeclaredInstance{{Name: "live", Paths: []string{"secrets/*"}}}},
	}
	g.declareInstances()
	if staging.Name != "live" || prod.Name == "live" {
		t.Errorf("declared are %s and %s", prod.Name, staging.Name)
	}
}
