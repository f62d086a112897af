package fix

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// failing is a disk on which one call fails, and which counts the calls that write. With tears the file that cannot be made is there, half full.
type failing struct {
	Disk
	at    int
	calls int
	tears bool
}

var errDisk = errors.New("no space left on device")

func (f *failing) fails() bool {
	f.calls++
	return f.calls == f.at
}

func (f *failing) Create(name string, b []byte, mode fs.FileMode) error {
	if f.fails() {
		if f.tears {
			_ = f.Disk.Create(name, b[:len(b)/2], mode)
		}
		return errDisk
	}
	return f.Disk.Create(name, b, mode)
}

func (f *failing) Rename(from, to string) error {
	if f.fails() {
		return errDisk
	}
	return f.Disk.Rename(from, to)
}

var threeFiles = []Change{
	{"a.env", []byte("A=old\n"), []byte("A=new\n")},
	{"b/b.yaml", []byte("b: old\n"), []byte("b: new\n")},
	{"c", []byte("old"), []byte("new")},
}

func written(t *testing.T, changes []Change) (dir string, disk *Tree) {
	t.Helper()
	dir = t.TempDir()
	for _, c := range changes {
		name := filepath.Join(dir, c.Name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, c.Was, 0o640)); err != nil {
			t.Fatal(err)
		}
	}
	disk, err := OpenTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir, disk
}

// everything is what lies below a directory, in one text.
func everything(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			if strings.HasPrefix(e.Name(), ".") {
				fmt.Fprintf(&b, "%s/\n", strings.TrimPrefix(name, dir))
			}
			return nil
		}
		text, err := os.ReadFile(name)
		fmt.Fprintf(&b, "%s: %q\n", strings.TrimPrefix(name, dir), text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const allOld, allNew = "/a.env: \"A=old\\n\"\n/b/b.yaml: \"b: old\\n\"\n/c: \"old\"\n", "/a.env: \"A=new\\n\"\n/b/b.yaml: \"b: new\\n\"\n/c: \"new\"\n"

// TestAllOrNothing lets every call that writes fail, one after the other: the files hold what they did, and nothing else is left beside them.
func TestAllOrNothing(t *testing.T) {
	for _, tears := range []bool{false, true} {
		for at := 1; ; at++ {
			dir, disk := written(t, threeFiles)
			f := &failing{Disk: disk, at: at, tears: tears}
			err := Write(f, threeFiles)
			want := allOld
			if err == nil {
				want = allNew
			}
			if got := everything(t, dir); got != want {
				t.Errorf("call %d failed, %v:\n%s", at, err, got)
			}
			if err == nil {
				if at != 7 {
					t.Errorf("%d calls write three files", at-1)
				}
				break
			}
		}
	}
}

// TestWriteKeepsTheMode of each file.
func TestWriteKeepsTheMode(t *testing.T) {
	dir, disk := written(t, threeFiles)
	if err := Write(disk, threeFiles); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "a.env"))
	if err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// TestWriteRefuses what is not the file that was read; none of the others is written either.
func TestWriteRefuses(t *testing.T) {
	for what, c := range map[string]struct {
		prepare func(name string) error
		want    string
	}{
		"changed":   {func(name string) error { return os.WriteFile(name, []byte("somebody's"), 0o644) }, "b/b.yaml is not written: it has changed since it was read"},
		"read-only": {func(name string) error { return os.Chmod(name, 0o444) }, "b/b.yaml is not written: it may only be read"},
		"gone":      {os.Remove, "cannot read b/b.yaml: no such file or directory"},
		"a link": {func(name string) error {
			return errors.Join(os.Rename(name, name+".real"), os.Symlink("b.yaml.real", name))
		}, "b/b.yaml is not written: it is a link"},
		"in the way": {func(name string) error {
			return os.Mkdir(filepath.Join(filepath.Dir(name), ".keylint-b.yaml.new"), 0o755)
		}, "cannot write b/b.yaml: b/.keylint-b.yaml.new is in the way"},
		"a link away": {func(name string) error { return errors.Join(os.Remove(name), os.Symlink("/etc/hostname", name)) }, "b/b.yaml is not written: it is a link"},
		"a directory": {func(name string) error { return errors.Join(os.Remove(name), os.Mkdir(name, 0o755)) }, "b/b.yaml is not written: it is no regular file"},
	} {
		dir, disk := written(t, threeFiles)
		if err := c.prepare(filepath.Join(dir, "b/b.yaml")); err != nil {
			t.Fatal(err)
		}
		before := everything(t, dir)
		err := Write(disk, threeFiles)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v", what, err)
		}
		if after := everything(t, dir); after != before {
			t.Errorf("%s:\n%s", what, after)
		}
	}
}

// TestWriteOpensNoPipe: what took a file's place since it was read is not waited for.
func TestWriteOpensNoPipe(t *testing.T) {
	for what, place := range map[string]func(name string) error{
		"a pipe": func(name string) error { return syscall.Mkfifo(name, 0o644) },
		"a link to one": func(name string) error {
			return errors.Join(syscall.Mkfifo(name+".pipe", 0o644), os.Symlink("b.yaml.pipe", name))
		},
	} {
		dir, disk := written(t, threeFiles)
		name := filepath.Join(dir, "b/b.yaml")
		if err := errors.Join(os.Remove(name), place(name)); err != nil {
			t.Fatal(err)
		}
		end := make(chan error, 1)
		go func() { end <- Write(disk, threeFiles) }()
		select {
		case err := <-end:
			if err == nil {
				t.Errorf("%s: it was written", what)
			}
		case <-time.After(10 * time.Second):
			t.Errorf("%s: it waits", what)
		}
	}
}
