package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keylint/keylint/internal/fixtures"
	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/report"
)

// fixturesDir is where the fixtures lie, with what keylint must say of each.
var fixturesDir = filepath.Join("..", "..", "testdata", "fixtures")

// fixtureNames lists the fixtures.
func fixtureNames(t *testing.T) []string {
	t.Helper()
	names, err := fixtures.Names()
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// copyFixture copies a fixture to a directory that is its own root.
func copyFixture(t *testing.T, name string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), name)
	if err := fixtures.Copy(name, to); err != nil {
		t.Fatal(err)
	}
	return to
}

// allKeys are the flags that give keylint every test key.
func allKeys() ([]string, error) {
	var flags []string
	for _, k := range []struct{ flag, name string }{
		{flagAgeKey, fixtures.AgeKey}, {flagPGPKey, fixtures.PGPKey}, {flagSealedSecretsKey, fixtures.SealedSecretsKey},
	} {
		file, err := fixtures.Key(k.name)
		if err != nil {
			return nil, err
		}
		if _, err := os.Stat(file); err != nil {
			return nil, err
		}
		flags = append(flags, "--"+k.flag+"="+file)
	}
	return flags, nil
}

// ran is what one run of keylint left.
type ran struct {
	status         int
	stdout, stderr string
}

// keylint runs the command in this process, with nothing of the machine's environment.
func keylint(args ...string) ran {
	var stdout, stderr bytes.Buffer
	status := run(args, strings.NewReader(""), &stdout, &stderr, func(string) string { return "" }, nil)
	return ran{status, stdout.String(), stderr.String()}
}

// now is the flag that fixes the clock.
var now = "--now=" + testkeys.Now.Format(time.DateOnly)

// told is what one run left with a report in every format.
type told struct {
	ran
	reports map[string]string // by the format's name
}

// linted is all that the tests know of a fixture: keylint has run over it once for each field,
// whatever number of tests look at what it said.
type linted struct {
	dir      string // where it was
	unlocked told   // with all keys, --verbose
	colored  told   // with all keys, --color=always and not verbose
	locked   told   // with no key, --verbose
	// keylint baseline, with the file that it wrote behind standard output
	unlockedBaseline, lockedBaseline ran
	mended, written                  ran  // keylint fix --mint without --write, and with it in a copy
	changed                          bool // linting changed a file
}

// golden is what the fixture is held to: with all test keys, and no-keys* with none, as the
// pull request of a fork.
func (l *linted) golden(name string) told {
	if strings.HasPrefix(name, "no-keys") {
		return l.locked
	}
	return l.unlocked
}

// outputs are all streams and files of all runs, by what they are.
func (l *linted) outputs() map[string]string {
	all := map[string]string{}
	for what, r := range map[string]ran{"baseline": l.unlockedBaseline, "baseline without keys": l.lockedBaseline, "fix": l.mended, "fix --write": l.written} {
		all[what+", stdout"], all[what+", stderr"] = r.stdout, r.stderr
	}
	for what, r := range map[string]told{"verbose": l.unlocked, "in colour": l.colored, "without keys": l.locked} {
		all[what+", stdout"], all[what+", stderr"] = r.stdout, r.stderr
		for format, text := range r.reports {
			all[what+", "+format] = text
		}
	}
	return all
}

var allLinted sync.Map // by the fixture's name, functions

// lintedFixture is what keylint says of a fixture.
func lintedFixture(t *testing.T, name string) *linted {
	t.Helper()
	once, _ := allLinted.LoadOrStore(name, sync.OnceValues(func() (*linted, error) { return lintFixture(name) }))
	l, err := once.(func() (*linted, error))()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return l
}

func lintFixture(name string) (*linted, error) {
	temp, err := os.MkdirTemp("", "keylint-fixture-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	l := &linted{dir: filepath.Join(temp, name)}
	if err := fixtures.Copy(name, l.dir); err != nil {
		return nil, err
	}
	before, err := snapshot(l.dir)
	if err != nil {
		return nil, err
	}
	keys, err := allKeys()
	if err != nil {
		return nil, err
	}
	for _, r := range []struct {
		to   *told
		args []string
	}{
		{&l.unlocked, slices.Concat(keys, []string{"--verbose"})},
		{&l.colored, slices.Concat(keys, []string{"--color=always"})},
		{&l.locked, []string{"--verbose"}},
	} {
		if *r.to, err = tell(l.dir, temp, r.args); err != nil {
			return nil, err
		}
	}
	file := filepath.Join(temp, "baseline.json")
	for to, args := range map[*ran][]string{&l.unlockedBaseline: keys, &l.lockedBaseline: nil} {
		*to = keylint(append([]string{"baseline", l.dir, "--baseline", file}, args...)...)
		b, err := os.ReadFile(file)
		if err != nil && !strings.Contains(to.stdout, "no baseline was written") {
			return nil, errors.New(to.stderr)
		}
		to.stdout += string(b)
		_ = os.Remove(file)
	}
	l.mended = keylint(slices.Concat([]string{"fix", l.dir, now, "--mint", "--verbose"}, keys)...)
	again := filepath.Join(temp, "copy")
	if err := fixtures.Copy(name, again); err != nil {
		return nil, err
	}
	l.written = keylint(slices.Concat([]string{"fix", again, now, "--mint", "--write", "--color=always"}, keys)...)
	for _, r := range []ran{l.mended, l.written} {
		if r.status == exitFailed {
			return nil, errors.New(r.stderr)
		}
	}
	after, err := snapshot(l.dir)
	l.changed = before != after
	return l, err
}

// tell runs keylint over a directory, with a file below another one for every format.
func tell(dir, below string, args []string) (told, error) {
	args = append([]string{dir, now}, args...)
	for _, f := range report.Formats() {
		args = append(args, "--format", f.Name+"="+filepath.Join(below, f.Name))
	}
	r := told{keylint(args...), map[string]string{}}
	if r.status == exitFailed {
		return r, errors.New(r.stderr)
	}
	for _, f := range report.Formats() {
		b, err := os.ReadFile(filepath.Join(below, f.Name))
		if err != nil {
			return r, err
		}
		r.reports[f.Name] = string(b)
	}
	return r, nil
}

// snapshot is every file of a directory with its content.
func snapshot(dir string) (string, error) {
	var b strings.Builder
	err := filepath.WalkDir(dir, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		b.WriteString(file + "\n")
		if entry.Type().IsRegular() {
			content, err := os.ReadFile(file)
			b.Write(content)
			return err
		}
		return nil
	})
	return b.String(), err
}
