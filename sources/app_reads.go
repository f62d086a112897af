package sources

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
)

// EnvRead is a place of an app's code that reads a variable of the environment.
type EnvRead struct {
	Name string
	At   Position
}

// envRead matches what reads a variable by its name: process.env.NAME, import.meta.env["NAME"], Deno.env.get("NAME"), the getter of a
// package (env.NAME); and svelteImport, what is imported from SvelteKit's $env (svelte.dev/docs/kit/$env-static-public).
var (
	envRead      = regexp.MustCompile(`\benv(?:\?\.|\.|(?:\?\.)?\[\s*["'` + "`" + `])([A-Z][A-Z0-9_]+)\b|\benv\.get\(\s*["']([A-Z][A-Z0-9_]+)["']`)
	svelteImport = regexp.MustCompile(`\bimport\s*\{([^}]*)\}\s*from\s*["']\$env/`)
	importedName = regexp.MustCompile(`\b[A-Z][A-Z0-9_]+\b`)

	// envOpen matches what reads a variable by a name that is made, or all of them.
	envOpen = regexp.MustCompile(`\benv\[\s*(?:[^"'` + "`" + `\s\]]|` + "`[^`]*" + `\$\{)|\.\.\.\s*(?:process|import\.meta)\.env\b|\b(?:entries|keys|parse|assign)\([^)\n]*\b(?:process|import\.meta)\.env\s*[,)]`)
)

// EnvReads are the first places at which the app's code, that of its tests apart, reads each variable. open says that it may read others.
func (a *App) EnvReads() (reads []EnvRead, open bool) {
	open = a.codeFile(func(f *File, b []byte) bool {
		if !bytes.Contains(b, []byte("env")) {
			return false
		}
		if envOpen.Match(b) {
			return true
		}
		if f.Place() != "" || !a.isPart(f) {
			return false
		}
		for _, at := range readsIn(b) {
			if name := string(b[at[0]:at[1]]); !slices.ContainsFunc(reads, func(r EnvRead) bool { return r.Name == name }) && !f.commentedOut(b, at[0]) {
				line, column := place(lineStarts(string(b)), at[0])
				reads = append(reads, EnvRead{name, Position{File: f.Path, Line: line, Column: column, EndColumn: column + len(name)}})
			}
		}
		return false
	})
	return reads, open
}

// readsIn are where the names of the variables stand that a text reads.
func readsIn(b []byte) (at [][2]int) {
	for _, m := range envRead.FindAllSubmatchIndex(b, -1) {
		if m[2] < 0 {
			m = m[2:]
		}
		at = append(at, [2]int{m[2], m[3]})
	}
	for _, m := range svelteImport.FindAllSubmatchIndex(b, -1) {
		for _, n := range importedName.FindAllIndex(b[m[2]:m[3]], -1) {
			at = append(at, [2]int{m[2] + n[0], m[2] + n[1]})
		}
	}
	return at
}

// commentedOut says whether a comment holds the place in a text.
func (f *File) commentedOut(b []byte, at int) bool {
	line := b[bytes.LastIndexByte(b[:at], '\n')+1 : at]
	return f.inComment(string(line)) || f.inBlockComment(b[:at])
}

// isPart says whether a file is the app's own, or of a package that it needs: in a directory below may lie another app.
func (a *App) isPart(f *File) bool {
	for dir := f.Dir(); dir != a.Dir; dir = path.Dir(dir) {
		if name := a.repo.packageAt(dir).Name; name != "" {
			return a.repo.packageAt(a.Dir).needs(name)
		}
		if a.repo.File(path.Join(dir, "package.json")) != nil || dir == "." {
			return false
		}
	}
	return true
}

// readByPackages says whether a package from elsewhere that the app needs may read variables by itself: one that is Supabase's or made for it, of
// which it is not known that it reads none.
func (a *App) readByPackages() bool {
	manifest := a.repo.packageAt(a.Dir)
	for _, list := range []map[string]any{manifest.Dependencies, manifest.DevDependencies} {
		for name := range list {
			if strings.Contains(name, "supabase") && !slices.Contains(readNoEnv, name) && !a.repo.isOwnPackage(name) {
				return true
			}
		}
	}
	return false
}

// readNoEnv are Supabase's packages that get their key as an argument (their sources; @supabase/auth-helpers-* and @supabase/server do not).
var readNoEnv = []string{
	"@supabase/supabase-js", "@supabase/ssr", "@supabase/auth-js", "@supabase/gotrue-js", "@supabase/postgrest-js", "@supabase/storage-js", "@supabase/realtime-js",
	"@supabase/functions-js", "@supabase/node-fetch", "@supabase/auth-ui-react", "@supabase/auth-ui-shared", "supabase",
}

// isOwnPackage says whether the package lies in the repository.
func (r *Repository) isOwnPackage(name string) bool {
	return slices.ContainsFunc(r.Files(), func(f *File) bool {
		return path.Base(f.Path) == "package.json" && r.packageAt(f.Dir()).Name == name
	})
}

// MayRead says whether something may read a variable for the app: its code or its configuration has the name, a package that it needs may, or a
// script of the repository does.
func (a *App) MayRead(variable string) bool {
	return a.readByPackages() || a.names(variable) || a.repo.ScriptNaming(variable).File != ""
}

// Apps are those of the repository that a package.json stands at the top of, in order of path.
func (r *Repository) Apps() []*App {
	var out []*App
	for _, f := range r.Files() {
		if path.Base(f.Path) == "package.json" && !f.Example {
			out = append(out, r.appIn(f.Dir()))
		}
	}
	return out
}

// MaySet says whether a file of the repository that is neither code nor an example has the name of a variable: it may set it, or hand it on.
func (r *Repository) MaySet(variable string) bool {
	for _, f := range slices.Concat(r.Files(), r.scripts, r.others) {
		ext := strings.ToLower(path.Ext(f.Path))
		if f.Example || binaryExtensions[ext] || slices.Contains(codeExts, ext) || r.builtFiles[f.Path] {
			continue
		}
		if b, err := f.peek(); err != nil || wordIn(b, variable) >= 0 && f.Place() == "" {
			return true
		}
	}
	return false
}
