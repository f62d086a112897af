package sources

import (
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/internal/current"
	"github.com/keylint/keylint/sources/nodes"
)

// ComposeProject is what "docker compose -f A -f B" makes of several files: the later
// merged over the earlier, services that extend others filled in, included projects
// added. compose-go merges untyped trees and knows no lines; here the same rules merge
// services that know where each of their variables is written, and a test compares the
// two.
type ComposeProject struct {
	Files    []*File // that are given, in order
	Name     string  // with which the names of its networks begin; empty where only the shell knows it
	Services []ComposeService
	Read     []string // further files that it was made of
	Faults   []string // why a part of it is not there
}

// Dir is the project's directory: that of its first file.
func (p *ComposeProject) Dir() string { return p.Files[0].Dir() }

// Find is the service of that name, nil where there is none.
func (p *ComposeProject) Find(name string) *ComposeService {
	for i := range p.Services {
		if p.Services[i].Name == name {
			return &p.Services[i]
		}
	}
	return nil
}

// maxComposeDepth bounds how deep files include and services extend each other.
const maxComposeDepth = 20

// ComposeProject reads the project of the files. What is wrong with it is noted.
func (r *Repository) ComposeProject(files ...*File) *ComposeProject {
	defer current.Begin("reading the compose project", files[0].Path)()
	p := &ComposeProject{Files: files}
	dir := p.Dir()
	if dir != "." {
		p.Name = path.Base(dir)
	}
	for _, f := range files {
		r.validateCompose(f)
		p.Name = firstText(f.composeProjectName(), p.Name)
		for _, s := range r.extended(p, f, f.composeServices(dir), dir, 0) {
			p.merge(s)
		}
	}
	for _, f := range files {
		r.include(p, dir, map[string]bool{f.Path: true}, []including{{file: f}})
	}
	for i := range p.Services {
		if s := &p.Services[i]; s.Dockerfile == "" {
			s.Dockerfile = "Dockerfile"
		}
	}
	return p
}

// merge puts a service of a later file over that of the same name.
func (p *ComposeProject) merge(s ComposeService) {
	if base := p.Find(s.Name); base != nil {
		*base = mergeServices(*base, s)
		return
	}
	p.Services = append(p.Services, s)
}

// mergeServices is compose's merging (compose-spec: 13-merge.md): variables by name,
// mounts by target, lists one behind the other, commands replaced.
func mergeServices(base, over ComposeService) ComposeService {
	out := base
	out.Name = over.Name
	for field := range over.replace {
		out.clear(field)
	}
	out.extends, out.EnvDir = over.extends, firstText(over.EnvDir, base.EnvDir)
	out.Image = firstText(over.Image, out.Image)
	out.Context = firstText(over.Context, out.Context)
	out.Dockerfile = firstText(over.Dockerfile, out.Dockerfile)
	out.Target = firstText(over.Target, out.Target)
	out.WorkingDir = firstText(over.WorkingDir, out.WorkingDir)
	out.Hooked = out.Hooked || over.Hooked
	out.Args = mergeVariables(out.Args, over.Args)
	out.Environment = mergeVariables(out.Environment, over.Environment)
	out.Labels, out.Routes = mergeVariables(out.Labels, over.Labels), mergeVariables(out.Routes, over.Routes)
	out.Uses = mergeVariables(out.Uses, over.Uses)
	out.Container, out.Networks = firstText(over.Container, out.Container), mergeNetworks(out.Networks, over.Networks)
	out.EnvFiles = mergeBy(out.EnvFiles, over.EnvFiles, func(f ComposeEnvFile) string { return f.Path })
	out.Mounts = mergeBy(out.Mounts, over.Mounts, func(m ComposeMount) string { return m.Target })
	out.Profiles = mergeBy(out.Profiles, over.Profiles, func(profile string) string { return profile })
	out.Configs = mergeBy(out.Configs, over.Configs, func(c ComposeConfig) string { return c.Target })
	if over.Entrypoint.Words != nil {
		out.Entrypoint = over.Entrypoint
	}
	if over.Command.Words != nil {
		out.Command = over.Command
	}
	if over.Health.Words != nil {
		out.Health = over.Health
	}
	return out
}

// clear takes a field away, for an override that says !reset or !override.
func (s *ComposeService) clear(field string) {
	switch field {
	case "environment":
		s.Environment = nil
	case "env_file":
		s.EnvFiles = nil
	case "volumes":
		s.Mounts = nil
	case "configs", "secrets":
		var kept []ComposeConfig
		for _, c := range s.Configs {
			if strings.HasPrefix(c.Target, "/run/secrets/") != (field == "secrets") {
				kept = append(kept, c)
			}
		}
		s.Configs = kept
	case "entrypoint":
		s.Entrypoint = ComposeCommand{}
	case "command":
		s.Command = ComposeCommand{}
	case "healthcheck":
		s.Health = ComposeCommand{}
	case "image":
		s.Image = ""
	case "labels":
		s.Labels, s.Routes, s.Uses = nil, nil, nil
	case "profiles":
		s.Profiles = nil
	case "build":
		s.Context, s.Dockerfile, s.Target, s.Args = "", "", "", nil
	}
}

func firstText(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func mergeVariables(base, over []ComposeVariable) []ComposeVariable {
	return mergeBy(base, over, func(v ComposeVariable) string { return v.Name })
}

// mergeBy lists what is in either, what is over in the place of what has its name.
func mergeBy[T any](base, over []T, name func(T) string) []T {
	out := append([]T(nil), base...)
	at := map[string]int{}
	for i, v := range out {
		at[name(v)] = i
	}
	for _, v := range over {
		if i, ok := at[name(v)]; ok {
			out[i] = v
			continue
		}
		at[name(v)] = len(out)
		out = append(out, v)
	}
	return out
}

// extended fills in the services that extend others, of the same file or of another.
func (r *Repository) extended(p *ComposeProject, f *File, services []ComposeService, dir string, depth int) []ComposeService {
	done := map[string]ComposeService{}
	busy := map[string]bool{}
	var resolve func(s ComposeService) ComposeService
	resolve = func(s ComposeService) ComposeService {
		if known, ok := done[s.Name]; ok {
			return known
		}
		base, ok := ComposeService{}, false
		fault := ""
		switch {
		case s.extends.service == "":
			return s
		case busy[s.Name] || depth > maxComposeDepth:
			fault = "services extend each other in a circle"
		case s.extends.file != "":
			base, ok, fault = r.baseIn(p, s.extends, dir, depth)
		default:
			busy[s.Name] = true
			for _, other := range services {
				if other.Name == s.extends.service {
					base, ok = resolve(other), true
				}
			}
			busy[s.Name] = false
			if !ok {
				fault = "it extends the service " + s.extends.service + ", which is not there"
			}
		}
		if fault != "" {
			r.Note(NoteUnreadable, s.extends.at, "compose service "+s.Name+": "+fault)
			p.Faults = append(p.Faults, "compose service "+s.Name+": "+fault)
		}
		if ok {
			s = mergeServices(base, s)
		}
		s.extends = composeExtends{}
		done[s.Name] = s
		return s
	}
	out := make([]ComposeService, len(services))
	for i, s := range services {
		out[i] = resolve(s)
	}
	return out
}

// baseIn is the service of another file that one extends. Paths in it are relative to
// that file.
func (r *Repository) baseIn(p *ComposeProject, e composeExtends, dir string, depth int) (ComposeService, bool, string) {
	f, fault := r.composeFile(dir, e.file)
	if f == nil {
		return ComposeService{}, false, "it extends a service of " + fault
	}
	if depth > maxComposeDepth {
		return ComposeService{}, false, "services extend each other in a circle"
	}
	p.Read = append(p.Read, f.Path)
	var of []ComposeService // the chain that leads to it, and no more
	all := f.composeServices(f.Dir())
	for _, s := range all {
		if s.Name == e.service {
			of = r.extended(p, f, withBases(all, s), f.Dir(), depth+1)
		}
	}
	for _, s := range of {
		if s.Name == e.service {
			return s, true, ""
		}
	}
	return ComposeService{}, false, "it extends the service " + e.service + ", which " + f.Path + " does not have"
}

// withBases are a service and those of the same file that it extends.
func withBases(all []ComposeService, s ComposeService) []ComposeService {
	out := []ComposeService{s}
	for len(out) <= len(all) {
		last := out[len(out)-1].extends
		found := false
		for _, other := range all {
			if last.file == "" && last.service == other.Name {
				out, found = append(out, other), true
				break
			}
		}
		if !found {
			break
		}
	}
	return out
}

// composeFile is the file that a path of a compose file names, or what is wrong with it.
func (r *Repository) composeFile(dir, name string) (*File, string) {
	switch {
	case path.IsAbs(name) || name == ".." || strings.HasPrefix(name, "../") || !r.SameTree(dir, name):
		return nil, "a file outside the repository"
	case r.File(name) == nil && r.Withheld(name) != "":
		return nil, "a file that was not read: " + r.Withheld(name)
	case r.File(name) == nil:
		return nil, "a file that is not in the repository"
	}
	return r.File(name), ""
}

// including is a file that includes others, and where it names the one that is looked at.
type including struct {
	file *File
	at   Position
}

// include adds the services of projects that the last file of a chain includes. A service that is there already stays.
func (r *Repository) include(p *ComposeProject, dir string, seen map[string]bool, chain []including) {
	depth := len(chain) - 1
	last := &chain[depth]
	for _, d := range last.file.Documents() {
		for _, item := range nodes.Items(nodes.Field(d.Root, "include")) {
			names, at := composePaths(item), d.Position(nodes.Follow(item))
			project := nodes.Text(nodes.Field(item, "project_directory"))
			for i, text := range names {
				if strings.Contains(text, "://") || strings.HasPrefix(text, "git@") || strings.Contains(text, ".git") {
					r.Note(NoteNotFetched, at, "the included project is remote, and was not fetched")
					p.Faults = append(p.Faults, "an included project is remote, and was not fetched")
					continue
				}
				included, fault := r.composeFile(dir, ComposePath(dir, text))
				switch {
				case included == nil:
					kind := NoteUnreadable
					if strings.Contains(fault, "outside") {
						kind = NoteRefused
					}
					r.Note(kind, at, "it includes "+fault)
					p.Faults = append(p.Faults, "it includes "+fault)
					continue
				case depth > maxComposeDepth:
					r.Note(NoteBound, at, "files include each other more than 20 deep; the rest is left out")
					continue
				}
				last.at = at
				if from := slices.IndexFunc(chain, func(i including) bool { return i.file == included }); from >= 0 {
					r.noteCircle(chain[from:])
				}
				if seen[included.Path] {
					continue
				}
				seen[included.Path] = true
				p.Read = append(p.Read, included.Path)
				if i == 0 && project == "" {
					project = included.Dir()
				} else if i == 0 {
					project = ComposePath(dir, project)
				}
				for _, s := range r.extended(p, included, included.composeServices(project), project, depth) {
					s.EnvDir = project
					if p.Find(s.Name) == nil || i > 0 {
						p.merge(s)
					}
				}
				r.include(p, project, seen, append(chain[:len(chain):len(chain)], including{file: included}))
			}
		}
	}
}

// noteCircle tells of files that include each other, which compose refuses, where the first of them by its path does:
// whichever of them is started, the circle is one.
func (r *Repository) noteCircle(circle []including) {
	first := slices.MinFunc(circle, func(a, b including) int { return strings.Compare(a.file.Path, b.file.Path) })
	r.Note(NoteUnreadable, first.at, "files include each other in a circle")
}

func composePaths(item *yaml.Node) []string {
	if text := nodes.Text(item); text != "" {
		return []string{text}
	}
	n := nodes.Field(item, "path")
	if text := nodes.Text(n); text != "" {
		return []string{text}
	}
	var out []string
	for _, p := range nodes.Items(n) {
		out = append(out, nodes.Text(p))
	}
	return out
}
