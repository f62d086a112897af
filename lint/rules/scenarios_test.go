package rules_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/keylint/keylint/sources"
)

// wanted matches "# WANT rule" (on this line) and "# WANT+1 rule" (on the next).
var wanted = regexp.MustCompile(`# WANT(\+1)? ([a-z-]+)`)

// TestScenarios lints the repositories in testdata/scenarios: just the marked lines are
// reported, each with its rule or rules.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/scenarios/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]bool{}
			for _, f := range txtar.Parse(b).Files {
				for i, line := range strings.Split(string(f.Data), "\n") {
					for _, m := range wanted.FindAllStringSubmatch(line, -1) {
						at := sources.Position{File: f.Name, Line: i + 1 + len(m[1])/2}
						want[place(at)+" "+m[2]] = true
					}
				}
			}
			result := lintArchive(t, wanted.ReplaceAllString(string(b), ""))
			for _, f := range result.Findings {
				if key := place(f.At) + " " + f.Rule; want[key] {
					delete(want, key)
				} else {
					t.Errorf("not wanted: %s: %s [%s]", f.At, f.Message, f.Rule)
				}
			}
			for key := range want {
				t.Errorf("not found: %s", key)
			}
			for _, n := range result.Notes {
				t.Logf("note: %s: %s", n.At, n.Message)
			}
		})
	}
}
