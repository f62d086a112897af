package sources

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"
)

// controllers are the API groups whose objects say what else is deployed.
var controllers = [][]byte{[]byte("toolkit.fluxcd.io/"), []byte("argoproj.io/")}

var apiVersion = []byte("apiVersion")

// The bounds on what is kept of files that have been tested.
const (
	maxHeld     = 256 << 10 // bytes of one file: a larger one is read again where it is parsed
	maxHeldSize = 32 << 20  // bytes of all files without a mark, which something may lead to
	batch       = 64        // files that are read in one go
)

// readCandidates reads every file that the walk kept, once, and tests its bytes for marks.
// It goes by directory, because os.Root walks every component of a name anew.
func (r *Repository) readCandidates() {
	files := slices.DeleteFunc(slices.Clone(r.Files()), func(f *File) bool { return f.tree == nil })
	var batches [][]*File
	for start := 0; start < len(files); {
		end := start + 1
		for end < len(files) && end-start < batch && files[end].Dir() == files[start].Dir() && files[end].tree == files[start].tree {
			end++
		}
		batches = append(batches, files[start:end])
		start = end
	}
	onAllCores(len(batches), func(i int) { testAll(batches[i]) })
}

// scratch are buffers to read into.
var scratch = sync.Pool{New: func() any { b := make([]byte, maxHeld+1); return &b }}

// testAll reads and tests files of one directory.
func testAll(files []*File) {
	dir, err := files[0].tree.root.OpenRoot(filepath.FromSlash(path.Dir(files[0].rel)))
	if err == nil {
		defer dir.Close()
	}
	for _, f := range files {
		if err == nil && !f.linked {
			f.test(dir, path.Base(f.rel))
		} else {
			f.test(f.tree.root, f.rel)
		}
	}
}

// test reads the file, under a name relative to an open directory of its tree, and looks for
// marks. Of a file that is small its bytes are kept if it has one, and also where something
// may yet lead to it.
func (f *File) test(dir *os.Root, name string) {
	buffer := scratch.Get().(*[]byte)
	defer scratch.Put(buffer)
	if err := f.testWith(*buffer, dir, name); err != nil {
		f.readOnce.Do(func() { f.readErr = err })
		kind := NoteUnreadable
		if f.size > MaxFileSize {
			kind = NoteBound
		}
		f.repo.Note(kind, f.At(), "the file "+err.Error()+" and was not read")
	}
}

func (f *File) testWith(buffer []byte, dir *os.Root, name string) error {
	file, err := f.open(dir, name)
	if err != nil {
		return err
	}
	defer file.Close()
	for first, kept := true, 0; ; first = false {
		n, err := io.ReadFull(file, buffer[kept:])
		b := buffer[:kept+n]
		f.marked = f.marked || f.repo.marks.in(b)
		if f.kind != dotenvFile && f.kind != dockerfileFile {
			f.object = f.object || bytes.Contains(b, apiVersion)
			f.deploy = f.deploy || bytes.Contains(b, controllers[0]) || bytes.Contains(b, controllers[1])
		}
		switch {
		case err == nil: // there is more
			kept = copy(buffer, b[len(b)-overlap:])
		case err != io.EOF && err != io.ErrUnexpectedEOF:
			return reason(err)
		default:
			if first && (f.marked || f.deploy || f.kind == kustomizationFile || f.object && f.repo.hold(len(b))) {
				f.readOnce.Do(func() { f.disk = bytes.Clone(b) })
			}
			return nil
		}
	}
}

// overlap is how much of a part of a file is looked at once more with the next: more than the
// longest mark and what stands beside it.
const overlap = 512

// hold says whether n more bytes of files without a mark may be kept.
func (r *Repository) hold(n int) bool { return r.held.Add(int64(n)) <= maxHeldSize }

// open opens the file under a name relative to an open directory of its tree, and notes its
// size.
func (f *File) open(dir *os.Root, name string) (*os.File, error) {
	if f.size > MaxFileSize {
		return nil, errTooLarge
	}
	file, err := dir.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, reason(err)
	}
	info, err := file.Stat()
	if err == nil && info.Mode().IsRegular() {
		if f.size = info.Size(); f.size <= MaxFileSize {
			return file, nil
		}
		err = errTooLarge
	} else {
		err = errIrregular
	}
	file.Close()
	return nil, err
}

var (
	errTooLarge  = fmt.Errorf("is larger than %d MiB", MaxFileSize>>20)
	errIrregular = fmt.Errorf("is not a regular file")
)
