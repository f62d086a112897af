package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/confine/seccomp"
)

// confined runs the command in a process of its own, with all that confines it: this test's binary, called keylint.
func confined(t *testing.T, dir string, args ...string) ran {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Args[0], cmd.Dir, cmd.Env = programName, dir, []string{}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return ran{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// aboutConfinement are the lines in which a run says what confines it.
var aboutConfinement = regexp.MustCompile(`(?m)^keylint: (not )?confined by: .*\n`)

// TestConfinedRunsSayTheSame holds that whatever keylint needs to read of a fixture is allowed, and that no library takes another way where
// something is not: it says what it says of the fixture where nothing is confined.
func TestConfinedRunsSayTheSame(t *testing.T) {
	keys, err := allKeys()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range fixtureNames(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := lintedFixture(t, name)
			want := l.golden(name)
			args := []string{".", now, "--verbose"}
			if !strings.HasPrefix(name, "no-keys") {
				args = slices.Concat(args, keys)
			}
			got := confined(t, copyFixture(t, name), args...)
			if said := aboutConfinement.ReplaceAllString(got.stderr, "") + got.stdout; said != want.stderr+want.stdout || got.status != want.status {
				t.Errorf("exit status %d, want %d; it says otherwise than where nothing is confined:\n%s", got.status, want.status,
					lineDifference(want.stderr+want.stdout, said))
			}
		})
	}
}

// TestSandboxCanBeRequired runs where all layers must be there.
func TestSandboxCanBeRequired(t *testing.T) {
	got := confined(t, copyFixture(t, "seed-in-sync"), "--sandbox", "require", now)
	if why, missing := strings.CutPrefix(got.stderr, "keylint: the system cannot confine the run"); missing {
		t.Skip("skipped: the system cannot confine it" + why)
	}
	if got.status != exitClean {
		t.Errorf("%+v", got)
	}
}

// TestSandboxThatIsMissing runs under a filter that takes Landlock away, as an older kernel would.
func TestSandboxThatIsMissing(t *testing.T) {
	if os.Getenv(withoutLandlock) != "" {
		if err := seccomp.Install([]seccomp.Rule{{Call: callLandlockCreateRuleset, Answer: seccomp.NoSuchCall}}, seccomp.Allow); err != nil {
			t.Skipf("skipped: there is no seccomp: %v", err)
		}
		dir := copyFixture(t, "seed-in-sync")
		got := confined(t, dir, "--sandbox", "require", now)
		if got.status != exitFailed || got.stdout != "" || !strings.Contains(got.stderr, "there is no Landlock (the kernel has none, or it is not enabled)") {
			t.Errorf("require: %+v", got)
		}
		got = confined(t, dir, "--verbose", now)
		if got.status != exitClean || !strings.Contains(got.stderr, "keylint: not confined by: Landlock") {
			t.Errorf("auto: %+v", got)
		}
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestSandboxThatIsMissing$")
	cmd.Env = append(os.Environ(), withoutLandlock+"=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

const (
	withoutLandlock = "KEYLINT_TEST_WITHOUT_LANDLOCK"

	// callLandlockCreateRuleset has this number on every architecture.
	callLandlockCreateRuleset = 444
)
