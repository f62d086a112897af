package artifact

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// tarOf looks into a tarball, which in the outermost archive may be a layer.
func (l *looking) tarOf(at spot, r io.Reader) error {
	if !l.mayUnpack(at) {
		return nil
	}
	of := l.layerAt(at)
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		if err != nil {
			return err
		}
		if !l.mayEnter() {
			return nil
		}
		name := l.clean(at, h.Name)
		if name == "" {
			continue
		}
		in := at.enter(name, l.entries)
		of.has(name, h.Typeflag == tar.TypeDir, l.entries)
		switch h.Typeflag {
		case tar.TypeReg, tar.TypeGNUSparse, tar.TypeCont:
			content := io.Reader(t)
			if isSparse(h) && h.Size > maxSparse {
				l.note(Bound, l.shown(in), fmt.Sprintf("it is made of holes: more than %d MiB of it are not read", maxSparse>>20))
				content = io.LimitReader(t, maxSparse)
			}
			if err := l.file(in, content, h.Size); errors.Is(err, errTooLong) {
				return err
			} else {
				l.sayWhy(l.shown(in), err)
			}
		case tar.TypeLink: // another name of a file that stands before it
			l.alias(in, at.enter(l.clean(at, h.Linkname), 0))
		case tar.TypeSymlink:
			if at.path == "" && len(l.links) < maxLayers {
				l.links[name] = l.clean(at, path.Join(path.Dir(name), h.Linkname))
			}
		}
	}
}

// alias gives the keys of a file another place as well.
func (l *looking) alias(in, of spot) {
	if !l.bearing[of.file()] || l.kept > maxKeys {
		return
	}
	for _, f := range l.found[:len(l.found):len(l.found)] {
		if f.at.file() == of.file() && f.at.path == f.at.base && l.mayKeep() {
			l.found = append(l.found, found{key: f.key, at: in})
			l.bearing[in.file()] = true
		}
	}
}

// clean is a name in an archive as a path within that. One that leads out is taken for one that does not; empty for the root itself.
func (l *looking) clean(at spot, name string) string {
	if rel := path.Clean(name); rel == ".." || strings.HasPrefix(rel, "../") {
		l.leave(l.shown(at), "a name in it leads out (../): it is read under what is left of it, and nothing is written")
	}
	return path.Clean("/" + strings.ToValidUTF8(name, "?"))[1:]
}

// isSparse says of a file that its holes are not in the tarball: it may be as long as it likes.
func isSparse(h *tar.Header) bool {
	if h.Typeflag == tar.TypeGNUSparse {
		return true
	}
	for k := range h.PAXRecords {
		if strings.HasPrefix(k, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// zipOf looks into a zip. Its table of contents stands at its end: it is read where it lies, or held as a whole.
func (l *looking) zipOf(at spot, r, file io.Reader, size int64) error {
	if !l.mayUnpack(at) {
		return nil
	}
	disk, ok := file.(io.ReaderAt)
	if !ok {
		most := maxInside - l.held
		if size > most {
			l.note(Bound, l.shown(at), fmt.Sprintf("a zip within another archive is looked into up to %d MiB", maxInside>>20))
			return nil
		}
		whole := bytes.NewBuffer(make([]byte, 0, max(size, 0)+bytes.MinRead))
		if _, err := whole.ReadFrom(io.LimitReader(r, most+1)); err != nil {
			return err
		}
		if int64(whole.Len()) > most {
			l.note(Bound, l.shown(at), fmt.Sprintf("a zip within another archive is looked into up to %d MiB", maxInside>>20))
			return nil
		}
		size = int64(whole.Len())
		disk = bytes.NewReader(whole.Bytes())
		l.held += size
		defer func() { l.held -= size }()
	}
	if tableSize(disk, size) > maxTable {
		return errBound{fmt.Sprintf("its table of contents is larger than %d MiB: it is not looked into", maxTable>>20)}
	}
	z, err := zip.NewReader(disk, size)
	if err != nil {
		return err
	}
	of := l.layerAt(at)
	all := &meter{l: l, in: func() int64 { return size }}
	for _, f := range z.File {
		if !l.mayEnter() {
			return nil
		}
		name := l.clean(at, f.Name)
		if name == "" || !f.Mode().IsRegular() {
			continue
		}
		in := at.enter(name, l.entries)
		of.has(name, false, l.entries)
		if at.path == "" && isInstalled(name) {
			l.built.Install = true
		}
		const encrypted = 1
		content, err := f.Open()
		if f.Flags&encrypted != 0 || err != nil {
			l.leave(l.shown(in), "it is encrypted, or packed in a way that keylint does not open")
			continue
		}
		all.r = content
		err = l.file(in, all, -1)
		content.Close()
		var bound errBound
		if errors.As(err, &bound) {
			return err
		}
		l.sayWhy(l.shown(in), err)
	}
	return nil
}

// isInstalled says of a file in a zip that by it the whole is an app for a phone: an APK, an AAB or an IPA.
func isInstalled(name string) bool {
	ipa, _ := path.Match("Payload/*.app/Info.plist", name)
	return ipa || name == "AndroidManifest.xml" || name == "base/manifest/AndroidManifest.xml"
}

// tableSize is how large a zip says that its table of contents is, in the record at its end (APPNOTE 4.3.14 and 4.3.16). What
// reads it would take memory for all of it.
func tableSize(disk io.ReaderAt, size int64) uint64 {
	const record, comment = 22, 1 << 16
	end := make([]byte, min(size, record+comment))
	if n, err := disk.ReadAt(end, size-int64(len(end))); err != nil && err != io.EOF || n < len(end) {
		return 0
	}
	at := bytes.LastIndex(end, []byte("PK\x05\x06"))
	if at < 0 || at+record > len(end) {
		return 0 // no zip, as its reader will say
	}
	table := binary.LittleEndian.Uint32(end[at+12:])
	if table != 1<<32-1 {
		return uint64(table)
	}
	const locator, large = 20, 56
	if at < locator {
		return 1 << 63
	}
	offset := binary.LittleEndian.Uint64(end[at-locator+8:])
	long := make([]byte, large)
	if offset > uint64(size) {
		return 1 << 63
	}
	if n, _ := disk.ReadAt(long, int64(offset)); n < large {
		return 1 << 63
	}
	return binary.LittleEndian.Uint64(long[40:])
}
