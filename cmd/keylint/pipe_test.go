//go:build unix

package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestClosedPipe: a reader that went away, as "| head" does, is exit status 2 and a sentence,
// and no silent end.
func TestClosedPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	defer w.Close()
	cmd := exec.Command("keylint", "rules")
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = w, &stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitFailed {
		t.Errorf("ended with %v, want exit status 2", err)
	}
	if got := strings.TrimSpace(stderr.String()); got != "keylint: the output was closed before all of it was written" {
		t.Errorf("it says %q", got)
	}
}

// TestLinksFiles says which terminals are taken to show links.
func TestLinksFiles(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want bool
	}{
		{map[string]string{}, false},
		{map[string]string{"VTE_VERSION": "6800"}, true},
		{map[string]string{"VTE_VERSION": "4002"}, false},
		{map[string]string{"TERM_PROGRAM": "vscode"}, true},
		{map[string]string{"TERM_PROGRAM": "Apple_Terminal"}, false},
		{map[string]string{"KITTY_WINDOW_ID": "1", "TERM": "dumb"}, false},
		{map[string]string{"WT_SESSION": "x", "CI": "true"}, false},
		{map[string]string{"FORCE_HYPERLINK": "1", "TERM": "dumb"}, true},
		{map[string]string{"FORCE_HYPERLINK": "0", "VTE_VERSION": "6800"}, false},
	} {
		s := &session{env: func(name string) string { return c.env[name] }}
		if got := s.linksFiles(); got != c.want {
			t.Errorf("%v: %v", c.env, got)
		}
	}
}
