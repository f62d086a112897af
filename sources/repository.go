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
	"sort"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/artifact"
	"github.com/keylint/keylint/sources/decrypt"
)

// Options say what to open and with which private keys.
type Options struct {
	Paths    []string         // directories and files as the user named them; "-" is Stdin
	Stdin    io.Reader        // manifests, read where a path is "-"
	Keyring  *decrypt.Keyring // nil holds no key
	Ledger   *keys.Ledger
	Names    keys.Names        // reads the names of variables, those of the user's own among them
	Env      []GivenEnv        // files that compose's variables come from, besides what the repository says
	Examples []string          // patterns of the paths that hold examples, and behind a "!" of those that hold none, whatever they are called
	Built    []*artifact.Built // what was built from it, as LookInto gives it: the run is then about this, and not about Paths
	Hosts    []string          // at which the user says that an instance answers

	Edited map[string][]byte // what is read in place of what lies on disk, by the names of files in reports
}

// Repository is what is on disk: one git work tree, or several that are linted
// together as one world. Its files are named relative to the work tree's root, with
// slashes; where there are several trees, behind the tree's own name.
type Repository struct {
	trees    []*tree
	files    map[string]*File
	out      map[string]bool   // links that leave it
	shut     map[string]string // files that were asked for and are not read, with the reason (door.go)
	selected []string          // names that the user's paths have here; "" is everything
	keyring  *decrypt.Keyring
	ledger   *keys.Ledger
	names    keys.Names
	examples patterns
	standins keys.Standins
	open     openText
	marks    *finder
	held     atomic.Int64 // bytes of files that have no mark
	budget   budget

	built      []*artifact.Built
	builtFiles map[string]bool // what is called a file of these in reports
	hosts      []string
	edited     map[string][]byte

	openersOnce     sync.Once
	openers         openers
	packages        sync.Map  // the package.json of directories, as read
	known           *packages // nil before they are asked for, and after one was added
	apps            sync.Map  // by directory
	listings        sync.Map  // the names in directories
	namedIn         sync.Map  // the texts that have a name
	workflowsOnce   sync.Once
	handed          []CIVariables  // by workflows
	madeByJobs      []ScriptSecret // with kubectl
	dartDefinesOnce sync.Once
	dartDefines     []dartDefine
	execEnvOnce     sync.Once
	execEnv         map[string]map[string]*shellVariable // by script, what another one starts it with

	mu      sync.Mutex
	notes   map[Note]bool
	sorted  []*File // all files in order of path, nil before they are asked for
	given   []*givenEnv
	scripts []*File // found by the walk, read when asked for

	scriptsOnce sync.Once
	scriptOf    map[string]*File // these by their names

	prose  []*File // the same of what is written for people
	others []*File // and of everything else, which only the sweep reads
}

// stdinName is how the file that came from standard input is called in reports.
const stdinName = "<stdin>"

// Open finds the work trees around the paths and walks each once.
func Open(o Options) (*Repository, error) {
	r := &Repository{files: map[string]*File{}, out: map[string]bool{}, shut: map[string]string{}, notes: map[Note]bool{}, keyring: o.Keyring, ledger: o.Ledger, names: o.Names, examples: o.Examples, edited: o.Edited}
	if r.ledger == nil {
		r.ledger = &keys.Ledger{}
	}
	r.ledger.Know(r.InTheOpen)
	r.standins.Salt(o.Keyring.Salt())
	marks := builtin()
	for _, name := range o.Names.Own() {
		marks = append(marks[:len(marks):len(marks)], spellings(name)...)
	}
	r.marks = newFinder(marks)
	if len(o.Paths) == 0 {
		o.Paths = []string{"."}
	}
	type target struct{ dir, rel string }
	var targets []target
	for _, p := range o.Paths {
		if p == "-" {
			if err := r.addStdin(o.Stdin); err != nil {
				return nil, err
			}
			continue
		}
		if err := CheckNamed(p); err != nil {
			return nil, err
		}
		dir, abs, err := treeAround(p)
		if err != nil {
			return nil, err
		}
		rel, err := filepath.Rel(dir, abs)
		if err != nil {
			return nil, err
		}
		targets = append(targets, target{dir, filepath.ToSlash(rel)})
	}
	dirs := make([]string, 0, len(targets))
	for _, t := range targets {
		dirs = append(dirs, t.dir)
	}
	mounts := mountNames(dirs)
	for _, t := range targets {
		r.selected = append(r.selected, path.Join(mounts[t.dir], t.rel))
	}
	for dir, mount := range mounts {
		root, err := os.OpenRoot(dir)
		if err != nil {
			return nil, fmt.Errorf("cannot open %s: %w", dir, reason(err))
		}
		_, err = root.Lstat(".git")
		r.trees = append(r.trees, &tree{repo: r, mount: mount, dir: dir, root: root, git: err == nil})
	}
	sort.Slice(r.trees, func(i, j int) bool { return r.trees[i].mount < r.trees[j].mount })
	for _, t := range r.trees {
		r.walk(t)
	}
	r.readCandidates()
	r.hosts = o.Hosts
	if o.Built != nil {
		r.addBuilt(o.Built)
	}
	return r, r.addGiven(o.Env)
}

func (r *Repository) addStdin(in io.Reader) error {
	if in == nil {
		return errors.New("nothing to read from standard input")
	}
	b, err := io.ReadAll(io.LimitReader(in, MaxFileSize+1))
	if err != nil {
		return fmt.Errorf("standard input: %w", err)
	}
	if len(b) > MaxFileSize {
		return fmt.Errorf("standard input holds more than %d MiB", MaxFileSize>>20)
	}
	if len(bytes.TrimSpace(b)) == 0 {
		return errors.New("there is nothing on standard input to lint; did the command before the pipe fail?")
	}
	r.files[stdinName] = &File{Path: stdinName, repo: r, kind: manifestFile, disk: b, marked: true}
	r.selected = append(r.selected, stdinName)
	return nil
}

// Files lists what the walk found and may matter, in order of path. The list is not the
// caller's to change.
func (r *Repository) Files() []*File {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sorted == nil {
		for _, f := range r.files {
			r.sorted = append(r.sorted, f)
		}
		slices.SortFunc(r.sorted, func(a, b *File) int { return strings.Compare(a.Path, b.Path) })
	}
	return r.sorted
}

// File finds a file by its name in reports. A file that the walk left out (of an
// unknown kind) but that a kustomization names is read at the first call; nil where
// there is none, and where it is not read whoever names it.
func (r *Repository) File(name string) *File {
	name = path.Clean(name)
	if r.builtFiles[name] { // which the repository has perhaps, and nobody wrote
		return nil
	}
	r.mu.Lock()
	f, shut := r.files[name], r.shut[name]
	r.mu.Unlock()
	if f != nil || shut != "" {
		return f
	}
	t, rel := r.treeOf(name)
	if t == nil {
		return nil
	}
	info, err := t.root.Stat(filepath.FromSlash(rel))
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	why := r.closed(t, rel)
	if why == "" {
		f = &File{Path: name, repo: r, tree: t, rel: rel, size: info.Size(), kind: otherFile}
		if real, _ := t.behind(rel); kindOf(real) == dotenvFile {
			by := t.ignoredBy(real)
			f.Ignored, f.chosen = by != "", r.named(path.Join(t.mount, by))
		}
		f.test(f.openRegular)
		if errors.Is(f.readErr, errPrivateKey) {
			why = errPrivateKey.Error()
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if why != "" {
		r.shut[name] = why
		return nil
	}
	if known := r.files[name]; known != nil {
		return known
	}
	r.files[name] = f
	if r.sorted != nil { // a list that somebody may be reading
		at, _ := slices.BinarySearchFunc(r.sorted, name, func(f *File, name string) int { return strings.Compare(f.Path, name) })
		r.sorted = slices.Insert(slices.Clip(r.sorted), at, f)
	}
	if path.Base(name) == "package.json" {
		r.known = nil
	}
	return f
}

// ScriptNaming is the first script of the repository, in order of path, in which the word
// stands, with the line; the zero Position where there is none.
func (r *Repository) ScriptNaming(word string) Position {
	sort.Slice(r.scripts, func(i, j int) bool { return r.scripts[i].Path < r.scripts[j].Path })
	for _, f := range r.scripts {
		b, err := f.Disk()
		if err != nil {
			continue
		}
		if i := wordIn(b, word); i >= 0 {
			return Position{File: f.Path, Line: 1 + bytes.Count(b[:i], []byte("\n"))}
		}
	}
	return Position{}
}

// wordIn is where a name of a variable or a file stands, and is no part of another one; -1 where it does not.
func wordIn(b []byte, word string) int {
	for from := 0; ; {
		i := bytes.Index(b[from:], []byte(word))
		if i < 0 {
			return -1
		}
		start, end := from+i, from+i+len(word)
		if (start == 0 || !isNamePart(b[start-1]) && b[start-1] != '.') && (end == len(b) || !isNamePart(b[end])) {
			return start
		}
		from = end
	}
}

// Dir lists the files that lie in a directory, not those below, of whatever kind; none
// where there is no such directory.
func (r *Repository) Dir(name string) []*File {
	names, err := r.FileSystem().ReadDir(name)
	if err != nil || len(names) > maxListed {
		return nil
	}
	sort.Strings(names)
	var files []*File
	for _, n := range names {
		if f := r.File(path.Join(name, n)); f != nil {
			files = append(files, f)
		}
	}
	return files
}

// maxListed bounds the files of a directory that a container is shown.
const maxListed = 1000

// LeadsOut says whether a name is that of a link which leaves the repository, or of what lies behind one.
func (r *Repository) LeadsOut(name string) bool {
	for link := range r.out {
		if within(name, link) {
			return true
		}
	}
	return false
}

// Selected says whether a file lies under one of the paths that the user named.
func (r *Repository) Selected(name string) bool {
	if r.built != nil {
		return r.builtFiles[name]
	}
	for _, s := range r.selected {
		if within(name, s) {
			return true
		}
	}
	return false
}

// within says whether name is dir or lies below it; "." and "" hold everything.
func within(name, dir string) bool {
	return dir == "." || dir == "" || name == dir || strings.HasPrefix(name, dir+"/")
}

// Ledger remembers every key text of this run.
func (r *Repository) Ledger() *keys.Ledger { return r.ledger }

// Names reads the names of variables and data keys, as the user of this run calls them.
func (r *Repository) Names() keys.Names { return r.names }

// Standins are the words that stand for unknown values while something is rendered.
func (r *Repository) Standins() *keys.Standins { return &r.standins }

// Keyring holds the private keys of this run; it may be nil.
func (r *Repository) Keyring() *decrypt.Keyring { return r.keyring }
