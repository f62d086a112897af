package main

import (
	"bytes"
	"testing"
	"time"
)

// TestProgress: a short run says nothing; a long one says on one line what it is at, and the
// line is gone at the end.
func TestProgress(t *testing.T) {
	var w bytes.Buffer
	p := &progress{w: &w, stop: func() {}}
	p.draw(time.Second)
	p.at("reading the repository")
	p.draw(patience - time.Millisecond)
	if w.Len() > 0 {
		t.Errorf("it says %q too early", w.String())
	}
	p.draw(600 * time.Millisecond)
	p.at("comparing the keys")
	p.draw(1200 * time.Millisecond)
	p.end()
	want := eraseLine + "keylint: reading the repository … 0.6 s" + eraseLine + "keylint: comparing the keys … 1.2 s" + eraseLine
	if w.String() != want {
		t.Errorf("got %q, want %q", w.String(), want)
	}

	w.Reset()
	quick := &progress{w: &w, stop: func() {}}
	quick.at("reading the repository")
	quick.end()
	if w.Len() > 0 {
		t.Errorf("a quick run says %q", w.String())
	}
}

// TestProgressIsSilent where nobody looks: no terminal, in CI, with --quiet.
func TestProgressIsSilent(t *testing.T) {
	for name, c := range map[string]struct {
		terminal, quiet bool
		env             map[string]string
		want            bool
	}{
		"a terminal":      {terminal: true, want: true},
		"no terminal":     {},
		"--quiet":         {terminal: true, quiet: true},
		"CI":              {terminal: true, env: map[string]string{"CI": "true"}},
		"a dumb terminal": {terminal: true, env: map[string]string{"TERM": "dumb"}},
	} {
		var w bytes.Buffer
		s := &session{errTerminal: c.terminal, env: func(n string) string { return c.env[n] }}
		p := s.newProgress(&w, c.quiet)
		if got := p.w != nil; got != c.want {
			t.Errorf("%s: draws %t, want %t", name, got, c.want)
		}
		p.end()
	}
}
