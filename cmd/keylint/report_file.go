package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/keylint/keylint/internal/confine/first"
)

// reportFile is a file that is opened before anything is read, when files can still be opened for writing, and
// filled when all is known.
type reportFile struct {
	name    string
	to      io.Writer
	file    *os.File // nil where it is one of the command's own streams
	regular bool     // it has a length, and what was there goes
	made    bool     // it was not there
	filled  bool
}

// openReport opens a file to be filled at the end, and leaves what is in it. One that is not there is made, and goes where
// it is never filled.
//
// It is never written through a link: who may change the repository could lay one to any file of the
// machine's user.
func (s *session) openReport(name string) (*reportFile, error) {
	f := &reportFile{name: name}
	switch {
	case name == "/dev/stdout" && s.rawOut != nil:
		f.to = s.rawOut
	case name == "/dev/stderr" && s.rawErr != nil:
		f.to = s.rawErr
	default:
		if err := f.open(); err != nil {
			return nil, err
		}
	}
	s.reports = append(s.reports, f)
	return f, nil
}

func (f *reportFile) open() error {
	flags := os.O_WRONLY
	if !isDescriptor(f.name) {
		if err := refuseLinks(f.name); err != nil {
			return err
		}
		flags |= noFollow
	}
	file, err := os.OpenFile(f.name, flags, 0)
	if errors.Is(err, fs.ErrNotExist) {
		if file, err = os.OpenFile(f.name, flags|os.O_CREATE|os.O_EXCL, 0o666); err == nil {
			f.made = true
			first.Made(f.name)
		}
	}
	if err != nil {
		return withoutPath(err)
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return withoutPath(err)
	}
	f.to, f.file, f.regular = file, file, info.Mode().IsRegular()
	return nil
}

// isDescriptor says whether the name is one that the system has for what the process was given open.
func isDescriptor(name string) bool {
	dir := filepath.Dir(name)
	return dir == "/dev/fd" || dir == "/proc/self/fd"
}

// refuseLinks says of a name which part of it is a link. Links above the repository are the machine's own.
func refuseLinks(name string) error {
	if isLink(name) {
		return errors.New("it is a link; name the file that it leads to")
	}
	abs, err := filepath.Abs(name)
	if err != nil {
		return err
	}
	for dir := filepath.Dir(abs); dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if isLink(dir) && inWorkTree(filepath.Dir(dir)) {
			return fmt.Errorf("%s is a link; name the directory that it leads to", shown(dir))
		}
	}
	return nil
}

func isLink(name string) bool {
	info, err := os.Lstat(name)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

func inWorkTree(dir string) bool {
	dirs := upward(dir)
	if len(dirs) == 0 {
		return false
	}
	_, err := os.Lstat(filepath.Join(dirs[len(dirs)-1], ".git"))
	return err == nil
}

// fill puts the whole content in the place of what was there. Where not all of it can be written nothing is left of it.
func (f *reportFile) fill(content []byte) error {
	f.filled = true
	if f.regular {
		if err := f.file.Truncate(0); err != nil {
			return withoutPath(err)
		}
	}
	_, err := f.to.Write(content)
	if err != nil && f.regular {
		_ = f.file.Truncate(0)
	}
	if f.file != nil {
		if closing := f.file.Close(); err == nil {
			err = closing
		}
	}
	if errors.Is(err, syscall.EPIPE) {
		return errors.New("it was closed before all of it was written")
	}
	return withoutPath(err)
}

// abandonReports takes away what was made and not filled. Where the process may not, its supervisor does.
func (s *session) abandonReports() {
	for _, f := range s.reports {
		if f.file != nil && !f.filled {
			f.file.Close()
			if f.made {
				_ = os.Remove(f.name)
			}
		}
	}
}
