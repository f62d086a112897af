package artifact

import (
	"path"
	"regexp"
	"strings"
)

// clients matches the paths that hold what a browser gets, by the tools that write them: Next.js, Nuxt and Nitro, SvelteKit, Astro,
// Remix, Angular, the web roots of nginx and Apache, and what a server hands out by convention.
var clients = regexp.MustCompile(`(?:^|/)(?:\.next/static|_next/static|\.output/public|output/client|dist/client|build/client|dist/[^/]+/browser|public|wwwroot|usr/share/nginx/html|var/www)/`)

// servers matches those that hold what a server runs.
var servers = regexp.MustCompile(`(?:^|/)(?:\.next/server|\.next/standalone|\.output/server|output/server|server|node_modules)/`)

// pages are files that a browser gets wherever they lie in the output of a build: pages made beforehand, and what Next.js sends with them.
var pages = map[string]bool{".html": true, ".rsc": true}

// served says whether people get the file as it is.
func (l *looking) served(at spot) bool {
	name := path.Join(l.built.Name, at.path)
	switch {
	case l.built.Install, clients.MatchString(name):
		return true
	case strings.Contains(name, "/.next/") && pages[path.Ext(name)]:
		return true
	case servers.MatchString(at.path):
		return false
	}
	for dir := path.Dir(at.path); ; dir = path.Dir(dir) {
		if of := at.layer + "\x00" + dir; l.built.pages[of] {
			return !l.built.packages[of] // where a package.json lies beside it, it is source
		}
		if dir == "." || dir == "/" {
			return false
		}
	}
}

// caches matches what builds keep for the next one.
var caches = regexp.MustCompile(`(?:^|/)(?:\.next/cache|\.nuxt/cache|node_modules/\.(?:cache|vite))/`)

func isCache(name string) bool { return caches.MatchString(name) }

// Served says whether a browser gets the file that the key stands in as it is, or whoever installs the app.
func (k Key) Served() bool { return k.served }

// InCache says that the file is what a build keeps for the next one.
func (k Key) InCache() bool { return isCache(k.File) }

// libraries matches where packages that others wrote are installed: of npm, Python, Ruby, Go, and a distribution's documentation.
var libraries = regexp.MustCompile(`(?:^|/)(?:node_modules|site-packages|dist-packages|gems|pkg/mod|usr/share/doc)/`)

// InLibrary says that the file belongs to a package that others wrote.
func (k Key) InLibrary() bool { return libraries.MatchString(k.Path) }

// outputs matches what builds write, whatever it lies in.
var outputs = regexp.MustCompile(`(?:^|/)(?:\.next|\.output|\.svelte-kit|dist|build|out)/`)

// InBuild says that the file lies in the output of a build, by the names of its directories.
func (k Key) InBuild() bool { return outputs.MatchString(k.Path) }
