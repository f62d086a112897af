package sources

import (
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Place is a kind of place whose keys are never truth and never wrong: they are counted, under its name.
type Place string

// The kinds of places.
const (
	Documentation Place = "documentation"
	Examples      Place = "examples"
	Tests         Place = "tests"
	Recordings    Place = "recordings"
	Archives      Place = "archives"
	Vendored      Place = "vendored code"
	Comments      Place = "comments"
	Superseded    Place = "superseded migrations"
	Undeployed    Place = "manifests that nothing deploys"
	Configured    Place = "what the configuration names"
)

// placeRow is a row of the table of places. What matches in any way is such a place.
type placeRow struct {
	place Place
	dirs  []string // names of directories, in small letters
	files string   // a pattern of the file's name, in small letters; empty for none
	hints []string // of which one stands in every name that the pattern matches: most names are none, and none of these costs nothing

	// live says that what lies there may be deployed or read all the same, so that only a key that no parser follows is one of
	// such a place: what a kustomization in archive/ makes is compared, and so is lib/vendor.yaml if a chart names it.
	live bool
}

// placeTable is the one table of such places (docs/checks.md shows it). It holds words of whole directories and ends of names:
// of 392 keys in 73 public repositories these tell those that nobody uses with 98 % precision. Words within a name ("test-login.sh")
// and directories of scripts tell nothing: 71 of the live keys stand in such.
var placeTable = []placeRow{
	{place: Documentation, dirs: []string{"docs", "doc", "documentation"}},
	{place: Documentation, live: true, files: `\.(md|mdx|markdown|rst|adoc|asciidoc|org|textile)$|^(changelog|changes|history|readme|release[-_]?notes)(\.[a-z]+)?$`},
	{place: Examples, dirs: []string{"examples", "example", "samples", "sample"}, hints: []string{"ample", ".env"}, files: `(^|[._-])(example|sample)([._-]|$)|^\.env.*\.(template|tmpl|dist)$`},
	{place: Tests, dirs: []string{"test", "tests", "testdata", "__tests__", "fixtures", "e2e", "cypress"}},
	{place: Tests, live: true, dirs: []string{"__mocks__", "__fixtures__", "spec", "specs", "stories", "playwright", "androidtest", "coverage", "storybook-static"},
		files: `\.(test|tests|spec|stories|story|cy|e2e|mock)\.[cm]?[jt]sx?$|_(test|spec)\.(go|dart|exs?|rb|py)$`},
	{place: Recordings, live: true, dirs: []string{"__snapshots__", "cassettes", "snapshots", "recordings"}, files: `\.(har|snap|ipynb|cassette|log|patch|diff)$`},
	{place: Archives, live: true, dirs: []string{"archive", "archived", "_archive", "archives", "unused", "superseded", "backup", "backups", "_backup", "_old", "deprecated"}, files: `\.down\.sql$`},
	{place: Vendored, live: true, dirs: []string{"vendor", "node_modules", "third_party", "third-party", ".yarn"},
		files: `^(package-lock\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|composer\.lock|cargo\.lock|poetry\.lock|uv\.lock|gemfile\.lock|podfile\.lock|pubspec\.lock|go\.sum)$`},
}

// placeFiles are the patterns of the table, made at the first use.
var placeFiles = sync.OnceValue(func() []*regexp.Regexp {
	var out []*regexp.Regexp
	for _, row := range placeTable {
		if row.files == "" {
			row.files = `$.` // which nothing matches
		}
		out = append(out, regexp.MustCompile(row.files))
	}
	return out
})

// placeDirs are the rows of the table by the names of directories.
var placeDirs = sync.OnceValue(func() map[string]*placeRow {
	out := map[string]*placeRow{}
	for i, row := range placeTable {
		for _, dir := range row.dirs {
			out[dir] = &placeTable[i]
		}
	}
	return out
})

// ambiguousDirs are called so in examples, and also where they hold an environment
// ("overlays/test") or an app ("apps/docs").
var ambiguousDirs = map[string]bool{"docs": true, "doc": true, "test": true, "tests": true, "spec": true, "specs": true, "stories": true}

// ownFiles tell that a directory is deployed or built, whatever it is called.
var ownFiles = []string{"kustomization.yaml", "kustomization.yml", "Kustomization", "Dockerfile", "package.json", "Chart.yaml"}

// leftOver matches what editors and scripts leave beside a file when they change it (upstream's
// add-new-auth-keys.sh runs "sed -i.old", which leaves .env.old).
var leftOver = regexp.MustCompile(`(?i)(\.(old|bak|backup|orig|original|save|swp|rej)([._-]?[0-9]+)*|~)$`)

// IsLeftOver says that the file is a copy from before a change: nothing reads it.
func (f *File) IsLeftOver() bool { return leftOver.MatchString(f.Path) }

// placeOf finds the kind of place that a file lies in, by the rows of the table that hold of whatever lies there, or else by all. It is
// empty where that is none. dir is the directory that says so, where its name could mean something else ("test"). A directory that the user
// named, or one above it, does not count: who asks for testdata/repo wants it linted.
func (w *walker) placeOf(name string, all bool) (place Place, dir string) {
	r := w.repo
	rest := name
	for _, s := range r.selected {
		if s != "." && within(name, s) && len(name)-len(s) < len(rest) {
			rest = strings.TrimPrefix(strings.TrimPrefix(name, s), "/")
		}
	}
	if rest == "" { // the file itself was named
		return "", ""
	}
	if said, is := r.examples.says(name); said {
		if !is {
			return "", ""
		}
		return Configured, ""
	}
	above, base := path.Split(strings.ToLower(rest))
	at := strings.TrimSuffix(name, rest)
	for d := range strings.SplitSeq(strings.TrimSuffix(above, "/"), "/") {
		end := len(at)
		if end > 0 && at[end-1] != '/' {
			end++
		}
		at = name[:end+len(d)]
		row := placeDirs()[d]
		switch {
		case row == nil || row.live && !all || ambiguousDirs[d] && w.isOwn(at):
		case ambiguousDirs[d]:
			return row.place, at
		default:
			return row.place, ""
		}
	}
	for i, row := range placeTable {
		if row.files == "" || row.live && !all || row.hints != nil && !slices.ContainsFunc(row.hints, func(h string) bool { return strings.Contains(base, h) }) {
			continue
		}
		if placeFiles()[i].MatchString(base) {
			return row.place, ""
		}
	}
	return "", ""
}

// markExample says of a file that nothing in it is truth, where that holds of whatever lies there.
func (w *walker) markExample(f *File) {
	var place Place
	place, f.TestDir = w.placeOf(f.Path, false)
	f.Example = place != ""
}

// Place is the kind of place that the file lies in; empty for none of the table's.
func (f *File) Place() Place {
	if f.tree == nil {
		return ""
	}
	place, _ := (&walker{repo: f.repo, tree: f.tree, own: map[string]bool{}}).placeOf(f.Path, true)
	if place == "" && f.IsLeftOver() {
		return Archives
	}
	return place
}

// patterns of the configuration say which paths hold examples; one behind a "!" says that a path holds none. The last that matches counts.
type patterns []string

// says whether one of the patterns matches the path, and what the last that does says.
func (p patterns) says(name string) (said, is bool) {
	for _, pattern := range slices.Backward(p) {
		bare, not := strings.CutPrefix(pattern, "!")
		if Matches([]string{bare}, name) {
			return true, !not
		}
	}
	return false, false
}

// Matches says whether a path, or a directory that it lies in, matches one of the patterns of path.Match.
// A pattern without a slash is that of a name at any depth.
func Matches(patterns []string, name string) bool {
	for _, pattern := range patterns {
		pattern = strings.TrimSuffix(path.Clean(pattern), "/**")
		for dir := name; dir != "." && dir != "/" && dir != ""; dir = path.Dir(dir) {
			if ok, _ := path.Match(pattern, dir); ok || pattern == "." {
				return true
			}
			if ok, _ := path.Match(pattern, path.Base(dir)); ok && !strings.Contains(pattern, "/") {
				return true
			}
		}
	}
	return false
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
