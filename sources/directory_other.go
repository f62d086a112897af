//go:build !unix

package sources

import (
	"io"
	"os"
	"path/filepath"
)

// openDirectory is a directory of a tree, opened without a way out of the tree.
type openDirectory struct {
	root *os.Root
	rel  string
}

func openDir(root *os.Root, rel string) (openDirectory, error) {
	dir, err := root.OpenRoot(filepath.FromSlash(rel))
	return openDirectory{dir, rel}, err
}

func (d openDirectory) close() { d.root.Close() }

func (d openDirectory) list() ([]os.DirEntry, error) {
	dir, err := d.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	return dir.ReadDir(-1)
}

// open opens a regular file in the directory, and returns its size.
func (d openDirectory) open(name string) (io.ReadCloser, int64, error) {
	return openRegular(d.root, name)
}
