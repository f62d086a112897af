package report

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
)

// TestWrapped: on a narrow terminal sentences are broken at their words, below their first one; nothing
// is lost, and what is told in brief is not longer than elsewhere.
func TestWrapped(t *testing.T) {
	const wide = "鍵"
	tell := func(o Options) string {
		r := disagreement()
		f := &r.Findings[0]
		f.Label = strings.TrimSpace(strings.Repeat("issued long ago and ", 5))
		f.Help += strings.Repeat(" "+strings.Repeat(wide, 5), 9)
		f.Then = []lint.Command{{Do: "kubectl -n supabase rollout restart", Names: []string{"deployment/kong", "deployment/rest", "deployment/storage"}}}
		var b bytes.Buffer
		if err := Text(&b, r, o); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	const width = 60
	for finding := range strings.SplitSeq(written(t, "text", disagreement(), Options{Shown: Terminal{Width: width}}), "\n\n") {
		if n := strings.Count(strings.TrimSuffix(finding, "\n"), "\n") + 1; n > maxLines {
			t.Errorf("%d lines:\n%s", n, finding)
		}
	}
	told := func(o Options) string { // without the tables, which are as wide as they are
		findings, _, _ := strings.Cut(tell(o), "instance ")
		return findings
	}
	narrow := told(Options{Color: true, Verbose: true, Shown: Terminal{Width: width}})
	for line := range strings.SplitSeq(narrow, "\n") {
		source := strings.Contains(line, mask) || strings.Contains(line, "^^^")
		whole := strings.Contains(line, "rollout restart")
		if n := shownWidth(line); n > width && !source && !whole && strings.Contains(strings.TrimSpace(line), " ") {
			t.Errorf("%d columns: %q", n, line)
		}
	}
	words := func(s string) string {
		return strings.Join(strings.Fields(strings.ReplaceAll(ansi.ReplaceAllString(s, ""), " |", "")), " ")
	}
	if got, want := words(narrow), words(told(Options{Color: true, Verbose: true})); got != want {
		t.Errorf("something is lost:\n%s\nof\n%s", got, want)
	}
	if want := "deployment/kong deployment/rest deployment/storage\n"; !strings.Contains(narrow, want) {
		t.Error("a command is broken, which people paste")
	}
	if shownWidth(wide+"e\u0301") != 3 {
		t.Error("a wide character takes two columns, and an accent none")
	}
}

// TestNarrowFrame: below a line that is wider than the terminal stands what is said of it, and nothing where
// nothing is.
func TestNarrowFrame(t *testing.T) {
	r := disagreement()
	r.Findings[0].Frame.Text += strings.Repeat(" x", 40)
	r.Findings[0].Frame.MaskEnd = len(r.Findings[0].Frame.Text)
	r.Findings[0].Label = ""
	var b bytes.Buffer
	if err := Text(&b, r, Options{Shown: Terminal{Width: 60}}); err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(b.String(), "\n") {
		if strings.TrimSpace(line) == "|" {
			t.Errorf("an empty line of a frame:\n%s", b.String())
		}
	}
}

// TestFileOnce: beside a place stands its holder without the file.
func TestFileOnce(t *testing.T) {
	r := disagreement()
	r.Findings[0].Related = []lint.Related{{At: sources.Position{File: "web/.env", Line: 2}, Holder: "web/.env ANON_KEY", Says: "it never counts"}}
	for format, write := range map[string]func(io.Writer, *lint.Result, Options) error{"text": Text, "github": GitHub, "markdown": Markdown} {
		var b bytes.Buffer
		if err := write(&b, r, Options{}); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(b.String(), "web/.env"); n < 1 || strings.Contains(b.String(), "web/.env ANON") {
			t.Errorf("%s names the file %d times:\n%s", format, n, b.String())
		}
	}
}

var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")

// TestLinks: places are links where the terminal knows them, and each ends.
func TestLinks(t *testing.T) {
	var b bytes.Buffer
	link := func(file string) string {
		if strings.HasSuffix(file, ".enc.yaml") {
			return ""
		}
		return "file://host/repo/" + file
	}
	if err := Text(&b, disagreement(), Options{Shown: Terminal{Link: link}}); err != nil {
		t.Fatal(err)
	}
	got := b.String()
	const want = "\x1b]8;;file://host/repo/apps/web/.env.production\x1b\\apps/web/.env.production:2:31:\x1b]8;;\x1b\\ error"
	if !strings.HasPrefix(got, want) {
		t.Errorf("got %q", got[:min(len(got), 200)])
	}
	if begun, ended := strings.Count(got, "\x1b]8;;file"), strings.Count(got, "\x1b]8;;\x1b"); begun == 0 || begun != ended {
		t.Errorf("%d links begin and %d end", begun, ended)
	}
	if strings.Contains(got, "file://host/repo/k8s/supabase/secret.enc.yaml") {
		t.Error("a file without an address is a link")
	}
}
