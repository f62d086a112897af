package render

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/sources"
)

// composeOverride are the overrides that compose takes up by itself, in the order in which it looks
// for them (compose-go cli: DefaultOverrideFileNames).
var composeOverride = []string{"compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"}

// minAlternative is how many services of a project a further file has to say whole, and half of them at
// the least, for it to be a stack of its own: an overlay has their images from the base.
const minAlternative = 3

// composeUnits makes units of compose files: in each directory the project that "docker
// compose up" starts, for the files that a command gives together the project of these, and
// for every further file that changes a service of another the project that "-f" with that
// file starts, as far as it differs. Any other file is a project of its own.
func composeUnits(repo *sources.Repository, files []*sources.File) []*Unit {
	calls := repo.ComposeCalls()
	for _, call := range calls { // what overlays another need not have the shape, nor the name
		if !slices.ContainsFunc(call.Files, func(name string) bool { return repo.File(name).BearsKeys() }) {
			continue
		}
		for _, name := range call.Files {
			if f := repo.File(name); f.IsManifest() && !f.Example && !slices.Contains(files, f) {
				files = append(files, f)
			}
		}
	}
	if len(files) == 0 {
		return nil
	}
	byDir := map[string][]*sources.File{}
	for _, f := range files {
		byDir[f.Dir()] = append(byDir[f.Dir()], f)
	}
	for _, f := range repo.Files() {
		if path.Base(f.Path) == ".env" && byDir[f.Dir()] == nil && f.Mentions("COMPOSE_FILE") {
			byDir[f.Dir()] = nil // it may list files of other directories
		}
	}
	p := &composePlan{repo: repo, calls: calls, taken: map[string]bool{}, alone: map[string]*Unit{}}
	for _, dir := range slices.Sorted(maps.Keys(byDir)) {
		base := composeDefault(repo, dir)
		var unit *Unit
		if len(base) > 0 {
			unit = p.add(base[0].Path, nil, repo.ComposeProject(base...))
			unit.Env = listedFrom(repo, dir, unit.Compose.Dir())
			for _, f := range base {
				p.taken[f.Path] = true
			}
		}
		for _, f := range byDir[dir] {
			p.place(f, unit)
		}
	}
	kept := p.units[:0]
	for _, u := range p.units { // what another project is made of is none of its own
		if len(u.Compose.Files) > 1 || !p.taken[u.Name] || isDefault(u.Name) {
			kept = append(kept, u)
		}
	}
	return startedWith(p.calls, repo, kept)
}

// listedFrom is what compose takes the variables of a project from whose files the .env of another directory lists:
// from that one, and then from the one beside the project (docker/compose cmd/compose: toProjectOptions). It is
// nil where the two are one.
func listedFrom(repo *sources.Repository, dir, project string) *sources.ComposeEnv {
	listing, beside := path.Join(dir, ".env"), path.Join(project, ".env")
	if listing == beside {
		return nil
	}
	env := &sources.ComposeEnv{Files: []string{listing}, At: sources.Position{File: listing}}
	if repo.File(beside) != nil {
		env.Files = []string{beside, listing}
	}
	return env
}

// composePlan is how compose files make projects.
type composePlan struct {
	repo  *sources.Repository
	calls []sources.ComposeCall
	taken map[string]bool  // files that are part of a project
	alone map[string]*Unit // those of a single file that is no base, by its path
	units []*Unit
}

func (p *composePlan) add(name string, only map[string]bool, project *sources.ComposeProject) *Unit {
	u := &Unit{Name: name, Kind: ComposeFile, Path: name, Compose: project, ComposeOnly: only, Missing: project.Faults}
	for _, f := range project.Files {
		u.Inputs = append(u.Inputs, f.Path)
	}
	u.Inputs = append(u.Inputs, project.Read...)
	for _, name := range project.Read {
		p.taken[name] = true
	}
	p.units = append(p.units, u)
	return u
}

// place finds the project that a file makes beside that of its directory, which may be nil.
func (p *composePlan) place(f *sources.File, unit *Unit) {
	if p.taken[f.Path] || p.alone[f.Path] != nil {
		return
	}
	if list := p.givenTogether(f); list != nil {
		p.together(list)
		return
	}
	own := p.repo.ComposeProject(f)
	if b := f.ComposeBase(); b != nil && (unit == nil || !shares(unit.Compose, own)) {
		p.place(b, unit)
		if of := p.alone[b.Path]; of != nil {
			p.over(of, f, own)
			return
		}
	}
	switch {
	case unit == nil || !shares(unit.Compose, own):
		u := p.add(f.Path, nil, own)
		p.alone[f.Path] = u
		for _, name := range slices.Sorted(maps.Keys(p.alone)) { // of one stack, for another environment
			if other := p.alone[name]; other != u && other.Compose.Dir() == f.Dir() && saysAnew(other.Compose, own) {
				u.Instead = other
				break
			}
		}
	case saysAnew(unit.Compose, own) || !f.IsComposeName() && isWhole(own):
		p.add(f.Path, nil, own).Instead = unit
	default:
		p.over(unit, f, own)
	}
}

// over adds the project that a file makes of another, as far as it differs.
func (p *composePlan) over(unit *Unit, f *sources.File, own *sources.ComposeProject) {
	only := map[string]bool{}
	for _, s := range own.Services {
		if !s.IsBare() {
			only[s.Name] = true
		}
	}
	if len(only) == 0 { // labels, ports and the like: it starts what the base does
		unit.Inputs = append(unit.Inputs, f.Path)
		return
	}
	base := unit.Compose.Files
	p.add(f.Path, only, p.repo.ComposeProject(append(base[:len(base):len(base)], f)...)).Over = unit
}

// givenTogether are the files that a command gives with "-f", of which this is one and none is what
// compose takes up by itself; nil where there are none, or where a command gives the file alone.
func (p *composePlan) givenTogether(f *sources.File) []string {
	var list []string
	for _, call := range p.calls {
		switch {
		case !slices.Contains(call.Files, f.Path):
		case len(call.Files) == 1:
			return nil
		case list == nil && !slices.ContainsFunc(call.Files, isDefault):
			list = call.Files
		}
	}
	return list
}

// together adds the project of files that are given together.
func (p *composePlan) together(list []string) {
	var files []*sources.File
	for _, name := range list {
		files = append(files, p.repo.File(name))
		p.taken[name] = true
	}
	name := list[0]
	if slices.ContainsFunc(p.units, func(u *Unit) bool { return u.Name == name }) { // one base, laid over by several
		name = list[len(list)-1]
	}
	p.add(name, nil, p.repo.ComposeProject(files...))
}

// shares says whether a file changes a service of the project.
func shares(project, own *sources.ComposeProject) bool {
	return slices.ContainsFunc(own.Services, func(s sources.ComposeService) bool { return project.Find(s.Name) != nil })
}

// saysAnew says whether a file has images of its own for so many services of the project that it is a stack
// in its place.
func saysAnew(project, own *sources.ComposeProject) bool {
	anew := 0
	for _, s := range own.Services {
		if project.Find(s.Name) != nil && (s.Image != "" || s.Context != "") {
			anew++
		}
	}
	return anew >= minAlternative && anew*2 >= len(project.Services)
}

// isWhole says whether each of a project's services says what it runs.
func isWhole(project *sources.ComposeProject) bool {
	return !slices.ContainsFunc(project.Services, func(s sources.ComposeService) bool { return s.Image == "" && s.Context == "" })
}

func isDefault(name string) bool {
	for _, n := range sources.ComposeFileNames {
		if path.Base(name) == n {
			return true
		}
	}
	return false
}

var composeFileVariable = regexp.MustCompile(`(?m)^(?:export )?COMPOSE_FILE=["']?([^"'\r\n#]+?)["']?\s*$`)

// composeDefault are the files of a directory's project: those that COMPOSE_FILE in its
// .env lists, or the base and its override.
func composeDefault(repo *sources.Repository, dir string) []*sources.File {
	if env := repo.File(path.Join(dir, ".env")); env != nil {
		if b, err := env.Plain(); err == nil {
			if m := composeFileVariable.FindSubmatch(b); m != nil {
				var files []*sources.File
				for _, name := range strings.FieldsFunc(string(m[1]), func(r rune) bool { return r == ':' || r == ';' }) {
					f := repo.File(path.Join(dir, name))
					if f == nil || !repo.SameTree(dir, path.Join(dir, name)) {
						repo.Note(sources.NoteUnreadable, env.At(), "COMPOSE_FILE names "+sources.Shown(name)+", which is not in the repository")
						continue
					}
					files = append(files, f)
				}
				if len(files) > 0 {
					return files
				}
			}
		}
	}
	var files []*sources.File
	for _, names := range [][]string{sources.ComposeFileNames, composeOverride} {
		for _, name := range names {
			if f := repo.File(path.Join(dir, name)); f != nil {
				files = append(files, f)
				break
			}
		}
		if len(files) == 0 {
			return nil
		}
	}
	return files
}
