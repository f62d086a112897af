package rules_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
)

// wanted matches "# WANT rule" (on this line) and "# WANT+1 rule" (on the next), and "# IS outcome"
// or "# IS outcome: why" of the site that stands on the line, and "# UNREAD words" of what is deployed, was not seen,
// and fails --strict: where one stands, there is no other.
var (
	wanted  = regexp.MustCompile(`# WANT(\+1)? ([a-z0-9-]+)`)
	outcome = regexp.MustCompile(`# IS ([a-z ]+)(?:: ([^\n]+))?`)
	unread  = regexp.MustCompile(`# UNREAD ([^\n]+)`)
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
			want, is, unseen := map[string]bool{}, map[string][]string{}, map[string]string{}
			for _, f := range txtar.Parse(b).Files {
				for i, line := range strings.Split(string(f.Data), "\n") {
					for _, m := range wanted.FindAllStringSubmatch(line, -1) {
						at := sources.Position{File: f.Name, Line: i + 1 + len(m[1])/2}
						want[place(at)+" "+m[2]] = true
					}
					if m := outcome.FindStringSubmatch(line); m != nil {
						is[place(sources.Position{File: f.Name, Line: i + 1})] = m[1:]
					}
					if m := unread.FindStringSubmatch(line); m != nil {
						unseen[place(sources.Position{File: f.Name, Line: i + 1})] = m[1]
					}
				}
			}
			result := lintArchive(t, unread.ReplaceAllString(outcome.ReplaceAllString(wanted.ReplaceAllString(string(b), ""), ""), ""))
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
			if len(unseen) > 0 {
				checkUnread(t, result, unseen)
			}
			for _, n := range result.Notes {
				t.Logf("note: %s: %s", n.At, n.Message)
			}
		})
	}
}

// checkUnread wants a note with the words at each place, and no other that counts.
func checkUnread(t *testing.T, result *lint.Result, want map[string]string) {
	t.Helper()
	if result.Coverage.Unread != len(want) || result.Coverage.Why() == "" {
		t.Errorf("%d things were not read, %q; want %d", result.Coverage.Unread, result.Coverage.Why(), len(want))
	}
	for at, words := range want {
		if !slices.ContainsFunc(result.Notes, func(n sources.Note) bool { return place(n.At) == at && strings.Contains(n.Message, words) }) {
			t.Errorf("%s: no note says %q", at, words)
		}
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
