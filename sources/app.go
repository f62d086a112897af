package sources

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// App is what is known of the app in a directory: by what it is built, and what that takes from which files of variables.
type App struct {
	Dir    string
	EnvDir string // where the files of variables lie that its build reads
	Mode   string // of its build

	repo       *Repository
	frameworks []*framework    // by which it may be built; none where that cannot be told
	public     []string        // begins the names of the variables that are written into it
	openPublic bool            // these are not all
	dirAt      Position        // where its configuration says where the files lie
	publicAt   Position        // and where, which names these are
	openDir    string          // why it is not known where the files lie; empty where it is
	loads      func() bool     // whether a package that the app needs, or its own code, may read files of variables
	parts      func() []string // the app's directory, and those of the packages of the repository that it needs, or that one of them does
}

// appIn is the app in a directory, which is read once.
func (r *Repository) appIn(dir string) *App {
	if known, ok := r.apps.Load(dir); ok {
		return known.(*App)
	}
	known, _ := r.apps.LoadOrStore(dir, r.readApp(dir))
	return known.(*App)
}

// readApp reads what builds the app in a directory.
func (r *Repository) readApp(dir string) *App {
	a := &App{Dir: dir, EnvDir: dir, repo: r}
	a.parts = sync.OnceValue(func() []string { return r.partsOf(dir) })
	manifest := r.packageAt(dir)
	a.frameworks = r.frameworksIn(dir, manifest)
	a.Mode = modeOfBuild(a.frameworks, manifest)
	for _, w := range a.frameworks {
		a.public = append(a.public, w.public...)
		if w.moves {
			a.configure(w)
		}
	}
	a.loads = sync.OnceValue(func() bool {
		for _, list := range []map[string]any{manifest.Dependencies, manifest.DevDependencies} {
			for name := range list {
				if mayReadEnv(name) {
					return true
				}
			}
		}
		return a.code(func(b []byte) bool {
			return wordIn(b, ".env") >= 0 || bytes.Contains(b, []byte("dotenv")) || bytes.Contains(b, []byte("loadEnv"))
		})
	})
	return a
}

// frameworksIn are what may build the app in a directory. Where scripts of its package.json do so, it is what they call: there are other
// reasons to have a package, as a test runner's.
func (r *Repository) frameworksIn(dir string, manifest packageManifest) []*framework {
	var found, called []*framework
	for _, w := range frameworks {
		if !slices.ContainsFunc(w.packages, manifest.needs) && len(r.configFiles(dir, w.configs)) == 0 {
			continue
		}
		found = append(found, w)
		for _, script := range manifest.Scripts {
			if w.builds.MatchString(script) {
				called = append(called, w)
				break
			}
		}
	}
	if len(called) > 0 {
		found = called
	}
	return slices.DeleteFunc(found, func(w *framework) bool {
		return slices.ContainsFunc(found, func(other *framework) bool { return slices.Contains(other.over, w.name) })
	})
}

// buildMode matches the mode that a command is given.
var buildMode = regexp.MustCompile(`^[^&|;]*?\s(?:--mode|-m)[= ]["']?([\w-]+)`)

// modeOfBuild is the mode in which all scripts of an app build it that do; "production" where they differ, or say none.
func modeOfBuild(by []*framework, manifest packageManifest) string {
	mode := ""
	for _, w := range by {
		for _, script := range manifest.Scripts {
			at := w.builds.FindStringIndex(script)
			if at == nil {
				continue
			}
			here := "production"
			if m := buildMode.FindStringSubmatch(script[at[1]:]); m != nil && w.modes {
				here = m[1]
			}
			if mode != "" && mode != here {
				return "production"
			}
			mode = here
		}
	}
	return cmp.Or(mode, "production")
}

// BuildsInModeOf says whether the app is built in the mode that a file of variables is called after.
func (a *App) BuildsInModeOf(f *File) bool { return modeOf(f.Path) == a.Mode }

// configFiles are the files of an app that are called so, but for the extension that their language gives them.
func (r *Repository) configFiles(dir string, names []string) []*File {
	return r.filesCalled(dir, names, ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".json")
}

// EnvApps are the apps that read files of variables in directories, by these: of each the app that lies there, if any, or else those that are
// built with what lies there because their configuration says so. Of a directory that is neither, nothing is known but that it may be an app.
func (r *Repository) EnvApps(dirs []string) map[string][]*App {
	out := map[string][]*App{}
	for _, f := range r.Files() {
		if path.Base(f.Path) != "package.json" || f.Example {
			continue
		}
		manifest := r.packageAt(f.Dir())
		if !slices.ContainsFunc(frameworks, func(w *framework) bool { return w.moves && slices.ContainsFunc(w.packages, manifest.needs) }) {
			continue
		}
		if a := r.appIn(f.Dir()); a.EnvDir != a.Dir && slices.Contains(dirs, a.EnvDir) {
			out[a.EnvDir] = append(out[a.EnvDir], a)
		}
	}
	for _, dir := range dirs {
		if own := r.appIn(dir); len(own.frameworks) > 0 || len(out[dir]) == 0 {
			out[dir] = append([]*App{own}, out[dir]...)
		}
	}
	return out
}

// LoadedEnv is what files of variables come to in a mode of an app's build.
type LoadedEnv struct {
	Winners map[string]Effective // by name
	All     []Effective          // every definition, with the value that it gives, or would give if it counted
	Reads   []string             // the files that are read
	Bounded bool                 // the references in them come to more than is followed
}

// Load reads those of the files, which lie in one directory, that the app's build does in a mode. Where several frameworks may build it, a
// variable is read by the one that writes it into the app, or else by the first.
func (a *App) Load(mode string, files []*File) LoadedEnv {
	return load(a.frameworks, func(w *framework) []*File {
		var out []*File
		if w.files != nil {
			for _, name := range w.files(mode) {
				for _, f := range files {
					if path.Base(f.Path) == name {
						out = append(out, f)
					}
				}
			}
		}
		return out
	})
}

// Alone is every definition of a file that the app's build does not read in a mode that is known.
func (a *App) Alone(f *File) []Effective {
	return load(a.readers(f), func(*framework) []*File { return []*File{f} }).All
}

// readers are those of the app's frameworks that read a file in some mode.
func (a *App) readers(f *File) []*framework {
	return slices.DeleteFunc(slices.Clone(a.frameworks), func(w *framework) bool { return !w.reads(f.Path) })
}

// Skipped are the definitions in a file that what builds the app takes for none, and why: the dotenv of some knows no "export". There are none
// where something else may read the file.
func (a *App) Skipped(f *File) (variables []Variable, why string) {
	readers := a.readers(f)
	lines := map[int]bool{}
	for _, w := range readers {
		for _, v := range f.dotenvBy(w.parse) {
			lines[v.Line] = true
		}
	}
	for _, v := range f.Dotenv() {
		if !lines[v.Line] {
			variables = append(variables, v)
		}
	}
	if len(readers) == 0 || len(variables) == 0 || a.mayLoad(f) {
		return nil, ""
	}
	return variables, readers[0].name + " reads no variable in this line: its dotenv is older than 15"
}

// load merges the files that each of the frameworks, or of the usual ones, reads, the strongest first.
func load(by []*framework, files func(*framework) []*File) LoadedEnv {
	by = slices.DeleteFunc(slices.Clone(by), func(w *framework) bool { return w.merge == nil })
	if len(by) == 0 {
		by = usual
	}
	out := LoadedEnv{Winners: map[string]Effective{}}
	budget := maxAllExpanded
	for _, w := range by {
		read := envFiles(files(w), w.parse)
		for _, f := range read {
			if !slices.Contains(out.Reads, f.Path) {
				out.Reads = append(out.Reads, f.Path)
			}
		}
		winners, all := w.merge(read, &budget)
		for _, e := range all {
			if readBy(by, e.Name) == w {
				out.All = append(out.All, e)
			}
		}
		for name, e := range winners {
			if readBy(by, name) == w {
				out.Winners[name] = e
			}
		}
	}
	out.Bounded = budget < 0
	return out
}

// readBy is the one of frameworks by whose rules a variable is read.
func readBy(by []*framework, variable string) *framework {
	for _, w := range by {
		if beginsWith(variable, w.public) != "" {
			return w
		}
	}
	return by[0]
}

// beginsWith is the one of the prefixes that a name has; empty where it has none.
func beginsWith(name string, prefixes []string) string {
	for _, p := range prefixes {
		if strings.HasPrefix(name, p) {
			return p
		}
	}
	return ""
}

// WritesIn says by what the app's configuration has a variable written into what whoever has the app gets, where its name does not say so
// to everybody; empty where it does not.
func (a *App) WritesIn(variable string) string {
	for _, w := range a.frameworks {
		if beginsWith(variable, w.public) != "" {
			return ""
		}
	}
	if prefix := beginsWith(variable, a.public); prefix != "" {
		return fmt.Sprintf("by %s all variables that begin with %s are built into what every browser gets", a.publicAt, prefix)
	}
	return ""
}

// Unread says why the app's build does not read a file of variables in the directory where it looks for them, or in its own; empty where it does, or
// something else may.
func (a *App) Unread(f *File) string {
	switch name := path.Base(f.Path); {
	case len(a.frameworks) == 0 || name == ".envrc" || !strings.HasPrefix(name, ".env"): // what sets the environment counts
		return ""
	case f.Dir() == a.Dir && a.openDir != "":
		return a.openDir + ", so that it cannot be told whether this file is read"
	case f.Dir() == a.Dir && a.EnvDir != a.Dir:
		if a.mayLoad(f) {
			return ""
		}
		return fmt.Sprintf("the app here is built with the files of variables in %s (%s)", a.EnvDir, a.dirAt)
	}
	if slices.ContainsFunc(a.frameworks, func(w *framework) bool { return w.only == "" || w.reads(f.Path) }) || a.mayLoad(f) {
		return ""
	}
	return a.frameworks[0].name + " reads " + a.frameworks[0].only
}

// mayLoad says whether something beside what builds the app may read a file of variables: the app itself, or a script.
func (a *App) mayLoad(f *File) bool {
	return a.loads() || a.repo.ScriptNaming(path.Base(f.Path)).File != ""
}

// Unexposed says why a variable has no effect whose prefix promises that it is written into the app: what builds the app writes in others, and
// no code of the app has this one's name. It is empty where it may have one.
func (a *App) Unexposed(variable string) string {
	if len(a.frameworks) == 0 || a.openPublic || slices.Contains(a.public, "") || beginsWith(variable, a.public) != "" || a.loads() || a.names(variable) {
		return ""
	}
	if len(a.public) == 0 {
		return fmt.Sprintf("%s writes no variable into the app, and no code here has the name", a.frameworks[0].name)
	}
	return fmt.Sprintf("%s writes variables that begin with %s into the app, and no code here has the name of this one", a.frameworks[0].name, strings.Join(a.public, " or "))
}
