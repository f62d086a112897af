package inventory

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/keylint/keylint/internal/current"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/substitute"
)

// collectCompose reads the compose files: each service is a container, and what it
// builds with is a carrier of the app in the build context.
func (inv *Inventory) collectCompose() {
	for _, u := range inv.Units {
		if u.Compose == nil {
			continue
		}
		done := current.Begin("filling in the variables of", u.Compose.Files[0].Path)
		p := &composeProject{inv: inv, unit: u, dir: u.Compose.Dir(), env: map[string]*Binding{}, asked: map[string]bool{}}
		p.readVariables()
		p.noteRefusal()
		for _, s := range u.Compose.Services {
			if u.ComposeOnly == nil || u.ComposeOnly[s.Name] {
				p.addService(s)
				continue
			}
			for _, v := range s.Environment { // collected elsewhere; the .env serves them all the same
				p.resolve(v, "", inEnvironment)
			}
		}
		p.addStack()
		p.tellLacking()
		done()
	}
}

// composeProject is one compose file with the variables that it is interpolated from.
type composeProject struct {
	inv       *Inventory
	unit      *render.Unit
	dir       string
	env       map[string]*Binding  // which compose interpolates from
	rest      variables            // where what they do not set comes from
	elsewhere map[string]variables // and single ones, which something not known sets
	asked     map[string]bool      // the names that an interpolation asked for
	stack     bool                 // one of the services is Supabase's own
	read      map[envForm]envFile  // the files that services take in, with the variables that are known so far
	lacking   []lacking
}

// inDialect is compose's own dialect, with the variables that are known so far.
func (p *composeProject) inDialect(b []byte) []sources.Variable {
	return p.inv.Repo.ComposeEnv(sources.Position{File: p.unit.Path}, b, p.lookup)
}

// variables reads a file of variables. Of one that SOPS encrypted and that is locked the names are known.
func (p *composeProject) variables(f *sources.File, parse func([]byte) []sources.Variable) []*Binding {
	b, err := f.Plain()
	if err != nil {
		return nil
	}
	if f.Locked() != nil {
		var out []*Binding
		for _, v := range f.Dotenv() {
			out = append(out, Locked(f, v))
		}
		return out
	}
	var out []*Binding
	for _, v := range parse(b) {
		out = append(out, written(v.Name, f.Path+" "+v.Name, keys.Known(v.Value), v.In(f.Path)))
	}
	return out
}

// envFile reads a file of variables once, however many services take it in.
func (p *composeProject) envFile(f *sources.File, raw bool, parse func([]byte) []sources.Variable) envFile {
	of := envForm{f.Path, raw}
	file, ok := p.read[of]
	if !ok {
		file.all = p.variables(f, parse)
		for _, v := range file.all {
			file.cost += p.inv.costOf(v.Name, v.Value)
		}
		if p.read == nil {
			p.read = map[envForm]envFile{}
		}
		p.read[of] = file
	}
	return file
}

// envForm is a file of variables, in one of its two forms.
type envForm struct {
	path string
	raw  bool
}

// envFile is what such a file sets, and what it costs that a service takes it in.
type envFile struct {
	all  []*Binding
	cost int
}

// Locked is a variable in a file that is locked: what SOPS encrypted in one place is one value, whatever it is.
func Locked(f *sources.File, v sources.Variable) *Binding {
	holder := f.Path + " " + v.Name
	return written(v.Name, holder, keys.UnknownFrom(holder, f.Locked().Reason), v.In(f.Path))
}

// written is a variable with its value where both are written.
func written(name, holder string, value keys.Value, at sources.Position) *Binding {
	return &Binding{Name: name, Holder: holder, Value: value, Where: Stands(at, sources.Step{At: at, Text: holder})}
}

func (p *composeProject) addService(s sources.ComposeService) {
	c := &Container{
		owner: "compose service " + s.Name, Name: s.Name, Image: s.Image, Unit: p.unit, Env: map[string]*Binding{}, Dir: s.WorkingDir, Inside: s.InsideCommand,
	}
	c.Carrier = &Carrier{Kind: InContainer, Name: p.unit.Name + " service " + s.Name, File: p.unit.Path, Unit: p.unit}
	c.Carrier.Idle = p.notStarted(s)
	c.OpenEnv = append(c.OpenEnv, p.unit.Compose.Faults...)
	if s.EnvDir != "" {
		p.readIncluded(s.EnvDir)
	}
	image, dockerfile := p.gatewayImage(s)
	if image != nil {
		p.setImage(c, s, image, dockerfile)
	}
	var optional []sources.ComposeEnvFile // that are not in the repository
	for _, env := range s.EnvFiles {
		env.Path = p.path(s, env.Path)
		f := p.inv.Repo.File(env.Path)
		if f != nil && !p.inv.Repo.SameTree(p.dir, env.Path) {
			f = nil // of another repository that is linted together with this one
		}
		if f == nil && env.Optional {
			p.inv.openFile(c, "the env_file "+env.Path+" is not in the repository, and is taken in where it is there")
			optional = append(optional, env)
			continue
		}
		if f == nil && p.fromPortainer(c, env) {
			continue
		}
		parse := p.inDialect
		if env.Raw || p.isSwarm() {
			parse = sources.ParseRawEnv
		}
		if f == nil {
			if variables, open, ok := p.made(env.Path, parse); ok {
				if open != "" {
					p.inv.openFile(c, open)
				}
				for _, v := range variables {
					v.Holder = c.holder(v.Name)
					c.set(v)
				}
				continue
			}
			if !dataStores.MatchString(s.Image) {
				p.lack(s, env.Path, env.At)
			}
			p.inv.openFile(c, "the env_file "+env.Path+" is not in the repository")
			continue
		}
		p.use(f.Path)
		variables := p.envFile(f, env.Raw || p.isSwarm(), parse)
		if !p.inv.takes(c, f.Path, f.Path, variables.cost) {
			continue
		}
		for _, v := range variables.all {
			of := *v
			of.Holder = c.holder(v.Name)
			c.set(&of)
		}
	}
	for _, v := range s.Environment {
		c.set(p.resolve(v, c.holder(v.Name), inEnvironment))
	}
	for _, env := range optional {
		if !dataStores.MatchString(s.Image) && !p.inv.isGivenKeys(c, s) {
			p.lack(s, env.Path, env.At)
		}
	}
	own := &Pod{Owner: c.owner, Unit: p.unit, Containers: []*Container{c}}
	c.Hooked = s.Hooked
	mount := func(target string, part volumePart) {
		name := fmt.Sprint(len(own.volumes))
		own.volumes = append(own.volumes, volume{name: name, parts: []volumePart{part}})
		c.Mounts = append(c.Mounts, substitute.Mount{Volume: name, Path: target})
	}
	for _, m := range s.Mounts {
		m.Source, m.Target = p.path(s, m.Source), p.filled(m.Target)
		if !m.Text.Content.IsAbsent() {
			mount(m.Target, volumePart{kind: "text", name: p.unit.Name + " content of " + m.Source, text: m.Text})
			continue
		}
		// Whoever mounts the sources over the image runs them as they are, and builds nothing.
		c.MountsSource = c.MountsSource || s.Context != "" && (m.Source == s.Context || strings.HasPrefix(s.Context, m.Source+"/") || strings.HasPrefix(m.Source, s.Context+"/src"))
		if backend := backendOf(c); (backend == "Kong" || backend == "Envoy") && configuration.MatchString(m.Source) {
			p.lackFile(s, m.Source)
		}
		mount(m.Target, volumePart{kind: "path", name: m.Source})
		c.mayWrite(own.volumes[len(own.volumes)-1].name, m.ReadOnly)
	}
	for _, config := range s.Configs {
		if config.External != "" {
			mount(config.Target, p.external(config))
		} else if config.Source != "" {
			p.lackFile(s, p.path(s, config.Source))
			mount(config.Target, volumePart{kind: "path", name: p.path(s, config.Source)})
		} else {
			mount(config.Target, volumePart{kind: "text", name: p.unit.Name + " config " + config.Name, text: config.Text, by: p.fillerOf(config.Text)})
		}
	}
	if image != nil { // the mounts lie over what it has
		p.mountImage(s, image, dockerfile, mount)
		c.Command = imageWords(s, image)
	}
	for _, word := range s.Words() {
		c.Command = append(c.Command, p.interpolated(word))
	}
	c.ownEntrypoint = s.Entrypoint.Words != nil
	first := len(c.Command) - len(s.Words())
	c.insideWord = func(word, line, column, end int) sources.Position {
		return p.insideWord(s, word-first, line, column, end)
	}
	p.inv.Pods = append(p.inv.Pods, own)
	p.inv.followCommand(own, c)
	p.inv.addPostgRESTConfig(own, c)
	p.inv.fillCarrier(c)
	p.inv.addFromFiles(own, c)
	p.stack = p.stack || c.Carrier.Backend != ""
	p.inv.Containers = append(p.inv.Containers, c)
	p.addHealthCheck(s, c)
	p.addArguments(s, c)
	p.addLabels(s, c)
	p.addRoutes(s, c)
	p.addBuild(s, c)
}

// addStack adds the stack's .env as a carrier of what the services take from it.
func (p *composeProject) addStack() {
	if !p.stack {
		return
	}
	byFile := map[string]*Carrier{}
	for _, name := range slices.Sorted(maps.Keys(p.asked)) {
		v := p.env[name]
		file := v.At().File
		if byFile[file] == nil {
			byFile[file] = &Carrier{Kind: InStack, Name: file, File: file, Unit: p.unit, Stack: true}
			p.inv.Composed = append(p.inv.Composed, byFile[file])
		}
		byFile[file].Bindings = append(byFile[file].Bindings, &Binding{Name: name, Holder: v.Holder, Value: v.Value, Where: Placement{at: v.At(), Written: v.At()}})
	}
}

// use makes a file part of the unit.
func (p *composeProject) use(file string) {
	if !slices.Contains(p.unit.Inputs, file) {
		p.unit.Inputs = append(p.unit.Inputs, file)
	}
}

// suppliesKeys says whether the files of variables are all here and hold keys: what they do not
// hold is then nothing.
func (p *composeProject) suppliesKeys() bool {
	if p.rest.from != "" {
		return false
	}
	for name := range p.env {
		if p.inv.Names.Of(name).Slot != "" {
			return true
		}
	}
	return false
}

// addBuild adds the build arguments: they are built into the app.
func (p *composeProject) addBuild(s sources.ComposeService, c *Container) {
	if s.Context == "" {
		return
	}
	dockerfile := s.Dockerfile
	if dockerfile == "" {
		dockerfile = "Dockerfile"
	}
	declared := composeBuild{Service: s.Name, Context: s.Context, Dockerfile: path.Join(s.Context, dockerfile), Target: s.Target, Image: s.Image, Args: map[string]*Binding{}}
	built := &Carrier{Kind: InBuild, Name: p.unit.Name + " build of " + s.Name, File: p.unit.Path, App: s.Context, Unit: p.unit, Idle: c.Carrier.Idle}
	for _, a := range s.Args {
		v := p.resolve(a, fmt.Sprintf("%s build.args %s of %s", p.unit.Name, a.Name, s.Name), "build.args ")
		built.Bindings = append(built.Bindings, v)
		declared.Args[a.Name] = v
	}
	declared.Carrier, declared.Project = built, p.unit.Compose
	p.inv.ComposeBuilds = append(p.inv.ComposeBuilds, declared)
	if built.URLs = p.inv.URLs(built.Bindings); len(built.URLs) == 0 {
		built.URLs = c.Carrier.URLs
	}
	p.inv.Composed = append(p.inv.Composed, built)
}

// composeBuild is a build that a compose file declares.
type composeBuild struct {
	Service    string
	Context    string
	Dockerfile string
	Target     string
	Image      string
	Args       map[string]*Binding
	Carrier    *Carrier // of the arguments
	Project    *sources.ComposeProject
}
