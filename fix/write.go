package fix

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// Change is a file that is written: what it has to hold still, and what it holds then.
type Change struct {
	Name    string // in the disk, with slashes
	Was, Is []byte
}

// Disk is where files are written.
type Disk interface {
	Lstat(name string) (fs.FileInfo, error)
	ReadFile(name string) ([]byte, error)
	Create(name string, b []byte, mode fs.FileMode) error // of a file that is not there yet; all of it is on the disk then
	Rename(from, to string) error
	Remove(name string) error
}

// beside is what a new file is called until it takes the old one's place.
func beside(name string) string {
	return path.Join(path.Dir(name), ".keylint-"+path.Base(name)+".new")
}

// Write writes all files or none. Each is written beside the old one, and they take their places at the end, which is a matter of renaming: where
// that fails, those that did already get back what they held. A file is refused that is a link, that may not be written, or that does not
// hold any more what was read.
func Write(disk Disk, changes []Change) (err error) {
	var made []string
	defer func() {
		for _, name := range made {
			_ = disk.Remove(name) // what took its place is not there any more
		}
	}()
	create := func(c Change, b []byte) error {
		info, err := writable(disk, c)
		if err != nil {
			return err
		}
		err = disk.Create(beside(c.Name), b, info.Mode().Perm())
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("cannot write %s: %s is in the way; a run that was killed may have left it", c.Name, beside(c.Name))
		}
		made = append(made, beside(c.Name))
		if err != nil {
			return failed("write", c, err)
		}
		return nil
	}
	for _, c := range changes {
		if _, err := writable(disk, c); err != nil { // before it is opened: a pipe would have it wait for ever
			return err
		}
		now, err := disk.ReadFile(c.Name)
		if err != nil {
			return failed("read", c, err)
		}
		if !bytes.Equal(now, c.Was) {
			return fmt.Errorf("%s is not written: it has changed since it was read, or is not in UTF-8", c.Name)
		}
		if err := create(c, c.Is); err != nil {
			return err
		}
	}
	for n, c := range changes {
		if err := disk.Rename(beside(c.Name), c.Name); err != nil {
			for _, before := range changes[:n] {
				if back := restore(disk, before, create); back != nil {
					err = fmt.Errorf("%w; and %s could not be put back (%w): git has what it held", err, before.Name, back)
				}
			}
			return failed("write", c, err)
		}
	}
	return nil
}

// writable is what is known of a file that may be written.
func writable(disk Disk, c Change) (fs.FileInfo, error) {
	info, err := disk.Lstat(c.Name)
	switch {
	case err != nil:
		return nil, failed("read", c, err)
	case info.Mode().Type() == fs.ModeSymlink:
		return nil, fmt.Errorf("%s is not written: it is a link; name what it leads to", c.Name)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not written: it is no regular file", c.Name)
	case info.Mode().Perm()&0o200 == 0:
		return nil, fmt.Errorf("%s is not written: it may only be read", c.Name)
	}
	return info, nil
}

// WriteNew writes a file that is not there yet, whole or not at all.
func WriteNew(disk Disk, name string, b []byte, mode fs.FileMode) error {
	c := Change{Name: name, Is: b}
	if _, err := disk.Lstat(name); err == nil {
		return fmt.Errorf("%s is not written: it has come since the repository was read", name)
	}
	err := disk.Create(beside(name), b, mode)
	if err == nil {
		err = disk.Rename(beside(name), name)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		_ = disk.Remove(beside(name)) // a part of it may be there
	}
	if err != nil {
		return failed("write", c, err)
	}
	return nil
}

// restore gives a file back what it held.
func restore(disk Disk, c Change, create func(Change, []byte) error) error {
	if err := create(c, c.Was); err != nil {
		return err
	}
	return disk.Rename(beside(c.Name), c.Name)
}

func failed(what string, c Change, err error) error {
	if pathErr := (*fs.PathError)(nil); errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	if linkErr := (*os.LinkError)(nil); errors.As(err, &linkErr) {
		err = linkErr.Err
	}
	return fmt.Errorf("cannot %s %s: %w", what, c.Name, err)
}

// Tree is the disk below a directory: no link leads out of it.
type Tree struct{ root *os.Root }

// OpenTree opens a work tree.
func OpenTree(dir string) (*Tree, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Tree{root}, nil
}

// Lstat implements Disk, as the others do.
func (t *Tree) Lstat(name string) (fs.FileInfo, error) { return t.root.Lstat(filepath.FromSlash(name)) }

func (t *Tree) ReadFile(name string) ([]byte, error) {
	return t.root.ReadFile(filepath.FromSlash(name))
}

func (t *Tree) Create(name string, b []byte, mode fs.FileMode) error {
	f, err := t.root.OpenFile(filepath.FromSlash(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()) // the mode once more: a umask takes from it
}

func (t *Tree) Rename(from, to string) error {
	return t.root.Rename(filepath.FromSlash(from), filepath.FromSlash(to))
}

func (t *Tree) Remove(name string) error { return t.root.Remove(filepath.FromSlash(name)) }
