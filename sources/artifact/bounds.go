package artifact

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"
)

// The bounds of what is looked into.
const (
	maxRead      = 32 << 30  // bytes of one built thing, unpacked
	maxRatio     = 200       // of what is unpacked to what is packed, as soon as it comes to
	fromRatio    = 1 << 30   // this
	maxEntries   = 1_000_000 // files, links and directories
	maxNested    = 8         // times that something is unpacked which lay in what was unpacked
	maxInside    = 48 << 20  // bytes of zips in another archive, which have to be held as a whole
	maxSparse    = 1 << 30   // bytes of a file of a tarball which is made of holes
	maxMeta      = 4 << 20   // bytes of a manifest or a configuration of an image,
	maxMetas     = 64 << 20  // and of all of them
	maxWindow    = 64 << 20  // bytes that zstd may refer back by
	maxTable     = 64 << 20  // bytes of a zip's table of contents
	maxKeys      = 10_000    // keys
	maxLayers    = 1_000     // layers of an image
	maxImages    = 64        // images
	maxName      = 120       // bytes before a key in which its name is looked for
	maxPath      = 1_000     // bytes of a path, of which the end is kept
	maxKnown     = 100_000   // directories of which it is remembered what lies in them
	maxVariables = 10_000    // variables of an image's environment and history
)

// errBound is that of a bound which what is read as a whole has reached: nothing more of it is read.
type errBound struct{ why string }

func (e errBound) Error() string { return e.why }

var errTooLong = errBound{fmt.Sprintf("more than %d GiB come out of it unpacked: the rest is not read", maxRead>>30)}

// meter counts what comes out of something, and ends where that is too much, as a whole or for what went in.
type meter struct {
	l   *looking
	r   io.Reader
	in  func() int64 // what went in so far; nil where nothing is unpacked
	out int64
}

func (m *meter) Read(b []byte) (int, error) {
	n, err := m.r.Read(b)
	m.out += int64(n)
	if m.in == nil {
		return n, err
	}
	switch {
	case m.l.unpacked.Add(int64(n)) > maxRead:
		return n, errTooLong
	case m.out > fromRatio && m.out/maxRatio > m.in():
		return n, errBound{fmt.Sprintf("it unpacks to more than %d times its size: the rest is not read", maxRatio)}
	}
	return n, err
}

// counter counts what goes in.
type counter struct {
	r io.Reader
	n atomic.Int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n.Add(int64(n))
	return n, err
}

// sayWhy tells an error of reading in a note, and whether nothing more of what it stands in is to be read.
func (l *looking) sayWhy(file string, err error) {
	var bound errBound
	switch {
	case err == nil || err == io.EOF:
	case errors.As(err, &bound):
		l.note(Bound, file, bound.why)
	case errors.Is(err, io.ErrUnexpectedEOF):
		l.note(Unreadable, file, "it ends in the middle: only what stands before that was looked into")
	default:
		l.note(Unreadable, file, "it cannot be read on: "+reason(err))
	}
}

// mayKeep says whether a further key is kept.
func (l *looking) mayKeep() bool {
	if l.kept++; l.kept <= maxKeys {
		return true
	}
	l.note(Bound, l.built.Name, fmt.Sprintf("more than %d keys: the rest is not kept", maxKeys))
	return false
}

// mayEnter counts a file, and says whether it is still looked into.
func (l *looking) mayEnter() bool {
	if l.entries++; l.entries <= maxEntries {
		return true
	}
	l.note(Bound, l.built.Name, fmt.Sprintf("more than %d files: the rest is not looked into", maxEntries))
	return false
}
