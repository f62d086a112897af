//go:build unix

package sources

import (
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// openDirectory is a directory of a tree, opened without a way out of the tree. Its files are
// opened by the system's own openat, which costs half of the calls that os.Root makes, and is as
// safe for a name without a slash: no link is followed.
type openDirectory struct {
	dir *os.File
	fd  int
}

func openDir(root *os.Root, rel string) (openDirectory, error) {
	dir, err := root.Open(filepath.FromSlash(rel))
	if err != nil {
		return openDirectory{}, err
	}
	return openDirectory{dir, int(dir.Fd())}, nil
}

func (d openDirectory) close() { d.dir.Close() }

// list reads the directory. What os.Root opened asks after every entry by itself; a copy of its
// descriptor does not.
func (d openDirectory) list() ([]os.DirEntry, error) {
	fd, err := unix.FcntlInt(uintptr(d.fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	plain := os.NewFile(uintptr(fd), d.dir.Name())
	defer plain.Close()
	return plain.ReadDir(-1)
}

// open opens a regular file in the directory, and returns its size.
func (d openDirectory) open(name string) (io.ReadCloser, int64, error) {
	fd, err := retry(func() (int, error) {
		return unix.Openat(d.fd, name, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	})
	if err != nil {
		return nil, 0, err
	}
	var info unix.Stat_t
	err = unix.Fstat(fd, &info)
	if err == nil && info.Mode&unix.S_IFMT != unix.S_IFREG {
		err = errIrregular
	}
	if err != nil {
		unix.Close(fd)
		return nil, 0, err
	}
	return descriptor(fd), info.Size, nil
}

// descriptor is an open file, of which nothing is asked but its bytes.
type descriptor int

func (d descriptor) Read(b []byte) (int, error) {
	n, err := retry(func() (int, error) { return unix.Read(int(d), b) })
	if n == 0 && err == nil && len(b) > 0 {
		err = io.EOF
	}
	return max(n, 0), err
}

func (d descriptor) Close() error { return unix.Close(int(d)) }

func retry(call func() (int, error)) (int, error) {
	for {
		if n, err := call(); err != unix.EINTR {
			return n, err
		}
	}
}
