package sources

import (
	"bytes"
	"path"
	"regexp"
	"slices"
)

// dotenvxRuns are the command that decrypts a .env file for what it starts, and its library, which does so
// in the process that loads it (dotenvx.com/docs).
var dotenvxRuns = regexp.MustCompile(`\bdotenvx["',\s]+(?:-\S+\s+)*(?:run|decrypt|get)\b|@dotenvx/dotenvx/config\b|(?:require\(|from |import )\s*["']@dotenvx/`)

// buildConfigs are the files in which an app's build may load it, without the extension that their
// language gives them.
var buildConfigs = []string{"next.config", "vite.config", "nuxt.config", "astro.config", "svelte.config", "app.config", "remix.config"}

// RunsDotenvx says whether something decrypts with dotenvx what stands in an app's env files: a command
// anywhere in the repository, or the configuration of the app's build.
func (r *Repository) RunsDotenvx(app string) bool {
	r.dotenvxOnce.Do(func() {
		r.dotenvx = slices.ContainsFunc(slices.Concat(r.scripts, r.Files()), func(f *File) bool {
			return !f.Example && f.kind != dotenvFile && f.runsDotenvx()
		})
	})
	if r.dotenvx {
		return true
	}
	for _, name := range buildConfigs {
		for _, ext := range []string{".js", ".mjs", ".ts", ".mts"} {
			if f := r.File(path.Join(app, name+ext)); f != nil && f.runsDotenvx() {
				return true
			}
		}
	}
	return false
}

// RunsSOPSOn says whether a command in a script, a Makefile or a workflow decrypts the file with sops.
func (r *Repository) RunsSOPSOn(name string) bool {
	found := false
	r.eachCommand([]byte("sops"), func(_ *File, _ int, line []byte) {
		found = found || sopsDecrypts.Match(line) && bytes.Contains(line, []byte(path.Base(name)))
	})
	return found
}

var sopsDecrypts = regexp.MustCompile(`\bsops["',]?(?:\s.*)?\s["']?(?:-d|--decrypt|decrypt|exec-env|exec-file)\b`)

// KubectlApplies is the first command that gives a directory to kubectl, which decrypts nothing: apply -f,
// apply -k, or what kustomize makes of it. ok is false where none does.
func (r *Repository) KubectlApplies(dir string) (at Position, ok bool) {
	r.eachCommand([]byte("kubectl"), func(f *File, n int, line []byte) {
		for _, m := range kubectlApplies.FindAllSubmatch(line, -1) {
			named := string(m[1]) + string(m[2])
			if !ok && (path.Clean(named) == dir || path.Join(f.Dir(), named) == dir) {
				at, ok = Position{File: f.Path, Line: n}, true
			}
		}
	})
	return at, ok
}

var kubectlApplies = regexp.MustCompile(`\bkubectl\b[^|;&]*\bapply\b[^|;&]*?\s(?:-k|--kustomize|-f|--filename)[ =]?["']?([^\s"'|;&]+)|\bkustomize\s+build\s+["']?([^\s"'|;&]+)["']?\s*\|\s*kubectl\b`)

// eachCommand visits the lines, from 1, of scripts, Makefiles and workflows that hold the word. One that is
// continued is one line.
func (r *Repository) eachCommand(word []byte, visit func(f *File, n int, line []byte)) {
	for _, f := range slices.Concat(r.scripts, r.Files()) {
		if f.Example || f.kind == dotenvFile {
			continue
		}
		b, err := f.peek()
		if err != nil || !bytes.Contains(b, word) {
			continue
		}
		n := 1
		for line := range bytes.SplitSeq(bytes.ReplaceAll(b, []byte("\\\n"), []byte("\v")), []byte("\n")) {
			if bytes.Contains(line, word) {
				visit(f, n, bytes.ReplaceAll(line, []byte("\v"), []byte(" ")))
			}
			n += 1 + bytes.Count(line, []byte("\v"))
		}
	}
}

func (f *File) runsDotenvx() bool {
	b, err := f.peek()
	return err == nil && dotenvxRuns.Match(b)
}
