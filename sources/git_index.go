package sources

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"path"
	"path/filepath"
)

// What git holds it holds in spite of .gitignore, which speaks of new files alone (gitignore(5)): a script that was added before its directory
// was ignored is in every clone. The index names what git holds (gitformat-index(5)). Git's object library in Go reads it as well, by
// reflection, which takes as long for the index of a large repository as all of the walk.

// holds says whether git holds a file that the patterns would have it ignore. Where the index cannot be read, the patterns decide: of a linked
// work tree it lies outside.
func (t *tree) holds(rel string) bool {
	t.index.Do(func() {
		info, err := t.root.Lstat(filepath.FromSlash(indexFile))
		if err != nil || !info.Mode().IsRegular() {
			return
		}
		if info.Size() > MaxFileSize {
			t.repo.Note(NoteBound, Position{File: path.Join(t.mount, indexFile)}, "the file "+errTooLarge.Error()+": what git holds of the files that .gitignore names was not looked through")
			return
		}
		b, err := t.root.ReadFile(filepath.FromSlash(indexFile))
		if err != nil {
			return
		}
		if t.held, err = indexed(b); err != nil {
			t.repo.Note(NoteUnreadable, Position{File: path.Join(t.mount, indexFile)}, err.Error()+": what git holds of the files that .gitignore names was not looked through")
		}
	})
	return t.held[rel] != ""
}

// Unsaved says that git holds the file, and not what it holds now: what is written over that cannot be brought back.
func (f *File) Unsaved() bool {
	if f.tree == nil || !f.tree.holds(f.rel) {
		return false
	}
	b, err := f.tree.root.ReadFile(filepath.FromSlash(f.rel))
	object := f.tree.held[f.rel]
	return err == nil && object != blob(b, len(object)) && object != blob(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")), len(object)) // core.autocrlf
}

// blob is the object name of a file's bytes, of the length of SHA-1 or of SHA-256.
func blob(b []byte, length int) string {
	sum := sha1.New()
	if length == sha256.Size {
		sum = sha256.New()
	}
	fmt.Fprintf(sum, "blob %d\x00", len(b))
	sum.Write(b)
	return string(sum.Sum(nil))
}

const indexFile = ".git/index"

// indexed are the object names of the files in an index, by the files' names. They have the length of SHA-1 or of SHA-256.
func indexed(b []byte) (map[string]string, error) {
	for _, length := range []int{20, 32} {
		if names := indexedBy(b, length); names != nil {
			return names, nil
		}
	}
	return nil, fmt.Errorf("the file is not an index that is known")
}

// indexedBy is nil where that is not how long the object names are, or it is no index.
func indexedBy(b []byte, objectName int) map[string]string {
	const header, stat, flagBytes = 12, 40, 2
	if len(b) < header || string(b[:4]) != "DIRC" {
		return nil
	}
	version, count := binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
	if version < 2 || version > 4 {
		return nil
	}
	names := map[string]string{}
	last := ""
	room := 4 * len(b) // a name of version 4 is written as what it does not share with the one before: all of them have a bound
	for at := header; count > 0; count-- {
		start := at
		if at += stat + objectName + flagBytes; at > len(b) {
			return nil
		}
		flags := binary.BigEndian.Uint16(b[at-flagBytes:])
		if flags&0x4000 != 0 { // it is extended
			at += flagBytes
		}
		shared := 0
		if version == 4 {
			dropped, n := indexNumber(b[min(at, len(b)):])
			if n == 0 || dropped > len(last) {
				return nil
			}
			at += n
			shared = len(last) - dropped
		}
		own := bytes.IndexByte(b[min(at, len(b)):], 0)
		if own < 0 || room < shared+own {
			return nil
		}
		name := last[:shared] + string(b[at:at+own])
		if length := int(flags & 0xfff); length < 0xfff && length != len(name) {
			return nil
		}
		if at += own + 1; version < 4 {
			at = start + (at-start+7)&^7
		}
		room -= len(name)
		names[name], last = string(b[start+stat:start+stat+objectName]), name
	}
	return names
}

// indexNumber reads a number of a varying length, as packs have them too (gitformat-pack(5)), and says how many bytes it takes; none where it
// has no end.
func indexNumber(b []byte) (n, length int) {
	for i := 0; i < len(b) && i < 4; i++ {
		if i > 0 {
			n++
		}
		n = n<<7 | int(b[i]&0x7f)
		if b[i] < 0x80 {
			return n, i + 1
		}
	}
	return 0, 0
}
