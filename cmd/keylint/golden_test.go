package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keylint/keylint/internal/testkeys"
)

// TestGolden lints every fixture with all test keys (no-keys* with none, as the pull
// request of a fork) and compares with what it says that
// keylint must say, in want.txt and want.json. "go test ./cmd/keylint -update" rewrites
// them; read the difference before you commit it.
func TestGolden(t *testing.T) {
	all := allKeys(t)
	for _, name := range fixtures(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keys := all
			if strings.HasPrefix(name, "no-keys") {
				keys = nil
			}
			dir := copyFixture(t, name)
			before := snapshot(t, dir)
			text, _ := lintFixture(t, dir, "text", keys)
			compareGolden(t, filepath.Join(fixturesDir, name, "want.txt"), text)
			text, unlocked := lintFixture(t, dir, "json", keys)
			compareGolden(t, filepath.Join(fixturesDir, name, "want.json"), text)

			// Without the private keys less is known, and nothing is equal that was not.
			_, locked := lintFixture(t, dir, "json", nil)
			if locked.Agree > unlocked.Agree || locked.Unknown < unlocked.Unknown {
				t.Errorf("without private keys %+v, with them %+v", locked, unlocked)
			}
			if snapshot(t, dir) != before {
				t.Error("linting changed the repository")
			}
		})
	}
}

// summary is what a JSON report counts.
type summary struct {
	Agree, Disagree, Unknown int
	Findings                 struct{ Error int }
}

// lintFixture is the report of one run, whose exit status must be what the report says,
// and its summary where the format is JSON.
func lintFixture(t *testing.T, dir, format string, keys []string) (string, summary) {
	t.Helper()
	args := append([]string{"--format=" + format, "--now=" + testkeys.Now.Format(time.DateOnly), dir}, keys...)
	r := keylint(args...)
	if again := keylint(args...); r != again {
		t.Errorf("%s: the same repository was told differently the second time:\n%s", format, lineDifference(r.stdout, again.stdout))
	}
	if r.status == exitFailed {
		t.Fatalf("exit status 2:\n%s", r.stderr)
	}
	if strings.Contains(r.stdout, dir) || strings.Contains(r.stderr, dir) {
		t.Errorf("%s: the report names a directory of the machine", format)
	}
	var report struct{ Summary summary }
	if format != "json" {
		return r.stdout, report.Summary
	}
	if err := json.Unmarshal([]byte(r.stdout), &report); err != nil {
		t.Fatal(err)
	}
	want := exitClean
	if report.Summary.Findings.Error > 0 {
		want = exitFindings
	}
	if r.status != want {
		t.Errorf("exit status %d with %d errors", r.status, report.Summary.Findings.Error)
	}
	return r.stdout, report.Summary
}

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
		t.Errorf("%v (go test ./cmd/keylint -update writes it)", err)
	} else if got != string(want) {
		t.Errorf("%s differs (go test ./cmd/keylint -update rewrites it):\n%s", filepath.Base(file), lineDifference(string(want), got))
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

// snapshot is every file of a directory with its content.
func snapshot(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(file string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		b.WriteString(file + "\n")
		if entry.Type().IsRegular() {
			content, err := os.ReadFile(file)
			b.Write(content)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestDocumentedTrace holds the example in docs/resolution.md to the report it is taken from.
func TestDocumentedTrace(t *testing.T) {
	doc, err := os.ReadFile("../../docs/resolution.md")
	if err != nil {
		t.Fatal(err)
	}
	report, err := os.ReadFile("../../testdata/fixtures/homelab-drift-sealed-secret/want.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(doc), "```text\n")
	example, _, closed := strings.Cut(rest, "```")
	if !ok || !closed || !strings.Contains(string(report), example) {
		t.Errorf("this is not in the report:\n%s", example)
	}
}
