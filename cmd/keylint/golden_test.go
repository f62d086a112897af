package main

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/keylint/keylint/lint/rules"
)

// TestGolden holds every fixture to what it says that keylint must say: in want.txt what a
// person reads, with --verbose, so that each site is a line and each note too; and in
// want.json, where the fixture has one, what a program does. "go generate ./..." rewrites
// them; read the difference before you commit it.
func TestGolden(t *testing.T) {
	for _, name := range fixtureNames(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := lintedFixture(t, name)
			golden := l.golden(name)
			compareGolden(t, filepath.Join(fixturesDir, name, "want.txt"), golden.stderr+golden.stdout)
			if file := filepath.Join(fixturesDir, name, "want.json"); exists(file) {
				compareGolden(t, file, golden.reports["json"])
			}
			for format, text := range l.unlocked.reports {
				// What people read says less where it is not verbose.
				forPeople := slices.Contains([]string{"text", "github", "markdown"}, format)
				if again := l.colored.reports[format]; !forPeople && again != text {
					t.Errorf("%s: the same repository was told differently the second time:\n%s", format, lineDifference(text, again))
				}
			}
			for what, text := range l.outputs() {
				if strings.Contains(text, l.dir) {
					t.Errorf("%s: names a directory of the machine", what)
				}
			}
			if l.changed {
				t.Error("linting changed the repository")
			}

			// Without the private keys less is known, and nothing is proven that was not: what was
			// known agrees by construction at the most.
			unlocked, locked := summarized(t, l.unlocked), summarized(t, l.locked)
			if locked.Summary.Agree > unlocked.Summary.Agree || locked.unproven() < unlocked.Summary.Unknown {
				t.Errorf("without private keys %+v, with them %+v", locked.Summary, unlocked.Summary)
			}
		})
	}
}

// summary is a part of a JSON report.
type summary struct {
	Summary struct {
		Agree, Disagree, Unknown int
		ByConstruction           int `json:"by_construction"`
		Findings                 struct{ Error int }
	}
	Findings []struct{ Rule string }
}

func (s summary) unproven() int { return s.Summary.Unknown + s.Summary.ByConstruction }

func (s summary) fires(rule string) bool {
	for _, f := range s.Findings {
		if f.Rule == rule {
			return true
		}
	}
	return false
}

// summarized reads a run's JSON report, to which its exit status must belong.
func summarized(t *testing.T, r told) (s summary) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.reports["json"]), &s); err != nil {
		t.Fatal(err)
	}
	want := exitClean
	if s.Summary.Findings.Error > 0 {
		want = exitFindings
	}
	if r.status != want {
		t.Errorf("exit status %d with %d errors", r.status, s.Summary.Findings.Error)
	}
	return s
}

// TestRulesInFixtures holds every rule to a fixture in which it fires and one in which
// it is silent.
func TestRulesInFixtures(t *testing.T) {
	fires := map[string]int{}
	names := fixtureNames(t)
	for _, name := range names {
		s := summarized(t, lintedFixture(t, name).golden(name))
		if s.Summary.Disagree > 0 && len(s.Findings) == 0 {
			t.Errorf("%s: sites disagree, and nothing is reported", name)
		}
		for _, rule := range rules.All() {
			if s.fires(rule.Name) {
				fires[rule.Name]++
			}
		}
	}
	for _, rule := range rules.All() {
		if fires[rule.Name] == 0 {
			t.Errorf("%s fires in no fixture", rule.Name)
		}
		if fires[rule.Name] == len(names) {
			t.Errorf("%s is silent in no fixture", rule.Name)
		}
	}
}

// What is generated, the fixtures' reports, docs/rules.md, the samples on other pages and the
// configuration's schema, is held to what it is made of by these tests, and written by them.
//
//go:generate go test . -run Golden|Doc$|ConfigSchema -update
var update = flag.Bool("update", false, "write what is generated")

// compareGolden compares with a file, or writes it with -update.
func compareGolden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Errorf("%v (go generate ./... writes it)", err)
	} else if got != string(want) {
		t.Errorf("%s differs (go generate ./... rewrites it):\n%s", filepath.Base(file), lineDifference(string(want), got))
	}
}

// lineDifference shows the lines between the common beginning and the common end.
func lineDifference(want, got string) string {
	w, g := strings.SplitAfter(want, "\n"), strings.SplitAfter(got, "\n")
	for len(w) > 0 && len(g) > 0 && w[0] == g[0] {
		w, g = w[1:], g[1:]
	}
	for len(w) > 0 && len(g) > 0 && w[len(w)-1] == g[len(g)-1] {
		w, g = w[:len(w)-1], g[:len(g)-1]
	}
	var b strings.Builder
	for _, l := range w {
		b.WriteString("- " + strings.TrimSuffix(l, "\n") + "\n")
	}
	for _, l := range g {
		b.WriteString("+ " + strings.TrimSuffix(l, "\n") + "\n")
	}
	return b.String()
}

// TestDocumentedTrace holds the example in docs/resolution.md to the report it is taken from.
func TestDocumentedTrace(t *testing.T) {
	doc, err := os.ReadFile("../../docs/resolution.md")
	if err != nil {
		t.Fatal(err)
	}
	report, err := os.ReadFile("../../testdata/fixtures/stranger-monorepo/want.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(doc), "```text\n")
	example, _, closed := strings.Cut(rest, "```")
	if !ok || !closed || !strings.Contains(string(report), example) {
		t.Errorf("this is not in the report:\n%s", example)
	}
}
