//go:build amd64 || arm64

package confine

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// A process is confined once, and for good: what a test tries, it tries in another one, which is
// this binary again.

// scenarios are what such a process does, by name. Each gets the arguments of its run.
var scenarios = map[string]func(args []string){}

const scenarioVariable = "KEYLINT_SCENARIO"

func TestMain(m *testing.M) {
	if name := os.Getenv(scenarioVariable); name != "" {
		run := scenarios[name]
		if run == nil {
			panic("no scenario " + name)
		}
		run(os.Args[1:])
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// outcome is how such a process ended.
type outcome struct {
	status         int
	stdout, stderr string
}

// scenario prepares a run. Under another name than a test binary's the process has a supervisor.
func scenario(t *testing.T, called, name string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Args[0] = called
	cmd.Env = append(os.Environ(), scenarioVariable+"="+name)
	return cmd
}

func finish(t *testing.T, cmd *exec.Cmd) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

const (
	asTest    = "confine.test"
	asProgram = "keylint"
)

// must ends a scenario that cannot be prepared.
func must(err error) {
	if err != nil {
		fmt.Println("cannot prepare:", err)
		os.Exit(3)
	}
}
