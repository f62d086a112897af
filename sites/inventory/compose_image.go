package inventory

import (
	"path"
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// gatewayImage is the image that a service builds, where that is one of a gateway: what the Dockerfile copies,
// sets and starts makes the gateway's configuration. It is nil for any other service.
func (p *composeProject) gatewayImage(s sources.ComposeService) (*sources.Image, *sources.File) {
	if s.Context == "" {
		return nil, nil
	}
	f := p.inv.Repo.File(path.Join(s.Context, s.Dockerfile))
	if f == nil || !p.inv.Repo.SameTree(p.dir, f.Path) {
		return nil, nil
	}
	b, err := f.Plain()
	if err != nil {
		return nil, nil
	}
	d, err := sources.ParseDockerfile(b)
	if err != nil {
		return nil, nil
	}
	args := map[string]keys.Value{}
	for _, a := range s.Args {
		args[a.Name] = p.resolve(a, s.Name, "build.args ").Value
	}
	image, ok := d.With(args, p.inv.Repo.Standins()).Image(s.Target)
	if backend := backendOf(&Container{Image: image.Base}); !ok || backend != "Kong" && backend != "Envoy" {
		return nil, nil
	}
	p.use(f.Path)
	return &image, f
}

// setImage gives the container the variables of its image, over which all others go.
func (p *composeProject) setImage(c *Container, s sources.ComposeService, image *sources.Image, f *sources.File) {
	c.Image = image.Base
	if c.Dir == "" {
		c.Dir = image.Dir
	}
	for _, a := range image.Env {
		b := written(a.Name, f.Path+" ENV "+a.Name, keys.Known(a.Value), a.In(f.Path))
		if a.Value.IsAbsent() {
			b.Value = keys.Unknown(a.Unknown)
		}
		if i := slices.IndexFunc(s.Args, func(arg sources.ComposeVariable) bool { return arg.Name == a.Given }); a.Given != "" && i >= 0 {
			b = p.resolve(s.Args[i], b.Holder, "build.args ")
			b.Name = a.Name
		}
		c.set(b)
	}
}

// mountImage shows the container the files of its image, as if they were mounted, the last one first: the first
// mount of a place counts.
func (p *composeProject) mountImage(s sources.ComposeService, image *sources.Image, dockerfile *sources.File, mount func(target string, part volumePart)) {
	replaced := map[string]bool{} // files over which a later one lies
	for _, f := range slices.Backward(image.Files) {
		if replaced[f.Target] {
			continue
		}
		part := volumePart{kind: "path", name: path.Join(s.Context, f.Source), unknown: f.Unknown, replaced: f.Replaced}
		part.leftOut = func(file string) bool {
			_, out := p.inv.Repo.LeftOut(s.Context, dockerfile.Path, file)
			return out
		}
		file := p.inv.Repo.File(part.name) != nil
		if file && part.leftOut(part.name) {
			part.unknown, part.replaced, part.leftOut = "its Dockerfile copies it, and .dockerignore keeps it from the build", true, nil
		}
		replaced[f.Target] = file || path.Ext(f.Source) != "" || f.Text != ""
		switch {
		case f.Source != "" && !file && path.Ext(f.Source) != "":
			part.kind, part.name, part.unknown = "made", dockerfile.Path+" "+f.Target, part.name+", which its Dockerfile copies, is not in the repository"
		case f.Text != "":
			line := f.TextLine
			part.kind, part.name = "text", dockerfile.Path+" "+f.Target
			part.text = sources.ComposeText{Content: keys.NewText(f.Text), Inside: func(n, column, end int) sources.Position {
				return dockerfile.Inside(line+n-1, column, end)
			}}
		case f.Source == "":
			part.kind, part.name = "made", dockerfile.Path+" "+f.Target
		case !file && f.Into != "":
			f.Target = f.Into
		}
		mount(f.Target, part)
		if file && path.Ext(f.Target) == "" { // which may be a directory of the base
			mount(path.Join(f.Target, path.Base(part.name)), part)
		}
	}
}

// imageWords are what the container starts: what the service says goes before what its image does, and
// an entrypoint takes the image's command away.
func imageWords(s sources.ComposeService, image *sources.Image) []string {
	entrypoint, command := image.Entrypoint, image.Command
	if s.Entrypoint.Words != nil {
		entrypoint, command = nil, nil
	}
	if s.Command.Words != nil {
		command = nil
	}
	return append(entrypoint[:len(entrypoint):len(entrypoint)], command...)
}
