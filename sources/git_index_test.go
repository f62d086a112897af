package sources_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/internal/testrepo"
	"github.com/keylint/keylint/sources"
)

// TestGitIndex: what git holds is looked through, whatever .gitignore says of it, and what it does not hold is not.
func TestGitIndex(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	for name, settings := range map[string][]string{
		"version 2": {"init", "-q"}, "version 4": {"init", "-q"}, "SHA-256": {"init", "-q", "--object-format=sha256"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := testrepo.Write(t, testkeys.Fill(`
-- .gitignore --
tools/
*.local.sh
/build.sh
-- tools/deep/down/held.js --
k="{{anon}}"
-- tools/deep/down/new.js --
k="{{anon}}"
-- tools/held.py --
k="{{anon}}"
-- held.local.sh --
K={{anon}}
-- new.local.sh --
K={{anon}}
-- build.sh --
K={{anon}}
`))
			run := func(args ...string) {
				t.Helper()
				git := exec.Command("git", args...)
				git.Dir = dir
				git.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
				if out, err := git.CombinedOutput(); err != nil {
					t.Fatalf("git %s: %s", strings.Join(args, " "), out)
				}
			}
			run(settings...)
			run("add", "-f", "tools/deep/down/held.js", "tools/held.py", "held.local.sh")
			run("add", "--intent-to-add", "-f", "build.sh") // an entry that is extended
			if name == "version 4" {
				run("update-index", "--index-version", "4")
			}
			repo := testrepo.Open(t, dir, nil)
			if err := os.WriteFile(filepath.Join(dir, "held.local.sh"), []byte("K=\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			for file, unsaved := range map[string]bool{"tools/held.py": false, "held.local.sh": true, "new.local.sh": false} {
				if f := repo.File(file); f != nil && f.Unsaved() != unsaved {
					t.Errorf("git does not hold what stands in %s: %v", file, f.Unsaved())
				}
			}
			if repo.File("held.local.sh") == nil || repo.File("tools/held.py") == nil {
				t.Error("what git holds is not there")
			}
			run("checkout", "held.local.sh")
			var got []string
			for _, in := range testrepo.Open(t, dir, nil).Sweep(func(*sources.File, sources.SweptKey) bool { return false }) {
				got = append(got, in.File.Path)
			}
			want := []string{"build.sh", "held.local.sh", "tools/deep/down/held.js", "tools/held.py"}
			if !slices.Equal(got, want) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
		})
	}
}

// TestGitIndexBad: an index that is none, or is cut off, leaves it to the patterns, with a note.
func TestGitIndexBad(t *testing.T) {
	for name, index := range map[string]string{
		"empty": "", "no index": strings.Repeat("x", 100), "cut off": "DIRC\x00\x00\x00\x02\xff\xff\xff\xff", "of another version": "DIRC\x00\x00\x00\x09\x00\x00\x00\x00",
		"dropping more than there is": "DIRC\x00\x00\x00\x04\x00\x00\x00\x01" + strings.Repeat("\x00", 62) + "\x7f\x00",
	} {
		t.Run(name, func(t *testing.T) {
			dir := testrepo.Write(t, testkeys.Fill("-- .gitignore --\nnew.sh\n-- new.sh --\nK={{anon}}\n-- .git/HEAD --\nref: refs/heads/main\n"))
			if err := os.WriteFile(filepath.Join(dir, ".git/index"), []byte(index), 0o600); err != nil {
				t.Fatal(err)
			}
			r := testrepo.Open(t, dir, nil)
			if len(r.Sweep(func(*sources.File, sources.SweptKey) bool { return false })) > 0 {
				t.Error("what git ignores was looked through")
			}
			if notes := r.Notes(); len(notes) != 1 || notes[0].At.File != ".git/index" {
				t.Errorf("got the notes %v", notes)
			}
		})
	}
}
