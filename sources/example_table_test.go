package sources

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestPlaceTable holds the table in docs/checks.md to that of the places whose keys are never truth.
func TestPlaceTable(t *testing.T) {
	b, err := os.ReadFile("../docs/checks.md")
	if err != nil {
		t.Fatal(err)
	}
	quoted := func(words ...string) string {
		var out []string
		for _, w := range words {
			if w != "" {
				out = append(out, "`"+strings.ReplaceAll(w, "|", `\|`)+"`")
			}
		}
		return strings.Join(out, " ")
	}
	var want strings.Builder
	want.WriteString("| place | directories | files |\n|---|---|---|\n")
	for _, row := range placeTable {
		fmt.Fprintf(&want, "| %s | %s | %s |\n", row.place, quoted(row.dirs...), quoted(row.files))
	}
	if !strings.Contains(string(b), want.String()) {
		t.Errorf("docs/checks.md has not this table:\n%s", want.String())
	}
}

// TestPlaces: where a file lies, and what it is called, tells whether its keys are truth.
func TestPlaces(t *testing.T) {
	w := &walker{repo: &Repository{selected: []string{"."}}, own: map[string]bool{"apps/docs": true, "overlays/test": true, "web/test": false, "docs": false, "tests": false, "docs/archive": false}}
	for name, want := range map[string]Place{
		"docs/a.ts": Documentation, "README.md": Documentation, "web/CHANGELOG": Documentation, "apps/docs/src/a.ts": "", "tests/a.sh": Tests, "overlays/test/a.sh": "",
		"web/test/a.ts": Tests, "web/a.test.tsx": Tests, "web/a.stories.js": Tests, "scripts/test-login.sh": "", "scripts/latest.ts": "", "test_login.py": "",
		"a/example/b.sh": Examples, ".env.example": Examples, "env-sample.sh": Examples, "counterexamples.ts": "", "nb/a.ipynb": Recordings, "x/__snapshots__/a.snap": Recordings,
		"archive/a.sql": Archives, "db/1_a.down.sql": Archives, "vendor/a.go": Vendored, "package-lock.json": Vendored, "dist/a.js": "", "coverage/a.html": Tests, "src/a.js": "",
	} {
		if got, _ := w.placeOf(name, true); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
