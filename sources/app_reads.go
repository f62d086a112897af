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

	// envTaken matches what takes variables out of the environment by their names.
	envTaken = regexp.MustCompile(`\{([^{}.]*)\}\s*=\s*` + envObject + `\s*(?:[;,)\n]|$)`)

	// envOpen matches what reads a variable by a name that is made, or all of them; envWhole what hands the environment on as it is.
	envWhole = regexp.MustCompile(envObject + `\s*(?:[;,)}\n]|$)|\bDeno\.env\.toObject\b`)
	envOpen  = regexp.MustCompile(`\benv\[\s*["'` + "`" + `]\w*["'` + "`" + `]\s*\+|\benv\[\s*(?:[^"'` + "`" + `\s\]]|` + "`[^`]*" + `\$\{)|\.\.\.\s*(?:process|import\.meta)\.env\b|\b(?:entries|keys|parse|assign)\([^)\n]*\b(?:process|import\.meta)\.env\s*[,)]`)
)

// envObject is what has the variables of the environment.
const envObject = `\b(?:process\??|import\.meta|Bun|as any\))\.env\b`

// EnvReads are the first places at which the app's code, that of its tests apart, reads each variable. open says that it may read others.
func (a *App) EnvReads() (reads []EnvRead, open bool) {
	open = a.codeFile(func(f *File, b []byte) bool {
		if !bytes.Contains(b, []byte("env")) {
			return false
		}
		if envOpen.Match(b) || len(envWhole.FindAllIndex(b, -1)) > len(envTaken.FindAllIndex(b, -1)) {
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
	for _, m := range slices.Concat(svelteImport.FindAllSubmatchIndex(b, -1), envTaken.FindAllSubmatchIndex(b, -1)) {
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
		if slices.Contains(a.parts(), dir) {
			return true
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

// MayRead says whether something may read a variable for the app: its code or its configuration has the name, a package that it needs may, a
// script of the repository does, or another text that may be part of it.
func (a *App) MayRead(variable string) bool {
	return a.readByPackages() || a.repo.ScriptNaming(variable).File != "" || a.namedBeside(variable) || a.names(variable)
}

// namedBeside says whether a text that is no code which is looked through otherwise may read a variable for the app: a page, a template, a program
// in another language, what lies beside all packages, or a file that hands the value on by another name.
func (a *App) namedBeside(variable string) bool {
	return slices.ContainsFunc(a.repo.naming(variable), func(f *File) bool {
		if !a.repo.mayBePart(f, a.parts()) {
			return false
		}
		if ext := strings.ToLower(path.Ext(f.Path)); f.IsDockerfile() || slices.Contains(settingExts, ext) && !strings.HasPrefix(path.Base(f.Path), "custom-environment-variables.") {
			b, err := f.peek()
			return err != nil || handsOnByAnother(b, variable)
		}
		return true
	})
}

// naming are the texts that have a name, dotenv files, documentation and examples apart.
func (r *Repository) naming(variable string) []*File {
	if found, ok := r.namedIn.Load(variable); ok {
		return found.([]*File)
	}
	var out []*File
	for _, f := range slices.Concat(r.Files(), r.others) {
		if f.Example || f.IsDotenv() || binaryExtensions[strings.ToLower(path.Ext(f.Path))] || r.builtFiles[f.Path] {
			continue
		}
		if b, err := f.peek(); err != nil || bytes.Contains(b, []byte(variable)) && f.Place() == "" {
			out = append(out, f)
		}
	}
	r.namedIn.Store(variable, out)
	return out
}

// settingExts are the extensions of files that name a variable to set it.
var settingExts = []string{".yaml", ".yml", ".json", ".jsonc", ".json5", ".toml", ".hcl", ".tf", ".tfvars", ".properties", ".ini", ".env"}

// mayBePart says whether a file may belong to what some directories hold: no package holds it, and, where it lies beside them, nothing that is
// deployed by itself.
func (r *Repository) mayBePart(f *File, of []string) bool {
	below := slices.ContainsFunc(of, func(part string) bool { return within(f.Path, part) })
	for dir := f.Dir(); !slices.ContainsFunc(of, func(part string) bool { return within(part, dir) }); dir = path.Dir(dir) {
		if r.File(path.Join(dir, "package.json")) != nil || !below && (r.File(path.Join(dir, "Dockerfile")) != nil || path.Base(dir) == "functions") {
			return false
		}
	}
	return true
}

// handsOnByAnother says whether a text has the value of a variable where it is not the variable of the same name that gets it: VITE_KEY=$ANON_KEY.
func handsOnByAnother(b []byte, variable string) bool {
	name := regexp.QuoteMeta(variable)
	same := regexp.MustCompile(`\b` + name + `["']?\s*[:=]\s*["']?$`)
	for _, m := range regexp.MustCompile(`\$\{?`+name+`\b`).FindAllIndex(b, -1) {
		if !same.Match(b[max(0, m[0]-2*maxName):m[0]]) {
			return true
		}
	}
	return false
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

// KeysReadFrom are the variables of keys that the app whose build reads a file of variables takes from the environment: whoever
// writes the whole file may set each of them.
func (r *Repository) KeysReadFrom(file string) []string {
	dir := path.Dir(file)
	if r.File(path.Join(dir, "package.json")) == nil {
		return nil
	}
	app := r.appIn(dir)
	if !app.Reads(file) {
		return nil
	}
	var out []string
	reads, _ := app.EnvReads()
	for _, read := range reads {
		if r.names.Of(read.Name).Slot != "" {
			out = append(out, read.Name)
		}
	}
	return out
}
