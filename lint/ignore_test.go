package lint

import (
	"fmt"
	"strings"
	"testing"
)

// TestParseIgnores shows the forms of the comment, with the places of the rules in it.
func TestParseIgnores(t *testing.T) {
	for text, want := range map[string]string{
		"# keylint: ignore[key-expired] switched off":            "1:1 next key-expired@19-30",
		"A=x # keylint: ignore[a]":                               "1:5 a@23-24",
		"#keylint:ignore[ a , b,]":                               "1:1 next a@18-19 b@22-23",
		"key: |- # keylint: ignore[a]":                           "1:9 next a@27-28",
		"# keylint: ignore":                                      "1:1 next",
		"# keylint: ignore[":                                     "1:1 next",
		"# keylint: ignored[a]":                                  "",
		"keylint: ignore[a]":                                     "",
		"\r\n  # keylint: ignore[a]\r\nB=2 # keylint: ignore[b]": "2:3 next a@21-22; 3:5 b@23-24",
	} {
		var got []string
		for _, g := range parseIgnores("file", text) {
			s := fmt.Sprintf("%d:%d", g.At.Line, g.At.Column)
			if g.next {
				s += " next"
			}
			for _, r := range g.Rules {
				s += fmt.Sprintf(" %s@%d-%d", r.Name, r.At.Column, r.At.EndColumn)
			}
			got = append(got, s)
		}
		if got := strings.Join(got, "; "); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

// FuzzParseIgnores holds every place to be that of the name that it is said to be.
func FuzzParseIgnores(f *testing.F) {
	f.Add("# keylint: ignore[key-expired, demo-key] why\nA=1 # keylint: ignore[a]")
	f.Fuzz(func(t *testing.T, text string) {
		lines := strings.Split(text, "\n")
		for _, g := range parseIgnores("file", text) {
			for _, r := range g.Rules {
				if got := lines[r.At.Line-1][r.At.Column-1 : r.At.EndColumn-1]; got != r.Name {
					t.Fatalf("%q stands at the place of %q", got, r.Name)
				}
			}
		}
	})
}
