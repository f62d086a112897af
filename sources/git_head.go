package sources

import (
	"path/filepath"
	"strings"
)

// Branch is the branch that is checked out in the work tree of a file; empty where a commit is, or where that cannot be told: of a linked work tree it
// is written outside (gitrepository-layout(5)).
func (r *Repository) Branch(file string) string {
	t, _ := r.treeOf(file)
	if t == nil {
		return ""
	}
	name := filepath.FromSlash(headFile)
	info, err := t.root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxHead {
		return ""
	}
	b, err := t.root.ReadFile(name)
	if err != nil {
		return ""
	}
	branch, _ := strings.CutPrefix(strings.TrimSpace(string(b)), "ref: refs/heads/")
	if strings.ContainsAny(branch, " \n") || !strings.HasPrefix(string(b), "ref:") {
		return ""
	}
	return branch
}

const (
	headFile = ".git/HEAD"
	maxHead  = 4 << 10 // bytes of it
)
