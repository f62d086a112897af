package main

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the fixtures' want files")

// The repository's fixtures and the private keys that they were encrypted for.
var (
	fixturesDir = filepath.Join("..", "..", "testdata", "fixtures")
	keysDir     = filepath.Join("..", "..", "testdata", "keys")
)

// fixtures lists the fixtures' names.
func fixtures(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(fixturesDir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	if len(names) == 0 {
		t.Fatalf("there is no fixture in %s", fixturesDir)
	}
	return names
}

// isAbout says of a file at a fixture's top that it speaks of the fixture and is no
// part of it.
func isAbout(name string) bool { return strings.HasPrefix(name, "want.") || name == "EXPECTED.md" }

// copyFixture copies a fixture to a directory outside of any work tree, so that it is
// its own root.
func copyFixture(t *testing.T, name string) string {
	t.Helper()
	from, to := filepath.Join(fixturesDir, name), filepath.Join(t.TempDir(), name)
	err := filepath.WalkDir(from, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, file)
		if err != nil {
			return err
		}
		target := filepath.Join(to, strings.Replace(rel, "dot-git", ".git", 1))
		switch {
		case entry.IsDir():
			return os.MkdirAll(target, 0o755)
		case isAbout(rel):
			return nil
		case entry.Type()&fs.ModeSymlink != 0:
			link, err := os.Readlink(file)
			if err != nil {
				return err
			}
			return os.Symlink(link, target)
		}
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		return os.WriteFile(target, b, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// allKeys are the flags that give keylint every test key.
func allKeys(t *testing.T) []string {
	t.Helper()
	var flags []string
	for _, k := range []struct{ flag, file string }{
		{flagAgeKey, "age.txt"}, {flagPGPKey, "pgp.asc"}, {flagSealedSecretsKey, "sealed-secrets.yaml"},
	} {
		file, err := filepath.Abs(filepath.Join(keysDir, k.file))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(file); err != nil {
			t.Fatal(err)
		}
		flags = append(flags, "--"+k.flag+"="+file)
	}
	return flags
}

// ran is what one run of keylint left.
type ran struct {
	status         int
	stdout, stderr string
}

// keylint runs the command in this process, with nothing of the machine's environment.
func keylint(args ...string) ran {
	var stdout, stderr bytes.Buffer
	status := run(args, strings.NewReader(""), &stdout, &stderr, func(string) string { return "" })
	return ran{status, stdout.String(), stderr.String()}
}
