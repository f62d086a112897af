package sites

import (
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// apps is what apps have built in, and the builds that it is built in by.
type apps struct {
	*inventory.Inventory
	carriers   []*inventory.Carrier // .env files and Dockerfiles
	Builds     []*Build
	Emptied    []Emptied
	production map[string]map[string]sources.Effective // what the .env files of a directory give a production build
}

// readApps finds what apps have built in: the variables of their .env files, as
// Next.js and Vite read them, and the defaults in their Dockerfiles. A .env file that a unit is
// made of (the stack's own, a generator's input) belongs to that unit.
func readApps(inv *inventory.Inventory) *apps {
	a := &apps{Inventory: inv, production: map[string]map[string]sources.Effective{}}
	dirs := map[string][]*sources.File{}
	var order []string
	for _, f := range a.Repo.Files() {
		if f.Example || a.Inputs[f.Path] {
			continue
		}
		if f.IsDotenv() {
			if dirs[f.Dir()] == nil {
				order = append(order, f.Dir())
			}
			dirs[f.Dir()] = append(dirs[f.Dir()], f)
		}
	}
	urls := map[string][]inventory.URL{}
	for _, dir := range order {
		urls[dir] = a.collectDotenv(dir, dirs[dir])
	}
	for _, f := range a.Repo.Files() {
		// Without a key of its own it may still take in the .env files beside it, or be given one.
		if f.IsDockerfile() && !f.Example && (f.BearsKeys() || len(a.production[f.Dir()]) > 0 || a.isGivenKeys(f)) {
			a.collectDockerfile(f, urls[f.Dir()])
		}
	}
	return a
}

// collectDotenv reads the .env files of one app. It returns the Supabase URLs of the
// app's production build.
//
// Which file wins is asked twice: of all files, for the build on the machine where they
// lie, and of those that git holds, for the build of a fresh clone. A file that git
// ignores thus never hides what the others will build in.
func (a *apps) collectDotenv(dir string, files []*sources.File) []inventory.URL {
	byPath := map[string]*sources.File{}
	for _, f := range files {
		byPath[f.Path] = f
	}
	var production, committed []sources.EnvFile
	inProduction := map[string]bool{}
	for _, name := range sources.NextEnvOrder {
		if f := byPath[path.Join(dir, name)]; f != nil {
			e := envFile(f)
			production = append(production, e)
			if !f.Ignored {
				committed = append(committed, e)
			}
			inProduction[f.Path] = true
		}
	}
	here, allHere, bounded := sources.LoadProductionEnv(production)
	winners, all, _ := sources.LoadProductionEnv(committed)
	if bounded {
		a.Repo.Note(sources.NoteBound, sources.Position{File: production[0].Path}, "the references in the .env files here come to more than is followed; the rest stays as it is written")
	}
	a.findEmptied(winners, all, true)
	a.findEmptied(here, allHere, false)
	a.production[dir] = winners
	var winning []*inventory.Binding
	for _, name := range slices.Sorted(maps.Keys(winners)) {
		winning = append(winning, effective(winners[name]))
	}
	urls := inventory.URLs(a.Names, winning)
	for _, f := range files {
		if inProduction[f.Path] && f.Ignored {
			a.collectEnvFile(dir, f, of(allHere, f.Path), here, urls)
			continue
		}
		if inProduction[f.Path] {
			a.collectEnvFile(dir, f, of(all, f.Path), winners, urls)
			continue
		}
		_, own := sources.LoadNextEnv([]sources.EnvFile{envFile(f)})
		a.collectEnvFile(dir, f, own, nil, nil)
	}
	return urls
}

func envFile(f *sources.File) sources.EnvFile {
	if f.Locked() != nil {
		return sources.EnvFile{Path: f.Path}
	}
	return sources.EnvFile{Path: f.Path, Variables: f.Dotenv()}
}

func of(all []sources.Effective, file string) []sources.Effective {
	var out []sources.Effective
	for _, e := range all {
		if e.File == file {
			out = append(out, e)
		}
	}
	return out
}

// effective is a variable of a .env file.
func effective(e sources.Effective) *inventory.Binding {
	return &inventory.Binding{Name: e.Name, Holder: e.File + " " + e.Name, Value: keys.Known(e.Value), Where: inventory.Stands(e.In(e.File))}
}

// collectEnvFile adds the carrier of one file, and another for those of its values that a
// stronger file goes before in a production build: these serve development only.
func (a *apps) collectEnvFile(dir string, f *sources.File, variables []sources.Effective, winners map[string]sources.Effective, urls []inventory.URL) {
	c := &inventory.Carrier{Kind: inventory.InEnvFile, Name: f.Path, File: f.Path, App: dir, Development: isDevelopment(f), Ignored: f.Ignored, Idle: leftOver(f)}
	var all []*inventory.Binding
	for _, v := range variables {
		all = append(all, effective(v))
	}
	c.Stack = a.isStackEnv(all)
	c.URLs = inventory.URLs(a.Names, all)
	beaten := *c
	beaten.Development = true
	if len(c.URLs) == 0 {
		c.URLs = urls
	}
	for _, b := range all {
		winner, wins := winners[b.Name]
		name, text := a.Names.Of(b.Name), b.Value.Text()
		switch {
		case text.Len() == 0 && (name.PublicPrefix == "" || winner.File != f.Path):
			continue // a slot that is not in use, or of which env-shadowed-by-empty tells
		case text.Len() == 0:
			b.Value = keys.Unknown("it is set to nothing; the environment of the build must set it")
		case keys.LooksLikePlaceholder(text) && keys.Recognize(text) == "" && name.Slot.Role() != keys.Signing:
			b.Placeholder = !keys.IsReference(text)
			b.Value = keys.Unknown("a placeholder word stands where the key belongs; something must replace it before the build")
		}
		if wins && winner.File != f.Path && !c.Development {
			beaten.Bindings = append(beaten.Bindings, b)
		} else {
			c.Bindings = append(c.Bindings, b)
		}
	}
	a.carriers = append(a.carriers, c, &beaten)
}

// leftOver says of a copy from before a change that nothing reads it; else it is empty.
func leftOver(f *sources.File) string {
	if f.IsLeftOver() {
		return "it stands in a copy from before a change, which nothing reads"
	}
	return ""
}

// isStackEnv says whether a file is the stack's own .env, which holds the keys under
// the names that the stack itself uses.
func (a *apps) isStackEnv(variables []*inventory.Binding) bool {
	bare := map[keys.Slot]bool{}
	for _, v := range variables {
		if n := a.Names.Of(v.Name); !n.Strong && n.PublicPrefix == "" {
			bare[n.Slot] = true
		}
	}
	return bare[keys.JWTSecret] && bare[keys.Anon] && bare[keys.ServiceRole]
}

// isDevelopment reads off a .env file's name whether a production build passes it over.
func isDevelopment(f *sources.File) bool {
	mode := sources.EnvMode(f.Path)
	return mode != "" && mode != "production" && mode != "prod"
}

// collectDockerfile reads a Dockerfile: its defaults are sites, and what reaches its build is
// put together for the rules.
func (a *apps) collectDockerfile(f *sources.File, urls []inventory.URL) {
	b, err := f.Plain()
	if err != nil {
		return
	}
	d, err := sources.ParseDockerfile(b)
	if err != nil {
		if f.BearsKeys() {
			a.Repo.Note(sources.NoteUnreadable, f.At(), err.Error())
		}
		return
	}
	a.collectBuilds(f, d)
	c := &inventory.Carrier{Kind: inventory.InImage, Name: f.Path, File: f.Path, App: f.Dir(), Idle: leftOver(f)}
	var all []*inventory.Binding
	for _, s := range d.Assignments {
		if s.Value.IsAbsent() {
			continue
		}
		kind := "ENV"
		if s.Arg {
			kind = "ARG"
		}
		b := &inventory.Binding{Name: s.Name, Holder: fmt.Sprintf("%s %s %s", f.Path, kind, s.Name), Value: keys.Known(s.Value), Where: inventory.Stands(s.In(f.Path))}
		all = append(all, b)
		if s.From == "" { // ENV X=$X hands on what its ARG holds
			c.Bindings = append(c.Bindings, b)
		}
	}
	if c.URLs = inventory.URLs(a.Names, all); len(c.URLs) == 0 {
		c.URLs = urls
	}
	for _, b := range c.Bindings {
		if text := b.Value.Text(); keys.LooksLikePlaceholder(text) && keys.Recognize(text) == "" {
			b.Value = keys.Unknown("a placeholder word is the default; a build argument must replace it")
		}
	}
	a.carriers = append(a.carriers, c)
}
