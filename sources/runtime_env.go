package sources

import (
	"path"
	"regexp"
	"strings"
)

// injector is a package by which a browser gets the values that the app's container has, and not
// those that were there when it was built.
type injector struct {
	dependency string // the package; with a "/" at the end, those of a scope
	prefix     string // of the variables that it covers; empty for any
}

// injectors are the packages, as read in them: next-runtime-env 3.3, @beam-australia/react-env 3.1
// (REACT_APP_, or what --prefix names), @import-meta-env/cli 0.7 and runtime-env-cra 0.2 (the names
// in a file), vite-envs 4.6.
var injectors = []injector{
	{"next-runtime-env", "NEXT_PUBLIC_"},
	{"@beam-australia/react-env", ""},
	{"@import-meta-env/", ""},
	{"runtime-env-cra", ""},
	{"vite-envs", "VITE_"},
}

// injectionMark matches what an app's pages, its start script or its Dockerfile hold where
// something puts values into the bundle when the container starts: the packages' commands and
// globals, the files that are written in their stead, and the directories of the nginx image
// from which it fills in templates and runs scripts
// (nginx/docker-nginx: 20-envsubst-on-templates.sh, docker-entrypoint.sh).
var injectionMark = regexp.MustCompile(`\breact-env\b|import[-_]meta[-_]env|vite-envs|runtime-env-cra|PublicEnvScript|` +
	`window\.(?:__ENV|_env_|__env|ENV|__RUNTIME_CONFIG__)\b|window\[["'](?:__ENV|_env_)|__ENV\.js|env-config\.js|runtime-config\.js|` +
	`BUILT_NEXT_PUBLIC_|replace-placeholder|\benvsubst\b|/etc/nginx/templates|/docker-entrypoint\.d\b`)

// MarksInjection says whether a text is that of something which puts values into a bundle when its
// container starts.
func MarksInjection(text string) bool { return injectionMark.MatchString(text) }

// entryPages are the files in which an app loads the values before anything else, without the
// extension that its language gives them.
var entryPages = []string{"index.html", "public/index.html", "src/index.html", "app/layout", "src/app/layout", "app/root", "pages/_document", "src/pages/_document", "pages/_app", "src/pages/_app"}

// ReadsAtRunTime says whether the app in a directory may take variables of the prefix from its
// container: a package that injects them is a dependency, or its start script or its pages show
// that something does.
func (r *Repository) ReadsAtRunTime(dir, prefix string) bool {
	return r.injectsByPackage(dir, prefix) || r.injectsByPage(dir)
}

func (r *Repository) injectsByPackage(dir, prefix string) bool {
	manifest := r.packageAt(dir)
	for _, i := range injectors {
		if i.prefix != "" && i.prefix != prefix {
			continue
		}
		for _, list := range []map[string]any{manifest.Dependencies, manifest.DevDependencies} {
			for dependency := range list {
				if dependency == i.dependency || strings.HasSuffix(i.dependency, "/") && strings.HasPrefix(dependency, i.dependency) {
					return true
				}
			}
		}
	}
	start := manifest.Scripts["prestart"] + manifest.Scripts["start"]
	return MarksInjection(start) || strings.Contains(start, ".sh")
}

func (r *Repository) injectsByPage(dir string) bool {
	for _, page := range entryPages {
		names := []string{page}
		if path.Ext(page) == "" {
			names = []string{page + ".tsx", page + ".jsx", page + ".js"}
		}
		for _, name := range names {
			if f := r.File(path.Join(dir, name)); f != nil {
				if b, err := f.peek(); err == nil && injectionMark.Match(b) {
					return true
				}
			}
		}
	}
	return false
}
