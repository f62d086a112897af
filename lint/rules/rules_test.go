package rules_test

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/lint/rules"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
)

// lintArchive lints a tiny repository.
func lintArchive(t testing.TB, archive string) *lint.Result {
	t.Helper()
	return lintDir(t, writeArchive(t, archive))
}

func lintDir(t testing.TB, dir string) *lint.Result {
	t.Helper()
	return lint.Check(grouped(t, dir, lint.Config{}), rules.All(), keys.At(testkeys.Now))
}

// writeArchive writes a tiny repository to disk.
func writeArchive(t testing.TB, archive string) string {
	t.Helper()
	dir := t.TempDir()
	if err := testkeys.WriteArchive(dir, archive); err != nil {
		t.Fatal(err)
	}
	return dir
}

// grouped is a repository's sites by instance, before any rule has run.
func grouped(t testing.TB, dir string, config lint.Config) *lint.Grouping {
	t.Helper()
	repo, err := sources.Open(sources.Options{Paths: []string{dir}, Ledger: &keys.Ledger{}})
	if err != nil {
		t.Fatal(err)
	}
	return lint.Group(sites.Collect(repo, render.Units(repo)), config)
}

// TestRuleExamples runs the examples in the rules' documentation: the bad one yields
// just that rule at the line marked "# HERE", the good one nothing.
func TestRuleExamples(t *testing.T) {
	for _, rule := range rules.All() {
		if rule.Bad == "" {
			continue // shown by a fixture, since it needs ciphertext: see TestRulesInFixtures in cmd/keylint
		}
		t.Run(rule.Name, func(t *testing.T) {
			want := marked(rule.Bad)
			for _, f := range lintArchive(t, rule.Bad).Findings {
				if f.Rule != rule.Name {
					t.Errorf("bad example: %s: %s [%s], want only %s", f.At, f.Message, f.Rule, rule.Name)
				} else if !want[f.At.File] && f.At.Line == 0 || f.At.Line > 0 && !want[place(f.At)] {
					t.Errorf("bad example: reported at %s, want %v", place(f.At), want)
				}
				delete(want, place(f.At))
			}
			if len(want) > 0 {
				t.Errorf("bad example: nothing reported at %v", want)
			}
			for _, f := range lintArchive(t, rule.Good).Findings {
				t.Errorf("good example: %s: %s [%s]", f.At, f.Message, f.Rule)
			}
		})
	}
}

func place(p sources.Position) string {
	p.Column = 0
	return p.String()
}

// marked lists the lines with "# HERE", and those below where it stands alone.
func marked(archive string) map[string]bool {
	out := map[string]bool{}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		for i, line := range strings.Split(string(f.Data), "\n") {
			if strings.Contains(line, "# HERE") {
				if line == "# HERE" {
					i++
				}
				out[place(sources.Position{File: f.Name, Line: i + 1})] = true
			}
		}
	}
	return out
}
