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
