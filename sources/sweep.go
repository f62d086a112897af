package sources

import (
	"bytes"
	"io"
	"path"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/keylint/keylint/keys"
)

// Swept is a text with the form of a Supabase key, wherever it stands.
type Swept struct {
	File *File
	At   Position
	Key  keys.Text
}

// sweepMarks are what stands in every text that keys.Find finds. They are made at the first use, as builtin's are.
var sweepMarks = sync.OnceValue(func() *finder {
	return newFinder([]mark{
		{text: "eyJhbGci", exact: true}, {text: "eyJ0eXAi", exact: true}, {text: "eyJraWQi", exact: true}, {text: "eyJjdHki", exact: true},
		{text: "eyAi", exact: true}, {text: "ewog", exact: true}, {text: "ew0K", exact: true},
		{text: "sb_publishable_", exact: true}, {text: "sb_secret_", exact: true},
		{text: "ZXlK", exact: true}, {text: "ZXlB", exact: true}, {text: "c2Jf", exact: true},
	})
})

// Sweep finds what has the form of a Supabase key in every text of the repository, read by a parser or not, in order of
// place. Of what git ignores it knows what is read anyway. Files that are no text are told by their first bytes.
func (r *Repository) Sweep() []Swept {
	files := slices.Concat(r.Files(), r.scripts, r.prose, r.others)
	known := map[string]bool{}
	files = slices.DeleteFunc(files, func(f *File) bool { // a script that was followed is among them all
		again := known[f.Path]
		known[f.Path] = true
		return again
	})
	found := make([][]Swept, len(files))
	onAllCores(len(files), func(i int) { found[i] = files[i].sweep() })
	out := slices.Concat(found...)
	sort.SliceStable(out, func(i, j int) bool { return out[i].At.Before(out[j].At) })
	return out
}

func (f *File) sweep() []Swept {
	if f.tested && !f.swept {
		return nil
	}
	b := f.disk
	if f.tree != nil && b == nil {
		if b = f.textWithMark(); b == nil {
			return nil
		}
	}
	if !sweepMarks().in(b) {
		return nil
	}
	var out []Swept
	starts := lineStarts(string(b))
	for _, k := range keys.Find(b) {
		line, column := place(starts, k.Start)
		end := 0
		if n, last := place(starts, k.End); n == line {
			end = last
		}
		f.repo.ledger.Add(k.Key)
		out = append(out, Swept{File: f, At: Position{File: f.Path, Line: line, Column: column, EndColumn: end}, Key: k.Key})
	}
	return out
}

// textWithMark is the file's text, if it is one and has a mark; else nil. A file that was tested before is read anew, since
// most are not kept.
func (f *File) textWithMark() []byte {
	if binaryExtensions[strings.ToLower(path.Ext(f.Path))] {
		return nil
	}
	file, err := f.bounded(f.openRegular)
	if err != nil {
		return nil // told where it matters: by the reader that wants it
	}
	defer file.Close()
	buffer := scratch.Get().(*[]byte)
	defer scratch.Put(buffer)
	n, err := io.ReadFull(file, *buffer)
	b := (*buffer)[:n]
	if bytes.IndexByte(b[:min(n, beginning)], 0) >= 0 {
		return nil
	}
	if err != nil { // it is shorter than the buffer, and this is all of it
		if !sweepMarks().in(b) {
			return nil
		}
		return bytes.Clone(b)
	}
	rest, err := io.ReadAll(io.LimitReader(file, MaxFileSize))
	if whole := slices.Concat(b, rest); err == nil && sweepMarks().in(whole) {
		return whole
	}
	return nil
}

// beginning is how many bytes tell whether a file is text, in which no zero stands: as many as git looks at
// (xdiff-interface.c: FIRST_FEW_BYTES).
const beginning = 8000

// binaryExtensions are those of files that are not worth the opening.
var binaryExtensions = map[string]bool{
	".png": true, ".jpg": true, ".jpeg": true, ".gif": true, ".webp": true, ".avif": true, ".ico": true, ".pdf": true, ".woff": true, ".woff2": true,
	".ttf": true, ".otf": true, ".eot": true, ".mp3": true, ".mp4": true, ".mov": true, ".webm": true, ".wav": true, ".zip": true, ".gz": true, ".tgz": true,
	".xz": true, ".zst": true, ".bz2": true, ".jar": true, ".wasm": true, ".so": true, ".dll": true, ".exe": true, ".class": true, ".pyc": true, ".sqlite": true,
}
