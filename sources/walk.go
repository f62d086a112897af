package sources

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
)

// The bounds of the walk. A repository beyond them is linted in part, with a note.
const (
	maxFiles = 500_000
	maxDepth = 100

	maxPatterns = 5_000 // of .gitignore files, which every file below is held against
)

// skippedDirs hold what others wrote or what a build made. Of those of which the value is true the texts are looked through all the same where
// git holds them.
var skippedDirs = map[string]bool{
	".git": false, "node_modules": false, "vendor": true, ".terraform": false,
	".next": true, ".nuxt": true, ".output": true, ".svelte-kit": true, ".turbo": false, ".vercel": false,
	".expo": false, ".cache": false, ".venv": false, "__pycache__": false, "dist": true,
}

// walker goes through one tree once: level by level, the directories of one level by all
// cores. What they hold is taken up in order, so that the bounds cut a tree at the same place
// in every run.
type walker struct {
	repo  *Repository
	tree  *tree
	count int
	own   map[string]bool // directories that are deployed or built, as far as they were asked for
}

// directory is one that is to be visited.
type directory struct {
	rel      string
	depth    int
	patterns []gitignore.Pattern // of the .gitignore files above it
	ignored  string              // the highest directory on the way that one of them matches, if any
	others   bool                // what lies there is nobody's own, and only looked through for keys
}

// visited is what a directory holds.
type visited struct {
	below []directory
	files []entry
	links []string
	notes []Note
}

type entry struct {
	rel     string
	ignored string // the directory, or the file itself, that git ignores; empty where it does not
	others  bool   // as of its directory
}

func (r *Repository) walk(t *tree) {
	w := &walker{repo: r, tree: t, own: map[string]bool{}}
	level := []directory{{rel: ".", patterns: t.ignoreFile(excludeFile, nil, nil)}}
	for len(level) > 0 {
		results := make([]visited, len(level))
		onAllCores(len(level), func(i int) { results[i] = w.visit(level[i]) })
		level = nil
		for _, v := range results {
			if !w.take(v) {
				return
			}
			level = append(level, v.below...)
		}
	}
}

// onAllCores calls work with every number below n, and returns when all have returned.
func onAllCores(n int, work func(int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				work(i)
			}
		})
	}
	wg.Wait()
}

// visit reads one directory.
func (w *walker) visit(d directory) (v visited) {
	if d.depth > maxDepth {
		v.notes = append(v.notes, Note{Kind: NoteBound, At: w.at(d.rel), Message: fmt.Sprintf("directories deeper than %d levels are not read", maxDepth)})
		return v
	}
	entries, err := w.readDir(d.rel)
	if err != nil {
		v.notes = append(v.notes, Note{Kind: NoteUnreadable, At: w.at(d.rel), Message: "the directory cannot be read: " + reason(err).Error()})
		return v
	}
	patterns := d.patterns
	for _, e := range entries {
		if e.Name() == ignoreName {
			patterns = w.tree.ignoreFile(path.Join(d.rel, ignoreName), components(d.rel), patterns)
		}
	}
	w.tree.patterns.Store(d.rel, patterns)
	matcher := gitignore.NewMatcher(patterns)
	ignoredBy := func(name string, isDir bool) string {
		if d.ignored == "" && len(patterns) > 0 && matcher.Match(components(name), isDir) {
			return name
		}
		return d.ignored
	}
	for _, rel := range w.repo.toMake(w.tree, d.rel, entries) {
		v.files = append(v.files, entry{rel, ignoredBy(rel, false), d.others})
	}
	for _, e := range entries {
		name := path.Join(d.rel, e.Name())
		ignored := ignoredBy(name, e.IsDir())
		switch {
		case e.IsDir():
			swept, skipped := skippedDirs[e.Name()]
			if skipped = skipped && !w.leadsToSelected(name); skipped && !(swept && w.tree.git && ignored == "") {
				continue
			}
			// Below an ignored directory only .env files are wanted.
			if ignored != "" && d.depth >= maxDepth/2 {
				continue
			}
			v.below = append(v.below, directory{name, d.depth + 1, patterns, ignored, d.others || skipped})
		case e.Type()&fs.ModeSymlink != 0:
			v.links = append(v.links, name)
		case e.Type().IsRegular():
			if ignored != "" && w.tree.holds(name) {
				ignored = ""
			}
			v.files = append(v.files, entry{name, ignored, d.others})
		}
	}
	return v
}

// toMake are the files that are to be read as if they were in a directory, and are not there yet.
func (r *Repository) toMake(t *tree, dir string, entries []os.DirEntry) (rels []string) {
	for name := range r.edited {
		rel, in := strings.CutPrefix(name, t.mount+"/")
		if t.mount == "" {
			rel, in = name, true
		}
		if in && path.Dir(rel) == dir && !slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == path.Base(rel) }) {
			rels = append(rels, rel)
		}
	}
	slices.Sort(rels)
	return rels
}

func (w *walker) readDir(rel string) ([]os.DirEntry, error) {
	d, err := openDir(w.tree.root, rel)
	if err != nil {
		return nil, err
	}
	defer d.close()
	entries, err := d.list()
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, err
}

// take adds what a directory holds to the repository; false where that is enough.
func (w *walker) take(v visited) bool {
	for _, n := range v.notes {
		w.repo.Note(n.Kind, n.At, n.Message)
	}
	for _, rel := range v.links {
		w.link(rel)
	}
	for _, e := range v.files {
		if w.count++; w.count > maxFiles {
			w.repo.Note(NoteBound, w.at("."), fmt.Sprintf("more than %d files: the rest is not read", maxFiles))
			return false
		}
		w.file(e)
	}
	return true
}

// file adds a file of a kind that matters. Of what git ignores only .env files are read,
// and what the user named.
func (w *walker) file(e entry) {
	k := kindOf(e.rel)
	if e.others || k == otherFile {
		f := &File{Path: w.name(e.rel), repo: w.repo, tree: w.tree, rel: e.rel, kind: otherFile}
		w.markExample(f)
		switch {
		case e.ignored != "":
		case e.others:
			w.repo.others = append(w.repo.others, f)
		case isScript(e.rel):
			w.repo.scripts = append(w.repo.scripts, f)
		case path.Ext(e.rel) == ".md":
			w.repo.prose = append(w.repo.prose, f)
		default:
			w.repo.others = append(w.repo.others, f)
		}
		return
	}
	if e.ignored == "" || k == dotenvFile || w.repo.named(w.name(e.ignored)) {
		w.add(e.rel, k, e.ignored)
	}
}

// link adds a link to a dotenv file within the tree, because the app beside it reads
// it there; whatever else a link leads to is visited at its own place. A link that
// leaves the tree is told.
func (w *walker) link(rel string) {
	info, err := w.tree.root.Stat(filepath.FromSlash(rel))
	if err != nil {
		if target, err := os.Readlink(filepath.Join(w.tree.dir, filepath.FromSlash(rel))); err == nil && leaves(rel, target) {
			kind := NoteSkipped
			if kindOf(rel) != otherFile {
				kind = NoteRefused // it would have been read
			}
			w.repo.out[w.name(rel)] = true
			w.repo.Note(kind, w.at(rel), "the link leaves the repository and is not followed")
		}
		return
	}
	if k := kindOf(rel); k == dotenvFile && info.Mode().IsRegular() {
		if why := w.repo.closed(w.tree, rel); why != "" {
			w.repo.Note(NoteRefused, w.at(rel), "what the link leads to was not read: "+why)
			return
		}
		real, _ := w.tree.behind(rel)
		w.add(rel, k, w.tree.ignoredBy(real)).linked = true
	}
}

// leaves says whether a link at rel with this target points out of the tree.
func leaves(rel, target string) bool {
	return filepath.IsAbs(target) || !filepath.IsLocal(filepath.Join(filepath.Dir(filepath.FromSlash(rel)), target))
}

// add adds a file; ignored is the directory, or the file, that git ignores on the way to it.
func (w *walker) add(rel string, k kind, ignored string) *File {
	name := w.name(rel)
	f := &File{
		Path: name, Ignored: ignored != "", chosen: w.repo.named(w.name(ignored)),
		repo: w.repo, tree: w.tree, rel: rel, kind: k,
	}
	w.markExample(f)
	w.repo.files[name] = f
	return f
}

func (w *walker) name(rel string) string { return path.Join(w.tree.mount, rel) }

func (w *walker) at(rel string) Position { return Position{File: w.name(rel)} }

func components(rel string) []string {
	if rel == "." {
		return nil
	}
	return strings.Split(rel, "/")
}

// named says whether a path that the user named is this one or lies in it.
func (r *Repository) named(name string) bool {
	return slices.ContainsFunc(r.selected, func(s string) bool { return within(s, name) })
}

// leadsToSelected says whether the directory holds, or lies in, a path that the user
// named: what is named is walked whatever it is called.
func (w *walker) leadsToSelected(rel string) bool {
	name := w.name(rel)
	for _, s := range w.repo.selected {
		if s != "." && s != "" && s != w.tree.mount && (within(s, name) || within(name, s)) {
			return true
		}
	}
	return false
}

// ignoreFile appends the patterns of one .gitignore file.
func (t *tree) ignoreFile(rel string, domain []string, patterns []gitignore.Pattern) []gitignore.Pattern {
	file, size, err := openRegular(t.root, rel)
	if err != nil {
		return patterns
	}
	defer file.Close()
	b := make([]byte, min(size, MaxFileSize+1))
	if _, err := io.ReadFull(file, b); err != nil || len(b) > MaxFileSize {
		return patterns
	}
	patterns = patterns[:len(patterns):len(patterns)]
	lines := bufio.NewScanner(bytes.NewReader(b))
	for lines.Scan() {
		line := strings.TrimSuffix(lines.Text(), "\r")
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		if len(patterns) == maxPatterns {
			t.repo.Note(NoteBound, Position{File: path.Join(t.mount, rel)}, fmt.Sprintf("more than %d patterns apply here: what the rest names is read as if git did not ignore it", maxPatterns))
			return patterns
		}
		patterns = append(patterns, gitignore.ParsePattern(line, domain))
	}
	return patterns
}
