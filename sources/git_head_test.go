package sources_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testrepo"
)

// TestBranch: the branch that is checked out is told, and nothing is read that HEAD leads to.
func TestBranch(t *testing.T) {
	for head, want := range map[string]string{
		"ref: refs/heads/main\n": "main", "ref: refs/heads/feature/keys\n": "feature/keys", "0123456789abcdef0123456789abcdef01234567\n": "",
		"ref: refs/heads/a b\n": "", "refs/heads/main\n": "", "": "", "ref: refs/heads/" + strings.Repeat("a", 1<<13): "",
	} {
		dir := testrepo.Write(t, "-- a.yaml --\na: b\n")
		if err := os.MkdirAll(filepath.Join(dir, ".git"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, ".git/HEAD"), []byte(head), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := testrepo.Open(t, dir, nil).Branch("a.yaml"); got != want {
			t.Errorf("%.40q: %q, want %q", head, got, want)
		}
	}
	dir := testrepo.Write(t, "-- a.yaml --\na: b\n-- head --\nref: refs/heads/main\n")
	if err := os.MkdirAll(filepath.Join(dir, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../head", filepath.Join(dir, ".git/HEAD")); err != nil {
		t.Skip(err)
	}
	if got := testrepo.Open(t, dir, nil).Branch("a.yaml"); got != "" {
		t.Errorf("a link: %q", got)
	}
}
