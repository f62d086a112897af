package sources

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
)

// The bounds of the walk. A repository beyond them is linted in part, with a note.
const (
	maxFiles = 500_000
	maxDepth = 100
)

// skippedDirs hold what others wrote or what a build made.
var skippedDirs = map[string]bool{
	".git": true, "node_modules": true, "vendor": true, ".terraform": true,
	".next": true, ".nuxt": true, ".output": true, ".svelte-kit": true, ".turbo": true, ".vercel": true,
	".expo": true, ".cache": true, ".venv": true, "__pycache__": true, "dist": true,
}

// walker goes through one tree once.
type walker struct {
	repo  *Repository
	tree  *tree
	count int
	own   map[string]bool // directories that are deployed or built, as far as they were asked for
}

func (r *Repository) walk(t *tree) error {
	w := &walker{repo: r, tree: t, own: map[string]bool{}}
	patterns := w.ignoreFile(".git/info/exclude", nil, nil)
	return w.dir(".", 0, patterns, "")
}

// dir visits one directory. patterns are those of the .gitignore files above it, ignored
// the highest directory on the way that one of them matches, if any.
func (w *walker) dir(rel string, depth int, patterns []gitignore.Pattern, ignored string) error {
	if depth > maxDepth {
		w.repo.Note(NoteBound, w.at(rel), fmt.Sprintf("directories deeper than %d levels are not read", maxDepth))
		return nil
	}
	entries, err := w.readDir(rel)
	if err != nil {
		w.repo.Note(NoteUnreadable, w.at(rel), "the directory cannot be read: "+reason(err).Error())
		return nil
	}
	patterns = w.ignoreFile(path.Join(rel, ".gitignore"), components(rel), patterns)
	matcher := gitignore.NewMatcher(patterns)
	for _, e := range entries {
		name := path.Join(rel, e.Name())
		ignoredHere := ignored
		if ignored == "" && len(patterns) > 0 && matcher.Match(components(name), e.IsDir()) {
			ignoredHere = name
		}
		switch {
		case e.IsDir():
			if skippedDirs[e.Name()] && !w.leadsToSelected(name) {
				continue
			}
			// Below an ignored directory only .env files are wanted.
			if ignoredHere != "" && depth >= maxDepth/2 {
				continue
			}
			if err := w.dir(name, depth+1, patterns, ignoredHere); err != nil {
				return err
			}
		case e.Type()&fs.ModeSymlink != 0:
			w.link(name)
		case e.Type().IsRegular():
			w.file(name, e, ignoredHere)
		}
		if w.count > maxFiles {
			w.repo.Note(NoteBound, w.at("."), fmt.Sprintf("more than %d files: the rest is not read", maxFiles))
			return nil
		}
	}
	return nil
}

func (w *walker) readDir(rel string) ([]os.DirEntry, error) {
	d, err := w.tree.root.Open(filepath.FromSlash(rel))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.ReadDir(-1)
}

// file adds a file of a kind that matters. Of what git ignores only .env files are read,
// and what the user named.
func (w *walker) file(rel string, e os.DirEntry, ignored string) {
	w.count++
	k := kindOf(rel)
	if isScript(rel) && ignored == "" {
		if info, err := e.Info(); err == nil {
			w.repo.scripts = append(w.repo.scripts, &File{Path: w.name(rel), repo: w.repo, tree: w.tree, rel: rel, size: info.Size(), kind: otherFile})
		}
	}
	if k == otherFile || ignored != "" && k != dotenvFile && !w.named(ignored) {
		return
	}
	info, err := e.Info()
	if err != nil {
		return
	}
	w.add(rel, k, info.Size(), ignored != "")
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
			w.repo.Note(kind, w.at(rel), "the link leaves the repository and is not followed")
		}
		return
	}
	if k := kindOf(rel); k == dotenvFile && info.Mode().IsRegular() {
		w.add(rel, k, info.Size(), false).linked = true
	}
}

// leaves says whether a link at rel with this target points out of the tree.
func leaves(rel, target string) bool {
	return filepath.IsAbs(target) || !filepath.IsLocal(filepath.Join(filepath.Dir(filepath.FromSlash(rel)), target))
}

func (w *walker) add(rel string, k kind, size int64, ignored bool) *File {
	name := w.name(rel)
	f := &File{
		Path: name, Ignored: ignored,
		repo: w.repo, tree: w.tree, rel: rel, size: size, kind: k,
	}
	f.Example, f.TestDir = w.isExample(name)
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
func (w *walker) named(rel string) bool {
	for _, s := range w.repo.selected {
		if within(s, w.name(rel)) {
			return true
		}
	}
	return false
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
func (w *walker) ignoreFile(rel string, domain []string, patterns []gitignore.Pattern) []gitignore.Pattern {
	b, err := w.tree.root.ReadFile(filepath.FromSlash(rel))
	if err != nil || len(b) > MaxFileSize {
		return patterns
	}
	patterns = patterns[:len(patterns):len(patterns)]
	lines := bufio.NewScanner(bytes.NewReader(b))
	for lines.Scan() {
		line := strings.TrimSuffix(lines.Text(), "\r")
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		patterns = append(patterns, gitignore.ParsePattern(line, domain))
	}
	return patterns
}

// readCandidates reads every file that the walk kept and applies the byte test. The
// bytes of a file that cannot bear a key are dropped at once. It goes by directory,
// because os.Root walks every component of a name anew.
func (r *Repository) readCandidates() {
	byDir := map[string][]*File{}
	for _, f := range r.files {
		if f.tree != nil {
			byDir[f.Dir()] = append(byDir[f.Dir()], f)
		}
	}
	work := make(chan []*File)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for files := range work {
				testAll(files)
			}
		}()
	}
	for _, files := range byDir {
		work <- files
	}
	close(work)
	wg.Wait()
}

// testAll reads and tests the files of one directory.
func testAll(files []*File) {
	dir, err := files[0].tree.root.OpenRoot(filepath.FromSlash(path.Dir(files[0].rel)))
	if err == nil {
		defer dir.Close()
	}
	for _, f := range files {
		if err == nil && !f.linked {
			f.readOnce.Do(func() { f.disk, f.readErr = f.readIn(dir, path.Base(f.rel)) })
		}
		f.test()
	}
}

// test reads the file and applies the byte test.
func (f *File) test() {
	b, err := f.Disk()
	if err != nil {
		kind := NoteUnreadable
		if f.size > MaxFileSize {
			kind = NoteBound
		}
		f.repo.Note(kind, f.At(), "the file "+err.Error()+" and was not read")
		return
	}
	f.bears, f.deploy = bearsKeys(b), deploys(b)
	if !f.bears && !f.deploy && f.kind != kustomizationFile {
		f.disk = nil
		f.readOnce = sync.Once{}
	}
}
