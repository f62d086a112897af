package main

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocLinks follows the links from page to page, and sees that the README leads to each.
func TestDocLinks(t *testing.T) {
	names := []string{"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"}
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal(pages, err)
	}
	readme := page(t, "README.md")
	for _, file := range pages {
		name := "docs/" + filepath.Base(file)
		names = append(names, name)
		if !strings.Contains(readme, "]("+name+")") {
			t.Errorf("the README does not lead to %s", name)
		}
	}
	link := regexp.MustCompile(`\]\(([^()\s]+)\)`)
	for _, name := range names {
		for _, m := range link.FindAllStringSubmatch(withoutBlocks(page(t, name)), -1) {
			u, err := url.Parse(m[1])
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if u.IsAbs() {
				continue
			}
			to := name
			if u.Path != "" {
				to = filepath.ToSlash(filepath.Join(filepath.Dir(name), u.Path))
			}
			if _, err := os.Stat(filepath.Join("..", "..", to)); err != nil {
				t.Errorf("%s leads to %s, which is not there", name, m[1])
			} else if u.Fragment != "" && !hasHeading(page(t, to), u.Fragment) {
				t.Errorf("%s leads to %s, where no heading is called so", name, m[1])
			}
		}
	}
}

// withoutBlocks is a page without its code blocks.
func withoutBlocks(text string) string {
	var b strings.Builder
	for i, part := range regexp.MustCompile("(?m)^ *```.*$").Split(text, -1) {
		if i%2 == 0 {
			b.WriteString(part)
		}
	}
	return b.String()
}

// hasHeading says whether a heading has the anchor that GitHub makes of it.
func hasHeading(text, anchor string) bool {
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(withoutBlocks(text), -1) {
		slug := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		if strings.ReplaceAll(slug, " ", "-") == anchor {
			return true
		}
	}
	return false
}
