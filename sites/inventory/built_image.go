package inventory

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/substitute"
)

// builtImage is an image that is built of the repository, as a container starts it.
type builtImage struct {
	sources.Image
	build sources.CIImage
	files []PodFile // scripts, and what a package runner reads; of those that cannot be read there are none
}

// imageFor is the image that a container runs, where one build of the repository makes it; nil where none does, or which of several is not known.
func (inv *Inventory) imageFor(c *Container) *builtImage {
	var of *sources.CIImage
	same := true
	add := func(b sources.CIImage) {
		same = same && (of == nil || *of == b)
		of = &b
	}
	for _, u := range inv.Units {
		if u.Compose == nil {
			continue
		}
		for _, s := range u.Compose.Services {
			if s.Context != "" && (c.Object == nil && u == c.Unit && s.Name == c.Name || c.Object != nil && sources.IsImage(sources.ImageName(s.Image), c.Image)) {
				add(sources.CIImage{Context: s.Context, Dockerfile: path.Join(s.Context, s.Dockerfile), Target: s.Target})
			}
		}
	}
	if c.Object != nil {
		for _, v := range inv.CI() {
			if v.Image != nil && v.Idle == "" && slices.ContainsFunc(v.Tags, func(tag string) bool { return sources.IsImage(sources.ImageName(tag), c.Image) }) {
				add(*v.Image)
			}
		}
	}
	if of == nil || !same {
		return nil
	}
	f := inv.Repo.File(of.Dockerfile)
	if f == nil || !inv.Repo.SameTree(c.Carrier.File, f.Path) {
		return nil
	}
	b, err := f.Plain()
	if err != nil {
		return nil
	}
	d, err := sources.ParseDockerfile(b)
	if err != nil {
		return nil
	}
	image, ok := d.Image(of.Target)
	if !ok {
		return nil
	}
	i := &builtImage{Image: image, build: *of}
	inv.readScripts(i)
	i.dropUnread()
	return i
}

// fromImage has the container start what its image does, as far as the container itself says nothing else: what goes before the image's entrypoint
// takes the image's command away, too (kubernetes.io: "Define a Command and Arguments for a Container"; compose has the same rule).
func (c *Container) fromImage(i *builtImage) {
	if c.Dir == "" {
		c.Dir = i.Dir
	}
	if c.ownEntrypoint {
		return
	}
	c.imageWords = i.Entrypoint
	if len(c.Command) == 0 {
		c.imageWords = slices.Concat(i.Entrypoint, i.Command)
	}
}

// environment are the variables that the image sets, and the container does not.
func (i *builtImage) environment(c *Container) []substitute.Variable {
	var out []substitute.Variable
	for _, a := range i.Env {
		if c.Env[a.Name] != nil {
			continue
		}
		value := keys.Known(a.Value)
		if a.Value.IsAbsent() || a.Given != "" {
			value = keys.Unknown("the image's build sets it")
		}
		out = append(out, substitute.Variable{Name: a.Name, Value: value})
	}
	return out
}

// maxScripts bounds how many files of an image are followed.
const maxScripts = 20

// readScripts finds what the image starts among the files that the Dockerfile copies: scripts, those that they name in turn, and the package.json
// whose scripts a package runner starts.
func (inv *Inventory) readScripts(i *builtImage) {
	wanted := append(slices.Concat(i.Entrypoint, i.Command), "package.json")
	seen := map[string]bool{}
	for len(wanted) > 0 && len(i.files) < maxScripts {
		word := wanted[0]
		wanted = wanted[1:]
		for _, name := range append(pathWord.FindAllString(word, maxScripts), word) {
			for _, dir := range []string{i.Dir, "/usr/local/bin", "/usr/bin", "/bin", "/"} {
				target := path.Join("/", dir, name)
				if path.IsAbs(name) {
					target = path.Clean(name)
				}
				if seen[target] {
					continue
				}
				seen[target] = true
				if f, ok := inv.script(i, target); ok {
					i.files = append(i.files, f)
					if inv.Repo.Standins().Holds(f.Value.Text()) {
						continue // what it names says something of it
					}
					wanted = append(wanted, pathWord.FindAllString(f.Value.Text().Reveal(), maxScripts)...)
				}
			}
		}
	}
}

// pathWord matches what may name a script in a text.
var pathWord = regexp.MustCompile(`[\w./-]*(?:\.(?:sh|bash|env|json)\b|/[\w.-]+)`)

// script is a file of the image that is copied as it stands: one that is started, or read by what is.
func (inv *Inventory) script(i *builtImage, target string) (PodFile, bool) {
	for _, copied := range slices.Backward(i.Files) {
		into, source := copied.Target, path.Join(i.build.Context, copied.Source)
		if copied.Into != "" && copied.Target != target {
			into = copied.Into
		}
		below, ok := strings.CutPrefix(target, strings.TrimSuffix(into, "/"))
		if !ok || below != "" && below[0] != '/' {
			continue
		}
		switch {
		case copied.Unknown != "":
			if copied.Source == "" && copied.Text == "" && path.Base(target) == "package.json" {
				continue // another stage's, of the same app
			}
			return PodFile{}, false
		case copied.Text != "" && below == "":
			return PodFile{Path: target, Source: i.build.Dockerfile, Value: keys.Known(keys.NewText(copied.Text))}, true
		case copied.Source == "":
			continue
		}
		if matches, _ := path.Match(path.Base(copied.Source), path.Base(target)); matches && strings.Contains(copied.Source, "*") {
			source = path.Dir(source)
		}
		if f, ok := inv.scriptAt(i, path.Join(source, below)); ok {
			f.Path = target
			return f, true
		}
	}
	if path.Dir(target) == i.Dir && path.Base(target) == "package.json" { // in the image of an app that another stage builds
		for _, dir := range []string{path.Dir(i.build.Dockerfile), i.build.Context} {
			if f, ok := inv.scriptAt(i, path.Join(dir, "package.json")); ok {
				f.Path = target
				return f, true
			}
		}
	}
	return PodFile{}, false
}

// scriptAt is a file of the build's context.
func (inv *Inventory) scriptAt(i *builtImage, name string) (PodFile, bool) {
	f := inv.Repo.File(name)
	if f == nil {
		return PodFile{}, false
	}
	if _, out := inv.Repo.LeftOut(i.build.Context, i.build.Dockerfile, f.Path); out {
		return PodFile{}, false
	}
	b, err := f.Plain()
	if err != nil {
		return PodFile{}, false
	}
	return PodFile{Source: f.Path, Value: keys.Known(keys.NewText(string(b))), Inside: f.Inside}, true
}

// dropUnread takes an entrypoint away whose script cannot be read: what it makes of the variables is not known, and it is as a rule nothing.
func (i *builtImage) dropUnread() {
	if len(i.Entrypoint) == 0 {
		return
	}
	name := path.Base(i.Entrypoint[0])
	read := slices.ContainsFunc(i.files, func(f PodFile) bool { return path.Base(f.Path) == name })
	if !read && (path.Ext(name) == ".sh" || strings.Contains(name, "entrypoint")) {
		i.Entrypoint = nil
	}
}
