package rules

import (
	"path"
	"slices"
	"strings"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/substitute"
)

// onlyServes says whether a container runs what the image holds, and neither builds the app
// nor edits it: no command of its own, or one that is known to serve, and no sources that
// are mounted for development.
func onlyServes(c *inventory.Container) bool {
	return !c.MountsSource && (len(c.Command) == 0 || serves(c.Command))
}

// serves says of a command that it is known to serve an app as it was built.
func serves(command []string) bool {
	line := commandLine(command)
	words := strings.Fields(line)
	if len(words) == 0 || isScript(line) {
		return false
	}
	switch program := words[0][strings.LastIndexByte(words[0], '/')+1:]; program {
	case "node", "nginx", "caddy", "httpd", "serve":
		return !strings.Contains(strings.Join(words[1:], " "), "build")
	case "npm", "yarn", "pnpm", "bun", "next":
		return slices.Equal(words[1:], []string{"start"}) || slices.Equal(words[1:], []string{"run", "start"})
	}
	return false
}

// commandLine is a command without what nginx takes for an option.
func commandLine(command []string) string {
	return strings.ReplaceAll(strings.Join(command, " "), "daemon off;", "")
}

// isScript says whether a command runs a script, which may do anything before it serves.
func isScript(line string) bool {
	return strings.ContainsAny(line, ";&|\n") || strings.Contains(line, ".sh") || strings.Contains(line, "entrypoint")
}

// runtimeApps remembers what the files of the repository's apps say: each is read once, however
// many containers may run its app.
type runtimeApps struct {
	*lint.Pass
	files  []*sources.File            // the package.json files and the Dockerfiles
	called map[string][]*sources.File // those by the words of their directory
	reads  map[appPrefix]bool
	images map[*sources.File]image
}

// appPrefix is a prefix of variables in the app of a directory.
type appPrefix struct{ dir, prefix string }

// image is what a Dockerfile says of what is done to the app when it starts.
type image struct{ runsScript, injects bool }

func newRuntimeApps(p *lint.Pass) *runtimeApps {
	a := &runtimeApps{Pass: p, called: map[string][]*sources.File{}, reads: map[appPrefix]bool{}, images: map[*sources.File]image{}}
	for _, f := range p.Repo.Files() {
		if !f.Example && (path.Base(f.Path) == "package.json" || f.IsDockerfile()) {
			a.files = append(a.files, f)
			for _, word := range lint.Words(path.Base(f.Dir())) {
				a.called[word] = append(a.called[word], f)
			}
		}
	}
	return a
}

// own are the builds of the compose service that a container is.
func (a *runtimeApps) own(c *inventory.Container) []*sites.Build {
	var out []*sites.Build
	for _, b := range a.Builds {
		if c.Object == nil && b.Service == c.Name && b.Project == c.Unit.Compose {
			out = append(out, b)
		}
	}
	return out
}

// readsAtRunTime says whether the app that a container runs may take its public variables from
// there, although its framework writes them into the bundle when it is built: something puts
// them in when the container starts.
func (a *runtimeApps) readsAtRunTime(c *inventory.Container, prefix string) bool {
	if slices.ContainsFunc(c.Mounts, func(m substitute.Mount) bool { return sources.MarksInjection(m.Path) }) {
		return true
	}
	own := a.own(c)
	for _, b := range own {
		if image := b.Parsed.Command; len(c.Command) == 0 && len(image) > 0 && !serves(image) || a.edits(c, b.File) {
			return true
		}
	}
	for _, f := range a.of(c) {
		switch {
		case !f.IsDockerfile() && a.reading(f.Dir(), prefix), len(own) == 0 && f.IsDockerfile() && a.edits(c, f):
			return true
		}
	}
	return false
}

func (a *runtimeApps) reading(dir, prefix string) bool {
	key := appPrefix{dir, prefix}
	reads, known := a.reads[key]
	if !known {
		reads = a.Repo.ReadsAtRunTime(dir, prefix)
		a.reads[key] = reads
	}
	return reads
}

// edits says whether an image of the Dockerfile runs a script in place of a server, or shows
// otherwise that something is done to the app when it starts.
func (a *runtimeApps) edits(c *inventory.Container, dockerfile *sources.File) bool {
	i, known := a.images[dockerfile]
	if !known {
		i = imageOf(dockerfile)
		a.images[dockerfile] = i
	}
	return len(c.Command) == 0 && i.runsScript || i.injects
}

func imageOf(dockerfile *sources.File) image {
	b, err := dockerfile.Plain()
	if err != nil {
		return image{}
	}
	d, err := sources.ParseDockerfile(b)
	return image{err == nil && isScript(commandLine(d.Command)), sources.MarksInjection(string(b))}
}

// of are the files of the apps that the container may run: those in a directory that is called like
// it or its image, or where none is, all of them.
func (a *runtimeApps) of(c *inventory.Container) []*sources.File {
	var called []*sources.File
	for _, word := range lint.Words(c.Name + " " + path.Base(c.Image)) {
		called = append(called, a.called[word]...)
	}
	if len(called) > 0 {
		return called
	}
	return a.files
}

// buildIsHere says whether the repository builds the app that a container runs: compose builds its
// service, or a directory with a package.json or a Dockerfile is called like it or its image.
func (a *runtimeApps) buildIsHere(c *inventory.Container) bool {
	return len(a.own(c)) > 0 || slices.ContainsFunc(lint.Words(c.Name+" "+path.Base(c.Image)), func(word string) bool { return len(a.called[word]) > 0 })
}

// nuxtAtRunTime is the variable that the Nuxt app which a container runs takes in place of the
// given one, which it reads only when it is built; empty where that is not certain.
func (a *runtimeApps) nuxtAtRunTime(c *inventory.Container, variable string) string {
	instead := ""
	for _, dir := range a.apps(c) {
		if instead = a.Repo.NuxtAtRunTime(dir, variable); instead == "" {
			return ""
		}
	}
	return instead
}

// isStatic says whether a container serves the static pages of a Nuxt app.
func (a *runtimeApps) isStatic(c *inventory.Container) bool {
	dirs := a.apps(c)
	return len(dirs) > 0 && !slices.ContainsFunc(dirs, func(dir string) bool {
		dockerfile := ""
		if f := a.Repo.File(path.Join(dir, "Dockerfile")); f != nil {
			b, _ := f.Plain()
			dockerfile = string(b)
		}
		return !a.Repo.IsNuxt(dir) || !a.Repo.Generates(dir, dockerfile)
	})
}

// apps are the directories of the apps that the container may run: what a compose service builds,
// those that are called like it or its image, or the only one that there is.
func (a *runtimeApps) apps(c *inventory.Container) []string {
	if own := a.own(c); len(own) > 0 {
		return []string{own[0].Context}
	}
	var dirs []string
	for _, f := range a.of(c) {
		if !f.IsDockerfile() && !slices.Contains(dirs, f.Dir()) {
			dirs = append(dirs, f.Dir())
		}
	}
	return dirs
}
