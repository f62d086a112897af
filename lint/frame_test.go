package lint

import (
	"testing"

	"github.com/keylint/keylint/internal/testrepo"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
)

// TestUnplaced shows a path of a line on which it is not known where a secret stands, and nothing that may be one.
func TestUnplaced(t *testing.T) {
	c := &sites.Collection{Inventory: &inventory.Inventory{Repo: testrepo.Open(t, t.TempDir(), nil)}}
	p := &Pass{Grouping: &Grouping{Collection: c}}
	for line, want := range map[string]string{
		"- ../../../../clusters/base/infrastructure/prometheus": "- ../../../../clusters/base/infrastructure/prometheus",
		"- ./apps/supabase/deployment.yaml":                     "- ./apps/supabase/deployment.yaml",
		"- correct/horse/battery/staple/of/words":               "- " + keys.Mask,
		"- ../../hunterhunterhunterhunterhunter":                "- " + keys.Mask,
		"- ../clusters/base/4f2a9c1b/k8s/secret":                "- " + keys.Mask,
	} {
		if got := p.unplaced(line); got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
}

// TestFileNames shows the file that a line names, and nothing else that may be a secret.
func TestFileNames(t *testing.T) {
	for text, want := range map[string]bool{
		"infra/01-gateway/traefik/docker-compose.yml": true, "../.env": false, "./base/values.yaml": true, `"a.json"`: true,
		"eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.x": false, "hunter2": false, "a b.yml": false, "https://user:secret@x/y.yml": false,
	} {
		if got := fileName.MatchString(text); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
