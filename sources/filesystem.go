package sources

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// errReadOnly answers every attempt to write: linting writes nothing.
var errReadOnly = errors.New("the repository is read-only here")

// FileSystem serves the repository to kustomize: absolute paths that start at the
// repository's root, SOPS files decrypted in memory, nothing outside.
type FileSystem struct{ repo *Repository }

// FileSystem is the repository as kustomize reads it.
func (r *Repository) FileSystem() *FileSystem { return &FileSystem{r} }

var _ filesys.FileSystem = (*FileSystem)(nil)

// name turns a virtual absolute path into a file name of the repository.
func name(p string) string {
	return strings.TrimPrefix(path.Clean("/"+filepath.ToSlash(p)), "/")
}

func (fsys *FileSystem) stat(p string) (os.FileInfo, error) {
	n := name(p)
	t, rel := fsys.repo.treeOf(n)
	if t == nil {
		return nil, os.ErrNotExist
	}
	if rel == "" {
		rel = "."
	}
	if fsys.repo.closed(t, rel) != "" {
		return nil, os.ErrNotExist
	}
	return t.root.Stat(filepath.FromSlash(rel))
}

// ReadFile serves the file's bytes as a renderer gets them.
func (fsys *FileSystem) ReadFile(p string) ([]byte, error) {
	f := fsys.repo.File(name(p))
	if f == nil {
		return nil, fmt.Errorf("%s: %w", name(p), os.ErrNotExist)
	}
	b, err := f.Handed()
	if err != nil {
		return nil, fmt.Errorf("%s %w", name(p), err)
	}
	return b, nil
}

// CleanedAbs splits a path into its directory and its file, as the interface asks.
func (fsys *FileSystem) CleanedAbs(p string) (filesys.ConfirmedDir, string, error) {
	info, err := fsys.stat(p)
	if err != nil {
		return "", "", fmt.Errorf("%s: no such file or directory in the repository", name(p))
	}
	abs := "/" + name(p)
	if info.IsDir() {
		return filesys.ConfirmedDir(abs), "", nil
	}
	return filesys.ConfirmedDir(path.Dir(abs)), path.Base(abs), nil
}

// Exists says whether there is such a file or directory.
func (fsys *FileSystem) Exists(p string) bool {
	_, err := fsys.stat(p)
	return err == nil
}

// IsDir says whether the path is a directory.
func (fsys *FileSystem) IsDir(p string) bool {
	info, err := fsys.stat(p)
	return err == nil && info.IsDir()
}

// ReadDir lists a directory's names.
func (fsys *FileSystem) ReadDir(p string) ([]string, error) {
	t, rel := fsys.repo.treeOf(name(p))
	if t == nil {
		return nil, os.ErrNotExist
	}
	if rel == "" {
		rel = "."
	}
	if info, err := fsys.stat(p); err != nil || !info.IsDir() {
		return nil, os.ErrNotExist
	}
	d, err := t.root.Open(filepath.FromSlash(rel))
	if err != nil {
		return nil, reason(err)
	}
	defer d.Close()
	return d.Readdirnames(-1)
}

// Open is not offered: kustomize reads whole files.
func (fsys *FileSystem) Open(string) (filesys.File, error) { return nil, errReadOnly }

// Glob is not offered: kustomize has no use for it when it builds.
func (fsys *FileSystem) Glob(string) ([]string, error) { return nil, errReadOnly }

// Walk is not offered: kustomize has no use for it when it builds.
func (fsys *FileSystem) Walk(string, filepath.WalkFunc) error { return errReadOnly }

// Create refuses.
func (fsys *FileSystem) Create(string) (filesys.File, error) { return nil, errReadOnly }

// Mkdir refuses.
func (fsys *FileSystem) Mkdir(string) error { return errReadOnly }

// MkdirAll refuses.
func (fsys *FileSystem) MkdirAll(string) error { return errReadOnly }

// RemoveAll refuses.
func (fsys *FileSystem) RemoveAll(string) error { return errReadOnly }

// WriteFile refuses.
func (fsys *FileSystem) WriteFile(string, []byte) error { return errReadOnly }
