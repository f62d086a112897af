package inventory

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sources"
)

// variables tells where a variable of a compose project comes from that none of its files sets, or
// that another thing sets before them.
type variables struct {
	files  string // those that were read, for a message
	absent bool   // and none of them is here
	from   string // what gives the rest, where that is one thing and not here; empty for the shell
	reads  string // the reason that goes with it
	dir    string // the project's
}

// why says where a variable comes from.
func (v variables) why(name string) string {
	name = keys.ShownVariable(name)
	if v.from != "" {
		return fmt.Sprintf("%s %s; give --env-file to check it", name, v.reads)
	}
	if v.absent {
		return fmt.Sprintf("%s is set by nothing here: %s is not in the repository; give --env-file to check it", name, v.files)
	}
	return fmt.Sprintf("%s is not in %s; it comes from the shell: give --env-file to check it", name, v.files)
}

// lacks says that a variable is not where the other keys are.
func (v variables) lacks(name string) string {
	return fmt.Sprintf("%s is not in %s, which holds other keys: unless the shell has it, compose puts nothing in its place", keys.ShownVariable(name), v.files)
}

// source names the variable: whoever reads it in the project has the same value.
func (v variables) source(name string) string {
	if v.from != "" {
		return v.from + "'s " + name
	}
	return "the shell's " + name + " in " + v.dir
}

// readVariables reads the files that compose interpolates from: those that the project is started
// with, or the .env beside it. Of several the later wins, and may refer to what an earlier one
// sets (compose-go dotenv: GetEnvFromFile).
func (p *composeProject) readVariables() {
	files := []string{path.Join(p.dir, ".env")}
	env := p.unit.Env
	if p.isSwarm() && !env.Given {
		p.passOver("docker stack deploy reads no .env")
		p.rest = variables{files: "what " + env.At.File + " exports", from: "the shell of " + env.At.String(), dir: p.dir}
		p.rest.reads = "is not exported by " + env.At.File + ", and docker stack deploy reads no .env: it comes from the shell"
		p.readShell(env)
		return
	}
	named := env != nil && (len(env.Files) > 0 || env.Open != "")
	portainer := !named && p.isPortainer()
	switch {
	case portainer:
		files = append(files, path.Join(p.dir, stackEnv))
	case named:
		files = env.Files
	}
	p.rest = variables{files: strings.Join(files, ", "), dir: p.dir}
	if named {
		p.passOver("compose takes its variables from " + render.EnvName(p.unit.Compose, env))
	}
	p.rest.absent = true
	var missing []string
	for _, name := range files {
		f := p.inv.Repo.File(name)
		if f != nil && (!named || !env.Given) && !p.inv.Repo.SameTree(p.dir, name) {
			f = nil
		}
		if f == nil && !portainer {
			if variables, open, ok := p.made(name, p.inDialect); ok {
				for _, v := range variables {
					p.env[v.Name] = v
				}
				if open != "" {
					p.rest.from, p.rest.reads = name, "may be in "+name+": "+open
				}
				continue
			}
		}
		switch {
		case f == nil && named:
			missing = append(missing, name)
			continue
		case f == nil:
			continue
		case f.Locked() != nil && !f.Encrypted(): // as a whole: SOPS leaves the names
			p.rest.from, p.rest.reads = name, "may be in "+name+", which is encrypted"
		}
		p.inv.composeRead[name], p.rest.absent = true, false
		for _, v := range p.variables(f, p.inDialect) {
			p.env[v.Name] = v
		}
	}
	if len(missing) > 0 {
		are := "is"
		if len(missing) > 1 {
			are = "are"
		}
		p.rest.from = strings.Join(missing, " or ")
		p.rest.reads = fmt.Sprintf("comes from %s, with which %s starts compose and which %s not in the repository", p.rest.from, env.At.File, are)
	}
	switch {
	case named && env.Open != "":
		p.rest.from, p.rest.reads = "the file of "+env.At.String(), "is not known: "+env.Open
		p.env = map[string]*Binding{}
	case portainer && p.inv.Repo.File(path.Join(p.dir, stackEnv)) == nil:
		p.rest.from, p.rest.reads = "Portainer in "+p.dir, "comes from Portainer, which writes "+stackEnv+" when it deploys"
	}
	p.readShell(env)
}

// passOver says why the .env beside the project is not read.
func (p *composeProject) passOver(why string) { p.inv.passedOver[path.Join(p.dir, ".env")] = why }

// isSwarm says whether the project is deployed as a stack to Swarm, whose dialect is another.
func (p *composeProject) isSwarm() bool { return p.unit.Env != nil && p.unit.Env.Swarm }

// interpolate fills in variables as what starts the project does.
func (p *composeProject) interpolate(raw string, lookup func(string) (string, bool)) (text string, names []string, ok bool) {
	return p.inv.Repo.Interpolate(sources.Position{File: p.unit.Path}, p.isSwarm(), raw, lookup)
}

// readShell takes up what the shell has exported in which compose is started. It goes before the files.
func (p *composeProject) readShell(env *sources.ComposeEnv) {
	if env == nil {
		return
	}
	if env.ShellOpen != "" {
		p.rest.from, p.rest.reads = "the shell of "+env.ShellAt.String(), "is not known: "+env.At.File+" "+env.ShellOpen
		if env.ShellFrom != "" {
			p.rest.from = env.ShellFrom
		}
		p.env = map[string]*Binding{}
	}
	for _, v := range env.Shell {
		p.inv.composeRead[v.At.File] = true
		switch holder := v.At.File + " " + v.Name; {
		case !v.Text.IsAbsent():
			p.env[v.Name] = written(v.Name, holder, keys.Known(v.Text), v.At)
		case v.Locked != nil:
			p.env[v.Name] = written(v.Name, holder, keys.UnknownFrom(holder, v.Locked.Reason), v.At)
		default:
			p.setElsewhere(v.Name, "the shell of "+env.At.File, "is what "+env.At.String()+" has exported, which is not known")
		}
	}
}

// setElsewhere notes that a variable has a value that is not known, whatever the files say.
func (p *composeProject) setElsewhere(name, from, reads string) {
	delete(p.env, name)
	if p.elsewhere == nil {
		p.elsewhere = map[string]variables{}
	}
	p.elsewhere[name] = variables{files: p.rest.files, from: from, reads: reads, dir: p.dir}
}

// notHere tells where a variable comes from that is not known.
func (p *composeProject) notHere(name string) variables {
	if v, ok := p.elsewhere[name]; ok {
		return v
	}
	if sources.IsCoolifyVariable(name) && p.unit.Compose.IsCoolify() {
		return variables{files: p.rest.files, from: "Coolify in " + p.dir, reads: "is generated by Coolify when it deploys", dir: p.dir}
	}
	return p.rest
}

// readIncluded reads the .env beside an included project. What the project itself sets goes before.
func (p *composeProject) readIncluded(dir string) {
	f := p.inv.Repo.File(path.Join(dir, ".env"))
	if f == nil {
		return
	}
	p.inv.composeRead[f.Path] = true
	p.read = nil
	for _, v := range p.variables(f, p.inDialect) {
		if _, elsewhere := p.elsewhere[v.Name]; p.env[v.Name] == nil && !elsewhere && (p.unit.Env == nil || p.unit.Env.ShellOpen == "") {
			p.env[v.Name] = v
		}
	}
}

// stackEnv is the file that Portainer writes beside a stack that it deploys: what .env holds, and
// the variables that the stack has there. Services take it in with "env_file: stack.env"
// (docs.portainer.io/user/docker/stacks/add: environment variables).
const stackEnv = "stack.env"

// isPortainer says whether Portainer deploys the project: a service takes in what it writes, or
// the file lies there.
func (p *composeProject) isPortainer() bool {
	at := path.Join(p.dir, stackEnv)
	return p.inv.Repo.File(at) != nil || slices.ContainsFunc(p.unit.Compose.Services, func(s sources.ComposeService) bool {
		return slices.ContainsFunc(s.EnvFiles, func(f sources.ComposeEnvFile) bool { return f.Path == at })
	})
}

// fromPortainer gives a container the variables of the stack, where the file is the one that
// Portainer writes.
func (p *composeProject) fromPortainer(c *Container, env sources.ComposeEnvFile) bool {
	if env.Path != path.Join(p.dir, stackEnv) {
		return false
	}
	if p.unit.Env != nil && p.unit.Env.Given { // the user says what the stack has
		for _, v := range p.env {
			b := *v
			b.Holder = c.holder(v.Name)
			c.set(&b)
		}
		return true
	}
	p.inv.openFile(c, "Portainer writes "+stackEnv+" when it deploys")
	c.OpenFrom = p.rest.from
	c.opensAt(func() sources.Position { return env.At })
	return true
}
