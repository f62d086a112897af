package sources

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// tree is one root. root confines every read: os.Root refuses a link or a ".." that
// leaves it, so a kustomization cannot pull in the machine's own files.
type tree struct {
	repo  *Repository
	mount string // prefix of its file names, "" where there is one tree
	dir   string // absolute, without links
	root  *os.Root
	git   bool // it is a git work tree

	patterns sync.Map // the patterns of .gitignore files, by directory
	index    sync.Once
	held     map[string]string // the objects of git's index by their files, once they were asked for
}

// WorkTrees are the directories of which Open with these paths reads, and of no other.
func WorkTrees(paths []string) (dirs []string, err error) {
	for _, p := range paths {
		if p == "-" {
			continue
		}
		dir, _, err := treeAround(p)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs, nil
}

// treeAround is the work tree of a path that the user named, and where the path itself lies.
func treeAround(p string) (dir, abs string, err error) {
	if abs, err = resolve(p); err != nil {
		return "", "", err
	}
	return workTree(abs), abs, nil
}

// resolve follows the links in the path that the user named, which may itself be a
// link; only what lies behind it is confined.
func resolve(p string) (string, error) {
	abs, err := filepath.Abs(p)
	if err == nil {
		abs, err = filepath.EvalSymlinks(abs)
	}
	if err != nil {
		return "", fmt.Errorf("no such path: %s", p)
	}
	return abs, nil
}

// workTree is the nearest directory at or above p that holds ".git" (a directory, or
// a file in a worktree or submodule). Without one it is p itself, or p's directory.
func workTree(p string) string {
	start := p
	if info, err := os.Stat(p); err == nil && !info.IsDir() {
		start = filepath.Dir(p)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return start
		}
	}
}

// mountNames gives each distinct tree a name: none where it is alone, else its
// directory's own, numbered where two are called alike.
func mountNames(dirs []string) map[string]string {
	mounts := map[string]string{}
	taken := map[string]bool{}
	for _, dir := range dirs {
		if _, ok := mounts[dir]; ok {
			continue
		}
		name := filepath.Base(dir)
		for n := 2; taken[name]; n++ {
			name = fmt.Sprintf("%s-%d", filepath.Base(dir), n)
		}
		taken[name] = true
		mounts[dir] = name
	}
	if len(mounts) == 1 {
		for dir := range mounts {
			mounts[dir] = ""
		}
	}
	return mounts
}

// OnDisk is where a file of the repository lies on the machine; false of one that is none.
func (r *Repository) OnDisk(name string) (string, bool) {
	dir, rel, ok := r.InTree(name)
	return filepath.Join(dir, filepath.FromSlash(rel)), ok
}

// InTree is the directory of the work tree in which a file lies, and its name there, with slashes; false of one that lies in none.
func (r *Repository) InTree(name string) (dir, rel string, ok bool) {
	t, rel := r.treeOf(name)
	if t == nil || name == stdinName || !filepath.IsLocal(filepath.FromSlash(rel)) {
		return "", "", false
	}
	return t.dir, rel, true
}

// NameOf is how what the user names by a path of the machine is called in reports; false where it lies outside, or nothing does there.
func (r *Repository) NameOf(p string) (string, bool) {
	abs, err := resolve(p)
	if err != nil {
		return "", false
	}
	for _, t := range r.trees {
		if rel, err := filepath.Rel(t.dir, abs); err == nil && filepath.IsLocal(rel) {
			return path.Join(t.mount, filepath.ToSlash(rel)), true
		}
	}
	return "", false
}

// treeOf splits a name into its tree and the path within.
func (r *Repository) treeOf(name string) (*tree, string) {
	for _, t := range r.trees {
		if t.mount == "" {
			return t, name
		}
		if name == t.mount {
			return t, "."
		}
		if rel, ok := strings.CutPrefix(name, t.mount+"/"); ok {
			return t, rel
		}
	}
	return nil, ""
}

// Trees are the names of the work trees: "." where there is one.
func (r *Repository) Trees() []string {
	var names []string
	for _, t := range r.trees {
		names = append(names, path.Clean(t.mount))
	}
	return names
}

// SameTree says whether two names lie in one work tree. What a kustomization names must
// lie in its own.
func (r *Repository) SameTree(a, b string) bool {
	t, _ := r.treeOf(a)
	u, _ := r.treeOf(b)
	return t != nil && t == u
}

// Keeps says whether git keeps a file of that name in the open, be it there or not: no .gitignore has it.
func (r *Repository) Keeps(name string) bool {
	t, rel := r.treeOf(name)
	return t != nil && t.git && t.ignoredBy(rel) == ""
}
