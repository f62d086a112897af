package lint

import (
	"testing"

	"github.com/keylint/keylint/internal/testrepo"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
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

// TestFrameHidesTheRest: of what stands behind a key on its line, and of a line on which no place is known, nothing is shown. A
// carriage return by itself ends a line.
func TestFrameHidesTheRest(t *testing.T) {
	repo := testrepo.Open(t, testrepo.Write(t, `
-- a.env --
SUPABASE_ANON_KEY=first second
SUPABASE_JWT_SECRET=one`+"\r"+`two`+"\r"+`X=three
{"anonKey": "first"}, 
{"anonKey": "first", "x": "hunter2"}
`), nil)
	c := &sites.Collection{Inventory: &inventory.Inventory{Repo: repo}}
	p := &Pass{Grouping: &Grouping{Collection: c}}
	const mask = keys.Mask
	for _, want := range []struct {
		line, column, end int
		name              bool
		text              string
	}{
		{1, 19, 24, false, "SUPABASE_ANON_KEY=" + mask + " " + mask},
		{1, 1, 18, true, "SUPABASE_ANON_KEY=" + mask},
		{1, 0, 0, false, ""},
		{1, 99, 0, false, ""},
		{2, 21, 24, false, "SUPABASE_JWT_SECRET=" + mask},
		{2, 21, 28, false, "SUPABASE_JWT_SECRET=" + mask},
		{2, 25, 28, false, mask},
		{2, 31, 0, false, "X=" + mask},
		{3, 14, 19, false, `{"anonKey": "` + mask + `"}, `},
		{4, 14, 19, false, `{"anonKey": "` + mask + `", "` + mask},
		{4, 3, 10, true, `{"anonKey": "` + mask},
	} {
		at := sources.Position{File: "a.env", Line: want.line, Column: want.column, EndColumn: want.end}
		if got := p.frame(at, want.name).Text; got != want.text {
			t.Errorf("%d:%d-%d: %q, want %q", want.line, want.column, want.end, got, want.text)
		}
	}
}
