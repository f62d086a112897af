// Package testrepo writes repositories for tests, opens them, and finds the programs that
// they are compared with.
package testrepo

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"testing"

	"golang.org/x/tools/txtar"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/decrypt"
	"github.com/keylint/keylint/sources/nodes"
)

// Open opens the repository in a directory.
func Open(t testing.TB, dir string, keyring *decrypt.Keyring) *sources.Repository {
	t.Helper()
	repo, err := sources.Open(sources.Options{Paths: []string{dir}, Keyring: keyring})
	if err != nil {
		t.Fatal(err)
	}
	return repo
}

// Write writes a repository that is given as a txtar archive, and returns its directory.
func Write(t testing.TB, archive string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Oracle finds a program on the PATH or in the directory $KEYLINT_ORACLES.
func Oracle(t testing.TB, name string) string {
	t.Helper()
	if dir := os.Getenv("KEYLINT_ORACLES"); dir != "" {
		if p, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return p
		}
	}
	p, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("skipped: there is no %s on the PATH or in $KEYLINT_ORACLES", name)
	}
	return p
}

// Manifests are the objects of a text, each written the same way.
func Manifests(text string) []string {
	docs, _ := nodes.Parse([]byte(text))
	var out []string
	for _, d := range docs {
		var tree map[string]any
		if err := d.Root.Decode(&tree); err != nil || len(tree) == 0 {
			continue
		}
		b, err := yaml.Marshal(tree)
		if err != nil {
			out = append(out, fmt.Sprint(err))
			continue
		}
		out = append(out, string(b))
	}
	sort.Strings(out)
	return out
}
