package sources

import (
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// exampleDirs hold documentation and test data. What they say is never truth.
var exampleDirs = map[string]bool{
	"docs": true, "doc": true, "documentation": true, "examples": true, "example": true, "samples": true, "sample": true,
	"test": true, "tests": true, "testdata": true, "__tests__": true, "fixtures": true, "e2e": true, "cypress": true,
}

// ambiguousDirs are called so in examples, and also where they hold an environment
// ("overlays/test") or an app ("apps/docs").
var ambiguousDirs = map[string]bool{"docs": true, "doc": true, "test": true, "tests": true}

// ownFiles tell that a directory is deployed or built, whatever it is called.
var ownFiles = []string{"kustomization.yaml", "kustomization.yml", "Kustomization", "Dockerfile", "package.json", "Chart.yaml"}

// exampleName matches a file that shows what to write, not what is: .env.example,
// secret.example.yaml, values-sample.yaml.
var exampleName = regexp.MustCompile(`(?i)(^|[._-])(example|sample)([._-]|$)`)

// leftOver matches what editors and scripts leave beside a file when they change it (upstream's
// add-new-auth-keys.sh runs "sed -i.old", which leaves .env.old).
var leftOver = regexp.MustCompile(`(?i)(\.(old|bak|backup|orig|original|save|swp|rej)([._-]?[0-9]+)*|~)$`)

// IsLeftOver says that the file is a copy from before a change: nothing reads it.
func (f *File) IsLeftOver() bool { return leftOver.MatchString(f.Path) }

// isExample says whether the file is an example, and which directory says so, where its
// name could mean something else. A directory that the user named, or
// one above it, does not count: who asks for testdata/repo wants it linted.
func (w *walker) isExample(name string) (example bool, testDir string) {
	r := w.repo
	rest := name
	for _, s := range r.selected {
		if s != "." && within(name, s) && len(name)-len(s) < len(rest) {
			rest = strings.TrimPrefix(strings.TrimPrefix(name, s), "/")
		}
	}
	if rest == "" { // the file itself was named
		return false, ""
	}
	dir, base := path.Split(rest)
	at := strings.TrimSuffix(name, rest)
	for _, d := range strings.Split(strings.TrimSuffix(dir, "/"), "/") {
		at = path.Join(at, d)
		switch lower := strings.ToLower(d); {
		case !exampleDirs[lower] || ambiguousDirs[lower] && w.isOwn(at):
		case ambiguousDirs[lower]:
			return true, at
		default:
			return true, ""
		}
	}
	lower := strings.ToLower(base)
	if strings.Contains(lower, "ample") && exampleName.MatchString(base) {
		return true, ""
	}
	return strings.HasPrefix(lower, ".env") && (strings.HasSuffix(lower, ".template") || strings.HasSuffix(lower, ".tmpl") || strings.HasSuffix(lower, ".dist")), ""
}

// isOwn says whether the directory is deployed or built: it has a file that tells so.
func (w *walker) isOwn(dir string) bool {
	own, known := w.own[dir]
	if !known {
		rel := strings.TrimPrefix(strings.TrimPrefix(dir, w.tree.mount), "/")
		for _, f := range ownFiles {
			if _, err := w.tree.root.Lstat(filepath.FromSlash(path.Join(rel, f))); err == nil {
				own = true
				break
			}
		}
		w.own[dir] = own
	}
	return own
}
