package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// page reads a page of the documentation, named from the repository's root.
func page(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// block is the first code block of a page that begins so.
func block(t *testing.T, name, beginning string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page(t, name), "\n"+beginning)
	text, _, closed := strings.Cut(rest, "\n```\n")
	if !ok || !closed {
		t.Fatalf("%s has no block that begins with %q", name, beginning)
	}
	return text
}

// TestReadmeReport: what the README shows of a report is what keylint says of the fixture.
func TestReadmeReport(t *testing.T) {
	if want, got := plainReport(t, "homelab-drift-sops"), block(t, "README.md", "```text\n")+"\n"; got != want {
		t.Errorf("the README's report:\n%s", lineDifference(want, got))
	}
}

// TestReadmeHook: the hook that the README shows is that of its page, which a test tries out.
func TestReadmeHook(t *testing.T) {
	const beginning = "```yaml\nrepos:"
	if readme, own := block(t, "README.md", beginning), block(t, "docs/pre-commit.md", beginning); readme != own {
		t.Errorf("the README shows another hook than docs/pre-commit.md:\n%s", lineDifference(own, readme))
	}
}

// TestReadmeRelease: the README says that there is no release for as long as there is none.
func TestReadmeRelease(t *testing.T) {
	released := regexp.MustCompile(`(?m)^## \[\d`).MatchString(page(t, "CHANGELOG.md"))
	if says := strings.Contains(page(t, "README.md"), "There is no release yet"); says == released {
		t.Errorf("the changelog has a release: %v, the README says that there is none: %v", released, says)
	}
}

// TestUsagePage holds the lists of flags, formats and commands to those that there are.
func TestUsagePage(t *testing.T) {
	s, _, _ := newSession()
	var status int
	app := s.app(&status)
	usage := page(t, "docs/usage.md")
	_, rest, _ := strings.Cut(usage, "\n## Flags\n")
	flags, _, _ := strings.Cut(rest, "\n## ")
	for _, f := range app.Flags {
		if name := f.Names()[0]; !regexp.MustCompile("(?m)^\\|[^|]*`--" + name + "[ `]").MatchString(flags) {
			t.Errorf("the table has no flag --%s", name)
		}
	}
	for _, m := range regexp.MustCompile("`--([a-z-]+)").FindAllStringSubmatch(usage, -1) {
		if _, ok := flagTable(app, nil)[m[1]]; !ok {
			t.Errorf("there is no flag --%s", m[1])
		}
	}
	for _, name := range formatNames() {
		if !strings.Contains(flags, "`"+name+"`") {
			t.Errorf("the table has no format %s", name)
		}
	}
	for _, name := range commandNames(app) {
		if !strings.Contains(usage, "\n| `keylint "+name) {
			t.Errorf("the table has no command %s", name)
		}
	}
	for _, name := range shellNames() {
		if !strings.Contains(usage, "keylint completion "+name) {
			t.Errorf("the table has no completion for %s", name)
		}
	}
}

// sampleBlock is a sample on a page: a comment that names it, and the block below.
var sampleBlock = regexp.MustCompile("(?ms)^(<!-- sample: ([a-z-]+) -->\n\n```[a-z]+\n)(.*?)^```$")

// holdSamples compares the samples on a page with those that are made here, or rewrites them
// with -update. It returns the names of those that there are.
func holdSamples(t *testing.T, name string, make func(sample string) string) (seen []string) {
	t.Helper()
	text := sampleBlock.ReplaceAllStringFunc(page(t, name), func(s string) string {
		m := sampleBlock.FindStringSubmatch(s)
		seen = append(seen, m[2])
		return m[1] + make(m[2]) + "```"
	})
	compareGolden(t, filepath.Join("..", "..", filepath.FromSlash(name)), text)
	return seen
}

// maxShown is how many characters of a line a sample shows.
const maxShown = 240

// excerpt is a part of a report: each from the line that begins with one text to the next that
// begins with the other, with "…" for what is left out.
func excerpt(t *testing.T, text string, parts [][2]string) string {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	var b strings.Builder
	next := 0
	leaveOut := func(to int) {
		if to > next {
			indent := len(lines[next]) - len(strings.TrimLeft(lines[next], " "))
			b.WriteString(strings.Repeat(" ", indent) + "…\n")
		}
		next = to
	}
	find := func(beginning string) int {
		for i := next; i < len(lines); i++ {
			if strings.HasPrefix(lines[i], beginning) {
				return i
			}
		}
		t.Fatalf("below line %d none begins with %q:\n%s", next, beginning, text)
		return 0
	}
	for _, part := range parts {
		leaveOut(find(part[0]))
		for end := find(part[1]); next <= end; next++ {
			b.WriteString(firstCharacters(lines[next], maxShown) + "\n")
		}
	}
	leaveOut(len(lines))
	return b.String()
}

func firstCharacters(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
