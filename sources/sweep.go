package sources

import (
	"bytes"
	"cmp"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/internal/current"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/decrypt"
	"github.com/keylint/keylint/sources/nodes"
)

// Swept is a file in which something has the form of a Supabase key, whatever the file is, or in which something is wrong with how keys are used.
type Swept struct {
	File       *File
	Keys       []SweptKey // in order of place
	URLs       []SweptURL // likewise: the addresses that stand in the same text
	JWTSecrets []SweptSecret
	Many       bool       // there may be more of these
	Fallbacks  []Fallback // in order of place
	Requests   []Request  // likewise
}

// SweptKey is a text with the form of a Supabase key.
type SweptKey struct {
	Name    string // what it is assigned to, or handed over as; empty where nothing tells
	Key     keys.Text
	At      Position // without a column where SOPS encrypted the file
	Comment bool     // it stands in a comment
	Near    []NearURL
}

// NearURL is an address within a few lines of a key.
type NearURL struct {
	SweptURL
	Lines, Bytes int  // how far it is from the key
	Leads        bool // it is all that stands in front of the key in a call or a list
	Together     bool // of the blocks in braces that the two stand in one holds the other
}

// SweptURL is an address.
type SweptURL struct {
	Name string // as of a key
	URL  *url.URL
	At   Position
}

// sweepMarks are what stands in every text that keys.Find finds, and in what SOPS encrypted. They are made at the first use, as builtin's are.
var sweepMarks = sync.OnceValue(func() *finder {
	return newFinder([]mark{
		{text: "eyJhbGci", exact: true}, {text: "eyJ0eXAi", exact: true}, {text: "eyJraWQi", exact: true}, {text: "eyJjdHki", exact: true},
		{text: "eyJpc3MiOiJzdXBhYmFz", exact: true}, {text: "eyJyb2xlIjoi", exact: true}, // of claims, where the header is damaged
		{text: "eyAi", exact: true}, {text: "ewog", exact: true}, {text: "ew0K", exact: true},
		{text: "sb_publishable_", exact: true}, {text: "sb_secret_", exact: true},
		{text: string(ciphertext), exact: true},
		{text: "ZXlK", exact: true}, {text: "ZXlB", exact: true}, {text: "c2Jf", exact: true},
	})
})

// Sweep finds what has the form of a Supabase key in every text of the repository, read by a parser or not, in order of
// path, but for what is known. Of what git ignores it knows what is read anyway. Files that are no text are told by their first bytes.
func (r *Repository) Sweep(known func(*File, SweptKey) bool) []*Swept {
	files := slices.Concat(r.Files(), r.scripts, r.prose, r.others)
	seen := map[string]bool{}
	files = slices.DeleteFunc(files, func(f *File) bool { // a script that was followed is among them all
		again := seen[f.Path] || r.builtFiles[f.Path] // or is looked into as what was built
		seen[f.Path] = true
		return again
	})
	slices.SortFunc(files, func(a, b *File) int {
		return cmp.Or(strings.Compare(a.Dir(), b.Dir()), strings.Compare(a.Path, b.Path))
	})
	inTrees := slices.DeleteFunc(slices.Clone(files), func(f *File) bool {
		return f.tree == nil || f.tested && !f.swept && f.disk == nil || binaryExtensions[strings.ToLower(path.Ext(f.Path))]
	})
	found := make([]*Swept, len(inTrees))
	byDirectory(inTrees, func(i int, open opener) { found[i] = inTrees[i].sweep(open, known) })
	for _, f := range files {
		if f.FromStdin() {
			found = append(found, f.sweepText(f.disk, f.here, known))
		}
	}
	found = slices.DeleteFunc(found, func(s *Swept) bool { return s == nil })
	slices.SortFunc(found, func(a, b *Swept) int { return strings.Compare(a.File.Path, b.File.Path) })
	return found
}

// sweep looks through one file; nil where nothing stands in it.
func (f *File) sweep(open opener, known func(*File, SweptKey) bool) *Swept {
	defer current.Begin("looking through", f.Path)()
	b := f.disk
	if b == nil {
		if b = f.textWithMark(open); b == nil {
			return nil
		}
	}
	found := f.sweepKeys(b, known)
	if fallbacks, requests := f.fallbacks(b), f.requests(b); len(fallbacks)+len(requests) > 0 {
		if found == nil {
			found = &Swept{File: f}
		}
		found.Fallbacks, found.Requests = fallbacks, requests
	}
	return found
}

// sweepKeys looks through the text of a file, which may be encrypted.
func (f *File) sweepKeys(b []byte, known func(*File, SweptKey) bool) *Swept {
	if bytes.Contains(b, ciphertext) {
		if plain := f.opened(); plain != nil {
			return f.sweepText(plain, f.leadBack(plain), known)
		}
	}
	return f.sweepText(b, f.here, known)
}

// opened is what SOPS encrypted, where a key at hand opens it; else nil, and nothing is said of that: most such files are other products'.
func (f *File) opened() []byte {
	if f.BearsKeys() {
		if plain, err := f.Plain(); err == nil && f.Decrypted() {
			return plain
		}
		return nil
	}
	disk, err := f.Disk()
	if err != nil || !f.repo.keyring.OpensSOPS() || !decrypt.IsSOPS(f.Path, disk) {
		return nil
	}
	opened, _ := f.repo.keyring.DecryptSOPS(f.Path, disk, nil)
	return opened.Plain
}

// here is a place in a text that is as it is on disk.
func (f *File) here(p Position) Position { return p }

// sweepText looks through a text, from which lead leads to the file on disk. What is around a key is looked at only where that is not known.
func (f *File) sweepText(b []byte, lead func(Position) Position, known func(*File, SweptKey) bool) *Swept {
	if !sweepMarks().in(b) {
		return nil
	}
	found := keys.Find(b)
	if len(found) == 0 {
		return nil
	}
	out := &Swept{File: f}
	starts := lineStarts(string(b))
	at := func(start, end int) Position {
		line, column := place(starts, start)
		p := Position{File: f.Path, Line: line, Column: column}
		if n, last := place(starts, end); n == line {
			p.EndColumn = last
		}
		return p
	}
	reader := assignments{names: f.repo.names, text: b, starts: starts}
	for _, k := range found {
		f.repo.ledger.Add(k.Key)
		if key := (SweptKey{Key: k.Key, At: lead(at(k.Start, k.End))}); !known(f, key) {
			key.Name = reader.nameOfKey(k)
			key.Comment = f.inComment(reader.line(k.Start)) || f.inBlockComment(b[:k.Start])
			if len(out.Keys) < maxPaired {
				key.Near = reader.near(k, at)
			}
			for n := range key.Near {
				key.Near[n].At = lead(key.Near[n].At)
			}
			out.Keys = append(out.Keys, key)
		}
		reader.past = k.End
	}
	if len(out.Keys) == 0 {
		return nil
	}
	reader.past = 0
	all := findURLs(b, maxURLs)
	for _, u := range all {
		out.URLs = append(out.URLs, SweptURL{Name: reader.name(u.start, false), URL: u.url, At: lead(at(u.start, u.end))})
	}
	out.Many = len(all) == maxURLs
	out.JWTSecrets = f.secretsIn(b, func(start, end int) Position { return lead(at(start, end)) })
	return out
}

// leadBack leads from a place in the decrypted text of a file to that of its ciphertext.
func (f *File) leadBack(plain []byte) func(Position) Position {
	disk, err := f.Disk()
	whole := func(Position) Position { return f.At() }
	if err != nil {
		return whole
	}
	if !f.isYAML() && path.Ext(f.Path) != ".json" {
		if bytes.Count(disk, []byte("\n")) < bytes.Count(plain, []byte("\n")) {
			return whole
		}
		return func(p Position) Position { return Position{File: p.File, Line: p.Line} } // what SOPS adds stands behind all else
	}
	before, after := nodes.Decode(disk), nodes.Decode(plain)
	if len(before) != len(after) {
		return whole
	}
	lines := map[int]int{}
	var pair func(a, b *yaml.Node, depth int)
	pair = func(a, b *yaml.Node, depth int) {
		if a.Kind == yaml.ScalarNode || b.Kind == yaml.ScalarNode {
			for n := range 1 + strings.Count(b.Value, "\n") { // a block's text begins on the next line
				if _, known := lines[b.Line+n]; !known {
					lines[b.Line+n] = a.Line
				}
			}
			return
		}
		for i := 0; i < len(a.Content) && i < len(b.Content) && depth < maxSweepDepth; i++ {
			pair(a.Content[i], b.Content[i], depth+1)
		}
	}
	for i := range after {
		pair(before[i].Root, after[i].Root, 0)
	}
	return func(p Position) Position { return Position{File: p.File, Line: lines[p.Line]} }
}

// maxSweepDepth bounds how deep a decrypted document is followed.
const maxSweepDepth = 200

// textWithMark is the file's text, if it is one and may hold what the sweep looks for; else nil. A file that was tested before is read anew, since
// most are not kept. One that cannot be read is told where it matters, by the reader that wants it.
func (f *File) textWithMark(open opener) []byte {
	file, size, err := f.asEdited(open)
	if err != nil {
		return nil
	}
	defer file.Close()
	f.size = size
	buffer := scratch.Get().(*[]byte)
	defer scratch.Put(buffer)
	n, err := io.ReadFull(file, *buffer)
	b := (*buffer)[:n]
	if byteOrder(b[:min(n, 2)]) != nil {
		if b, err = f.read(); err == nil && f.hasMark(b) {
			return b
		}
		return nil
	}
	switch {
	case bytes.IndexByte(b[:min(n, beginning)], 0) >= 0:
		return nil
	case size > MaxFileSize && !f.tested: // else that has been told
		f.repo.Note(NoteBound, f.At(), "the file "+errTooLarge.Error()+" and was not looked through for keys")
		return nil
	}
	if err != nil { // it is shorter than the buffer, and this is all of it
		if !f.hasMark(b) {
			return nil
		}
		return bytes.Clone(b)
	}
	rest, err := io.ReadAll(io.LimitReader(file, MaxFileSize))
	if whole := slices.Concat(b, rest); err == nil && f.hasMark(whole) {
		return whole
	}
	return nil
}

// hasMark says whether a text may be one in which the sweep finds something.
func (f *File) hasMark(b []byte) bool {
	return sweepMarks().in(b) || f.mayFallBack(b) || f.mayRequest(b)
}

// beginning is how many bytes tell whether a file is text, in which no zero stands: as many as git looks at
// (xdiff-interface.c: FIRST_FEW_BYTES).
const beginning = 8000

// binaryExtensions are those of files that are no text, and not worth the opening. The pre-commit hooks leave the same out.
var binaryExtensions = map[string]bool{
	".7z": true, ".aab": true, ".apk": true, ".avif": true, ".bmp": true, ".bz2": true, ".class": true, ".dll": true,
	".eot": true, ".exe": true, ".flac": true, ".gif": true, ".gz": true, ".heic": true, ".icns": true, ".ico": true,
	".ipa": true, ".jar": true, ".jpeg": true, ".jpg": true, ".keystore": true, ".mov": true, ".mp3": true, ".mp4": true,
	".ogg": true, ".otf": true, ".pdf": true, ".png": true, ".psd": true, ".pyc": true, ".so": true, ".sqlite": true,
	".tgz": true, ".tif": true, ".tiff": true, ".ttf": true, ".wasm": true, ".wav": true, ".webm": true, ".webp": true,
	".woff": true, ".woff2": true, ".xz": true, ".zip": true, ".zst": true,
}
