package sources

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"

	"github.com/keylint/keylint/internal/current"
)

// controllers are the API groups whose objects say what else is deployed.
var controllers = [][]byte{[]byte("toolkit.fluxcd.io/"), []byte("argoproj.io/"), []byte("helm.cattle.io/")}

// mutators are words of objects that say what is changed as it reaches the cluster, or made there.
var mutators = [][]byte{
	[]byte("kyverno.io/"), []byte("MutatingAdmissionPolicy"), []byte("MutatingWebhookConfiguration"), []byte("ClusterExternalSecret"), []byte("mutations.gatekeeper.sh/"),
	[]byte("PushSecret"), []byte("crossplane.io/"), []byte("open-cluster-management.io/"), []byte("kro.run/"), []byte("core.oam.dev/"), []byte("kappctrl.k14s.io/"),
	[]byte("packaging.carvel.dev/"), []byte("fleet.cattle.io/"), []byte("config.projectsveltos.io/"), []byte("addons.cluster.x-k8s.io/"),
}

var apiVersion = []byte("apiVersion")

// The bounds on what is kept of files that have been tested.
const (
	maxHeld     = 256 << 10 // bytes of one file: a larger one is read again where it is parsed
	maxHeldSize = 32 << 20  // bytes of all files without a mark, which something may lead to
	batch       = 64        // files that are read in one go
)

// readCandidates reads every file that the walk kept, once, and tests its bytes for marks.
func (r *Repository) readCandidates() {
	files := slices.DeleteFunc(slices.Clone(r.Files()), func(f *File) bool { return f.tree == nil })
	byDirectory(files, func(i int, open opener) { files[i].test(open) })
}

// opener opens a file, and returns its size.
type opener func() (io.ReadCloser, int64, error)

// byDirectory visits files of trees on all cores. It goes by directory, because os.Root walks every component of a name anew.
func byDirectory(files []*File, visit func(i int, open opener)) {
	var batches [][2]int
	for start := 0; start < len(files); {
		end := start + 1
		for end < len(files) && end-start < batch && files[end].Dir() == files[start].Dir() && files[end].tree == files[start].tree {
			end++
		}
		batches = append(batches, [2]int{start, end})
		start = end
	}
	onAllCores(len(batches), func(n int) {
		first := files[batches[n][0]]
		dir, err := openDir(first.tree.root, path.Dir(first.rel))
		if err == nil {
			defer dir.close()
		}
		for i := batches[n][0]; i < batches[n][1]; i++ {
			f := files[i]
			if err != nil || f.linked {
				visit(i, f.openRegular)
				continue
			}
			visit(i, func() (io.ReadCloser, int64, error) { return dir.open(path.Base(f.rel)) })
		}
	})
}

// scratch are buffers to read into.
var scratch = sync.Pool{New: func() any { b := make([]byte, maxHeld+1); return &b }}

// test reads the file and looks for marks. Of a file that is small its bytes are kept if it
// has one, and also where something may yet lead to it.
func (f *File) test(open opener) {
	defer current.Begin("reading", f.Path)()
	buffer := scratch.Get().(*[]byte)
	defer scratch.Put(buffer)
	if err := f.testWith(*buffer, open); err != nil {
		f.readOnce.Do(func() { f.readErr = err })
		kind := NoteUnreadable
		switch {
		case errors.Is(err, errPrivateKey):
			f.repo.Note(NoteRefused, f.At(), "the file was not read: "+err.Error())
			return
		case f.size > MaxFileSize:
			kind = NoteBound
		}
		f.repo.Note(kind, f.At(), "the file "+err.Error()+" and was not read")
	}
}

func (f *File) testWith(buffer []byte, open opener) error {
	file, err := f.bounded(open)
	if err != nil {
		return err
	}
	defer file.Close()
	read := int64(0)
	for first, kept := true, 0; ; first = false {
		n, err := 0, io.EOF
		if left := f.size - read; left > 0 {
			n, err = io.ReadFull(file, buffer[kept:min(int64(len(buffer)), int64(kept)+left)])
			read += int64(n)
		}
		b := buffer[:kept+n]
		if first && isPrivateKey(b) {
			return errPrivateKey
		}
		f.marked = f.marked || f.repo.marks.in(b)
		f.swept = f.swept || sweepMarks().in(b)
		f.hidden = f.hidden || bytes.Contains(b, ciphertext) && f.repo.marks.in([]byte(f.Path))
		if f.kind != dotenvFile && f.kind != dockerfileFile {
			f.services = f.services || bytes.Contains(b, servicesMark)
			f.routes = f.routes || LeadsHosts(b)
			f.takes = f.takes || takesHeaders(b)
			f.object = f.object || bytes.Contains(b, apiVersion)
			f.mutate = f.mutate || slices.ContainsFunc(mutators, func(m []byte) bool { return bytes.Contains(b, m) })
			f.deploy = f.deploy || slices.ContainsFunc(controllers, func(c []byte) bool { return bytes.Contains(b, c) })
		}
		switch {
		case err == nil && read < f.size:
			kept = copy(buffer, b[len(b)-overlap:])
		case err != nil && err != io.EOF && err != io.ErrUnexpectedEOF:
			return reason(err)
		default:
			f.tested = true
			if first && (f.IsMarked() || f.deploy || f.kind == kustomizationFile || f.object && f.repo.hold(len(b))) {
				f.readOnce.Do(func() { f.disk = bytes.Clone(b) })
			}
			return nil
		}
	}
}

// ciphertext begins each value that SOPS encrypted.
var ciphertext = []byte("ENC[AES256_GCM,")

// overlap is how much of a part of a file is looked at once more with the next: more than the
// longest mark and what stands beside it.
const overlap = 512

// hold says whether n more bytes of files without a mark may be kept.
func (r *Repository) hold(n int) bool { return r.held.Add(int64(n)) <= maxHeldSize }

// bounded opens the file, unless it is too large, and notes its size.
func (f *File) bounded(open opener) (io.ReadCloser, error) {
	file, size, err := f.asEdited(open)
	if err != nil {
		return nil, reason(err)
	}
	if f.size = size; size > MaxFileSize {
		file.Close()
		return nil, errTooLarge
	}
	if file, f.size, err = inUTF8(file, size); err != nil {
		return nil, reason(err)
	}
	return file, nil
}

// asEdited opens the file, or gives what is to be read in its place.
func (f *File) asEdited(open opener) (io.ReadCloser, int64, error) {
	if b, ok := f.repo.edited[f.Path]; ok {
		return io.NopCloser(bytes.NewReader(b)), int64(len(b)), nil
	}
	return open()
}

// openRegular opens the file by its name in its tree.
func (f *File) openRegular() (io.ReadCloser, int64, error) { return openRegular(f.tree.root, f.rel) }

// openRegular asks before it opens, too: to open a pipe is to wait for somebody who writes into it, and to open a device may be an
// order to it.
func openRegular(root *os.Root, rel string) (io.ReadCloser, int64, error) {
	rel = filepath.FromSlash(rel)
	info, err := root.Stat(rel)
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, errIrregular
	}
	file, err := root.Open(rel)
	if err != nil {
		return nil, 0, err
	}
	if info, err = file.Stat(); err == nil && info.Mode().IsRegular() {
		return file, info.Size(), nil
	}
	file.Close()
	return nil, 0, errIrregular
}

var (
	errTooLarge  = fmt.Errorf("is larger than %d MiB", MaxFileSize>>20)
	errIrregular = errors.New("is not a regular file")
)
