package rules_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
)

// wanted matches "# WANT rule" (on this line) and "# WANT+1 rule" (on the next), and "# IS outcome"
// or "# IS outcome: why" of the site that stands on the line.
var (
	wanted  = regexp.MustCompile(`# WANT(\+1)? ([a-z0-9-]+)`)
	outcome = regexp.MustCompile(`# IS ([a-z ]+)(?:: ([^\n]+))?`)
)

// TestScenarios lints the repositories in testdata/scenarios: just the marked lines are
// reported, each with its rule or rules, and what is said of an outcome is so.
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
			want, is := map[string]bool{}, map[string][]string{}
			for _, f := range txtar.Parse(b).Files {
				for i, line := range strings.Split(string(f.Data), "\n") {
					for _, m := range wanted.FindAllStringSubmatch(line, -1) {
						at := sources.Position{File: f.Name, Line: i + 1 + len(m[1])/2}
						want[place(at)+" "+m[2]] = true
					}
					if m := outcome.FindStringSubmatch(line); m != nil {
						is[place(sources.Position{File: f.Name, Line: i + 1})] = m[1:]
					}
				}
			}
			result := lintArchive(t, outcome.ReplaceAllString(wanted.ReplaceAllString(string(b), ""), ""))
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
			for at, is := range is {
				checkOutcome(t, result, at, lint.Outcome(is[0]), is[1])
			}
			for _, n := range result.Notes {
				t.Logf("note: %s: %s", n.At, n.Message)
			}
		})
	}
}

// checkOutcome wants the sites that stand on a line to have the outcome, and the reason or the
// instance to hold the words.
func checkOutcome(t *testing.T, result *lint.Result, at string, want lint.Outcome, words string) {
	t.Helper()
	seen := false
	check := func(instance string, all []lint.Judged) {
		for _, j := range all {
			if place(j.Site.At) != at {
				continue
			}
			seen = true
			if j.Outcome != want || !strings.Contains(j.Why+" in "+instance, words) {
				t.Errorf("%s: %s %s in %q, want %s %s", at, j.Outcome, j.Why, instance, want, words)
			}
		}
	}
	for _, i := range result.Instances {
		check(i.Name, i.Sites)
	}
	check("", result.Unplaced)
	if !seen {
		t.Errorf("%s: no site stands there", at)
	}
}
