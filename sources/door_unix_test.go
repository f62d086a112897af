//go:build unix

package sources

import (
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// TestPipes: a pipe is not opened, whatever it is called: nobody writes into it.
func TestPipes(t *testing.T) {
	dir := writeTree(t, map[string]string{".git/info/": "", "k8s/secret.yaml": secret, "apps/.env -> ../pipe": ""})
	for _, name := range []string{".gitignore", "k8s/.gitignore", ".git/info/exclude", ".git/index", "pipe", "pipe.yaml", ".env.local", "kustomization.yaml"} {
		if err := unix.Mkfifo(filepath.Join(dir, filepath.FromSlash(name)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	repo := openPaths(t, dir)
	for _, name := range []string{"pipe", "pipe.yaml", ".gitignore", "apps/.env"} {
		if _, err := repo.FileSystem().ReadFile("/" + name); err == nil || repo.File(name) != nil {
			t.Errorf("%s is read", name)
		}
	}
	if err := CheckNamed(filepath.Join(dir, "pipe")); err == nil {
		t.Error("a pipe may be named")
	}
}
