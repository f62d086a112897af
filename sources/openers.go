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

// RunsSOPSOn says whether a script, a Makefile or a workflow calls sops and names the file, which it may
// decrypt then.
func (r *Repository) RunsSOPSOn(name string) bool {
	return slices.ContainsFunc(slices.Concat(r.scripts, r.Files()), func(f *File) bool {
		if f.Example || f.kind == dotenvFile || f.Encrypted() {
			return false
		}
		b, err := f.peek()
		return err == nil && sopsCall.Match(b) && bytes.Contains(b, []byte(path.Base(name)))
	})
}

var sopsCall = regexp.MustCompile(`\bsops["',]?\s+\S`)

func (f *File) runsDotenvx() bool {
	b, err := f.peek()
	return err == nil && dotenvxRuns.Match(b)
}
