package artifact

import (
	"bytes"
	"compress/bzip2"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// looking is the looking into one built thing.
type looking struct {
	built    *Built
	buffer   []byte // of the scan that is going on
	found    []found
	entries  int
	kept     int             // keys, those that another file took the place of among them
	unpacked atomic.Int64    // bytes that came out of what is packed, on whichever core
	unopened map[string]many // what keylint does not open, by the reason
	noted    map[Note]bool

	held int64 // bytes of zips that have to be held as a whole

	layers   map[string]*layer // what the archives in the outermost one have, by their names there, and it itself by none
	links    map[string]string // of names there to others
	bearing  map[string]bool   // the files in which a key was found
	metas    map[string][]byte // what may be an image's manifest or configuration
	metaSize int
}

// many is a file, and how many more there are like it.
type many struct {
	first string
	count int
}

// found is a key while it is not known whether what it stands in is an image.
type found struct {
	key Key
	at  spot
}

// spot is where in what was built something stands.
type spot struct {
	layer string // the archive in the outermost one that it is a part of; empty where it lies in none
	base  string // the file of that archive, or of the outermost one; empty for this itself
	path  string // the same, or what lies in archives in it, as it is called
	order uint32 // of the file, among all
	depth int    // how often it was unpacked
}

// file names the file of an archive that a key stands in, or in which archives lie that do.
func (at spot) file() string { return at.layer + "\x00" + at.base }

// enter is the place of a file in the archive that lies at another one.
func (at spot) enter(name string, order int) spot {
	in := spot{layer: at.layer, base: name, path: name, order: uint32(order), depth: at.depth + 1}
	switch {
	case at.path == "":
	case at.layer == "":
		in.layer = at.path
	default:
		in.base, in.path, in.order = at.base, path.Join(at.path, name), at.order
	}
	return in
}

// shown is how reports call the file at a place while it is not known whether that is in an image.
func (l *looking) shown(at spot) string {
	return path.Join(l.built.Name, short(path.Join(at.layer, at.path)))
}

// short is the end of a path.
func short(name string) string {
	if len(name) <= maxPath {
		return name
	}
	return "…" + strings.ToValidUTF8(name[len(name)-maxPath:], "")
}

func newLooking(name string) *looking {
	return &looking{
		built:  &Built{Name: name, pages: map[string]bool{}, packages: map[string]bool{}},
		buffer: make([]byte, bufferSize), unopened: map[string]many{}, noted: map[Note]bool{},
		layers: map[string]*layer{}, links: map[string]string{}, bearing: map[string]bool{}, metas: map[string][]byte{},
	}
}

func (l *looking) note(kind Kind, file, message string) {
	n := Note{kind, file, message}
	if !l.noted[n] {
		l.noted[n] = true
		l.built.Notes = append(l.built.Notes, n)
	}
}

func (l *looking) leave(file, reason string) {
	of := l.unopened[reason]
	if of.count == 0 || file < of.first {
		of.first = file
	}
	of.count++
	l.unopened[reason] = of
}

// maxDeep bounds the directories in each other.
const maxDeep = 100

// directory looks into all files of a directory. Links are not followed: what lies in it is met at its own place.
func (l *looking) directory(disk string) error {
	root, err := os.OpenRoot(disk)
	if err != nil {
		return err
	}
	defer root.Close()
	return fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			l.note(Unreadable, path.Join(l.built.Name, name), "it cannot be read: "+reason(err))
			return nil
		case entry.IsDir() && strings.Count(name, "/") > maxDeep:
			l.note(Bound, path.Join(l.built.Name, name), "directories that lie deeper are not looked into")
			return fs.SkipDir
		case entry.IsDir() && isCache(path.Join(l.built.Name, name)+"/"):
			l.note(Skipped, path.Join(l.built.Name, name), "it is the cache of a build, which is not deployed")
			return fs.SkipDir
		case !entry.Type().IsRegular():
			return nil
		case !l.mayEnter():
			return fs.SkipAll
		}
		f, err := root.Open(name)
		if err != nil {
			l.note(Unreadable, path.Join(l.built.Name, name), "it cannot be read: "+reason(err))
			return nil
		}
		defer f.Close()
		at := spot{}.enter(name, l.entries)
		info, err := f.Stat()
		if err != nil || !info.Mode().IsRegular() {
			return nil
		}
		l.sayWhy(l.shown(at), l.file(at, f, info.Size()))
		return nil
	})
}

// whole looks into a file, whatever it is.
func (l *looking) whole(disk string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return errors.New("it is neither a file nor a directory")
	}
	f, err := os.Open(disk)
	if err != nil {
		return err
	}
	defer f.Close()
	l.sayWhy(l.built.Name, l.file(spot{}, f, info.Size()))
	return nil
}

// head is how much of a file tells what it is.
const head = 512

// file looks into a file: what is packed in it, or its own text. It returns what ended it too soon.
func (l *looking) file(at spot, r io.Reader, size int64) error {
	first := make([]byte, head)
	n, err := fill(r, first)
	first = first[:n]
	if err != nil && err != io.EOF {
		if len(first) > 0 {
			_ = l.scan(at, bytes.NewReader(first)) // of a text, which has no error
		}
		return err
	}
	outer := r
	r = io.MultiReader(bytes.NewReader(first), outer)
	switch kind := kindOf(first); {
	case kind == "zip":
		return l.zipOf(at, r, outer, size)
	case kind == "tar":
		return l.tarOf(at, r)
	case kind == "gzip" || kind == "zstd" || kind == "bzip2":
		return l.packed(kind, at, r)
	case kind != "":
		l.leave(l.shown(at), "it is packed by "+kind+", which keylint does not open")
		return nil
	case path.Ext(at.path) == ".br":
		l.leave(l.shown(at), "it is packed by brotli, which keylint does not open")
		return nil
	}
	l.know(at)
	if l.isMeta(at, size, first) {
		return l.keepMeta(at, r)
	}
	m := &meter{l: l, r: r}
	err = l.scan(at, m)
	l.built.Read += m.out
	return err
}

// kindOf tells by its first bytes how a file is packed; empty where it is not.
func kindOf(first []byte) string {
	for _, k := range []struct{ kind, magic string }{
		{"gzip", "\x1f\x8b"}, {"zstd", "\x28\xb5\x2f\xfd"}, {"zip", "PK\x03\x04"}, {"xz", "\xfd7zXZ\x00"}, {"7-Zip", "7z\xbc\xaf\x27\x1c"},
	} {
		if bytes.HasPrefix(first, []byte(k.magic)) {
			return k.kind
		}
	}
	if len(first) >= 10 && string(first[:3]) == "BZh" && string(first[4:10]) == "1AY&SY" {
		return "bzip2"
	}
	if len(first) >= 262 && string(first[257:262]) == "ustar" {
		return "tar"
	}
	return ""
}

// packed looks into what is packed by itself, and counts no archive: web.tar.gz is the tarball.
func (l *looking) packed(kind string, at spot, r io.Reader) error {
	if !l.mayUnpack(at) {
		return nil
	}
	in := &counter{r: r}
	var plain io.Reader
	switch kind {
	case "gzip":
		z, err := gzip.NewReader(in)
		if err != nil {
			return err
		}
		defer z.Close()
		plain = z
	case "zstd":
		// Without goroutines of its own: nothing could catch a panic in them.
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return err
		}
		defer z.Close()
		plain = z
	case "bzip2":
		plain = bzip2.NewReader(in)
	}
	a := readAhead(plain)
	defer a.close()
	at.depth++
	return l.file(at, &meter{l: l, r: a, in: in.n.Load}, -1)
}

// mayUnpack says whether what lies in another one is still unpacked.
func (l *looking) mayUnpack(at spot) bool {
	if at.depth < maxNested {
		return true
	}
	l.note(Bound, l.shown(at), "what is packed deeper in each other is not looked into")
	return false
}

// know remembers what tells of a directory what it is.
func (l *looking) know(at spot) {
	of := l.built.pages
	switch path.Base(at.path) {
	case "index.html":
	case "package.json":
		of = l.built.packages
	default:
		return
	}
	if len(of) < maxKnown {
		of[at.layer+"\x00"+path.Dir(at.path)] = true
	}
}

// reason is an error without the path, which stands before it anyway.
func reason(err error) string {
	var of *fs.PathError
	if errors.As(err, &of) {
		err = of.Err
	}
	return err.Error()
}
