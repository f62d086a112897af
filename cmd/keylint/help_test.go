package main

import (
	"strings"
	"testing"
)

// TestHelpFits: no line of the help is wider than helpWidth, and every word of what is said of a command and its flags stands there.
func TestHelpFits(t *testing.T) {
	s, out, _ := newSession()
	var status int
	app := s.app(&status)
	for _, name := range append([]string{""}, commandNames(app)...) {
		out.Reset()
		args, want := []string{name}, app.Description
		if c := app.Command(name); c != nil {
			want = c.Usage + " " + c.ArgsUsage + " " + c.Description
		} else {
			args = nil
		}
		if _, err := s.help(app, args); err != nil {
			t.Fatal(err)
		}
		if err := s.out.Flush(); err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(out.String(), "\n") {
			if len(line) > helpWidth {
				t.Errorf("help %s: %d columns: %s", name, len(line), line)
			}
		}
		for _, word := range strings.Fields(want) {
			if !strings.Contains(out.String(), word) {
				t.Errorf("help %s: it lacks %q", name, word)
			}
		}
	}
}

// TestFolded: what is indented goes on further in, and what stands in brackets stays on one line.
func TestFolded(t *testing.T) {
	long := strings.Repeat("words ", 15)
	for text, want := range map[string]string{
		"short":                        "short",
		long + "and [--flag FILE] end": long + "and\n  [--flag FILE] end",
		"   " + long + "more and more": "   " + long + "more\n        and more",
	} {
		if got := folded(text, "  "); got != want {
			t.Errorf("%q:\n%s\nnot\n%s", text, got, want)
		}
	}
}
