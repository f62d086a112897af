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
// compose up" starts, and for every further file that changes a service of it the project
// that "-f" with that file starts, as far as it differs. Any other file is a project of
// its own.
func composeUnits(repo *sources.Repository, files []*sources.File) []*Unit {
	byDir := map[string][]*sources.File{}
	for _, f := range files {
		byDir[f.Dir()] = append(byDir[f.Dir()], f)
	}
	taken := map[string]bool{}
	var units []*Unit
	add := func(name string, only map[string]bool, project *sources.ComposeProject) *Unit {
		u := &Unit{Name: name, Kind: ComposeFile, Path: name, Compose: project, ComposeOnly: only, Missing: project.Faults}
		for _, f := range project.Files {
			u.Inputs = append(u.Inputs, f.Path)
		}
		u.Inputs = append(u.Inputs, project.Read...)
		for _, name := range project.Read {
			taken[name] = true
		}
		units = append(units, u)
		return u
	}
	for _, dir := range slices.Sorted(maps.Keys(byDir)) {
		base := composeDefault(repo, dir)
		var project *sources.ComposeProject
		var unit *Unit
		if len(base) > 0 {
			project = repo.ComposeProject(base...)
			unit = add(base[0].Path, nil, project)
			for _, f := range base {
				taken[f.Path] = true
			}
		}
		for _, f := range byDir[dir] {
			if taken[f.Path] {
				continue
			}
			own := repo.ComposeProject(f)
			only := map[string]bool{}
			over, anew := false, 0
			for _, s := range own.Services {
				over = over || project != nil && project.Find(s.Name) != nil
				if !s.IsBare() {
					only[s.Name] = true
				}
				if project != nil && project.Find(s.Name) != nil && (s.Image != "" || s.Context != "") {
					anew++
				}
			}
			switch {
			case !over:
				add(f.Path, nil, own)
			case anew >= minAlternative && anew*2 >= len(project.Services):
				add(f.Path, nil, own).Instead = unit
			case len(only) > 0:
				add(f.Path, only, repo.ComposeProject(append(base[:len(base):len(base)], f)...)).Over = unit
			default: // labels, ports and the like: it starts what the base does
				unit.Inputs = append(unit.Inputs, f.Path)
			}
		}
	}
	kept := units[:0]
	for _, u := range units { // what another project is made of is none of its own
		if len(u.Compose.Files) > 1 || !taken[u.Name] || isDefault(u.Name) {
			kept = append(kept, u)
		}
	}
	return startedWith(repo, kept)
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
