package lint

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// collectApps finds what apps have built in: the variables of their .env files, as
// Next.js and Vite read them, and the defaults in their Dockerfiles. A .env file that a unit is
// made of (the stack's own, a generator's input) belongs to that unit.
func (w *world) collectApps() {
	used := map[string]bool{}
	for _, u := range w.units {
		for _, f := range u.Inputs {
			used[f] = true
		}
	}
	dirs := map[string][]*sources.File{}
	var order []string
	for _, f := range w.repo.Files() {
		if f.Example || used[f.Path] {
			continue
		}
		if f.IsDotenv() {
			if dirs[f.Dir()] == nil {
				order = append(order, f.Dir())
			}
			dirs[f.Dir()] = append(dirs[f.Dir()], f)
		}
	}
	urls := map[string][]urlVariable{}
	for _, dir := range order {
		urls[dir] = w.collectDotenv(dir, dirs[dir])
	}
	for _, f := range w.repo.Files() {
		// Without a key of its own it may still take in the .env files beside it.
		if f.IsDockerfile() && !f.Example && (f.BearsKeys() || len(w.production[f.Dir()]) > 0) {
			w.collectDockerfile(f, urls[f.Dir()])
		}
	}
}

// collectDotenv reads the .env files of one app. It returns the Supabase URLs of the
// app's production build.
//
// Which file wins is asked twice: of all files, for the build on the machine where they
// lie, and of those that git holds, for the build of a fresh clone. A file that git
// ignores thus never hides what the others will build in.
func (w *world) collectDotenv(dir string, files []*sources.File) []urlVariable {
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
		w.repo.Note(sources.NoteBound, sources.Position{File: production[0].Path}, "the references in the .env files here come to more than is followed; the rest stays as it is written")
	}
	w.findEmptied(winners, all, true)
	w.findEmptied(here, allHere, false)
	w.production[dir] = winners
	var urls []urlVariable
	for _, name := range slices.Sorted(maps.Keys(winners)) {
		if wellKnown.Of(name).URL {
			urls = appendURL(urls, name, winners[name].Value.Reveal())
		}
	}
	for _, f := range files {
		if inProduction[f.Path] && f.Ignored {
			w.collectEnvFile(dir, f, of(allHere, f.Path), here, urls)
			continue
		}
		if inProduction[f.Path] {
			w.collectEnvFile(dir, f, of(all, f.Path), winners, urls)
			continue
		}
		_, own := sources.LoadNextEnv([]sources.EnvFile{envFile(f)})
		w.collectEnvFile(dir, f, own, nil, nil)
	}
	return urls
}

func envFile(f *sources.File) sources.EnvFile {
	b, err := f.Plain()
	if err != nil || f.Locked() != nil {
		return sources.EnvFile{Path: f.Path}
	}
	variables := sources.ParseDotenv(b)
	if f.Encrypted() { // the places are those of the encrypted file
		disk, _ := f.Disk()
		at := map[string]sources.Variable{}
		for _, v := range sources.ParseDotenv(disk) {
			at[v.Name] = v
		}
		for i, v := range variables {
			on := at[v.Name]
			variables[i].Line, variables[i].Column, variables[i].EndColumn = on.Line, on.Column, on.EndColumn
		}
	}
	return sources.EnvFile{Path: f.Path, Variables: variables}
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

func (w *world) collectEnvFile(dir string, f *sources.File, variables []sources.Effective, winners map[string]sources.Effective, urls []urlVariable) {
	c := &carrier{name: f.Path, file: f.Path, app: dir, development: isDevelopment(f)}
	for _, v := range variables {
		if wellKnown.Of(v.Name).URL {
			c.urls = appendURL(c.urls, v.Name, v.Value.Reveal())
		}
	}
	if len(c.urls) == 0 {
		c.urls = urls
	}
	stack := isStackEnv(variables)
	for _, v := range variables {
		name := w.classify(v.Name)
		recognized := keys.Recognize(v.Value)
		if !name.Strong && recognized == "" && (name.Slot == "" || !stack) {
			continue
		}
		at := v.In(f.Path)
		s := &Site{
			Standing: Presented, Holder: f.Path + " " + v.Name, At: at,
			name: name, variable: v.Name, carrier: c, Value: w.repo.Standins().Resolve(v.Value),
		}
		if winner, ok := winners[v.Name]; ok && winner.File != f.Path && !c.development {
			// Another file goes before this one in a production build, so that this
			// value serves development only.
			s.carrier = &carrier{name: c.name, file: c.file, app: c.app, urls: ownURLs(variables), development: true}
		}
		if v.Value.Len() == 0 && (name.PublicPrefix == "" || winners[v.Name].File != f.Path) {
			continue // a slot that is not in use, or of which env-shadowed-by-empty tells
		}
		if v.Value.Len() == 0 {
			s.Value = keys.Unknown("it is set to nothing; the environment of the build must set it")
		} else if keys.LooksLikePlaceholder(v.Value) && recognized == "" && name.Slot.Role() != keys.Signing {
			s.placeholder = !keys.IsReference(v.Value)
			s.Value = keys.Unknown("a placeholder word stands where the key belongs; something must replace it before the build")
		}
		if s.Slot = slotOf(name, s.Value); s.Slot == "" {
			continue
		}
		if s.Slot.Role() == keys.Signing {
			s.Standing = Verifying
		} else if stack {
			s.Standing = Stored
		}
		w.add(s)
	}
}

func ownURLs(variables []sources.Effective) []urlVariable {
	var urls []urlVariable
	for _, v := range variables {
		if wellKnown.Of(v.Name).URL {
			urls = appendURL(urls, v.Name, v.Value.Reveal())
		}
	}
	return urls
}

// isStackEnv says whether a file is the stack's own .env, which holds the keys under
// the names that the stack itself uses.
func isStackEnv(variables []sources.Effective) bool {
	bare := map[keys.Slot]bool{}
	for _, v := range variables {
		if n := wellKnown.Of(v.Name); !n.Strong && n.PublicPrefix == "" {
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
func (w *world) collectDockerfile(f *sources.File, urls []urlVariable) {
	b, err := f.Plain()
	if err != nil {
		return
	}
	d, err := sources.ParseDockerfile(b)
	if err != nil {
		if f.BearsKeys() {
			w.repo.Note(sources.NoteUnreadable, f.At(), err.Error())
		}
		return
	}
	w.collectBuilds(f, d)
	c := &carrier{name: f.Path, file: f.Path, app: f.Dir()}
	for _, a := range d.Assignments {
		if wellKnown.Of(a.Name).URL && !a.Value.IsAbsent() {
			c.urls = appendURL(c.urls, a.Name, a.Value.Reveal())
		}
	}
	if len(c.urls) == 0 {
		c.urls = urls
	}
	for _, a := range d.Assignments {
		name := w.classify(a.Name)
		if a.From != "" || a.Value.IsAbsent() || a.Value.Len() == 0 || !name.Strong && keys.Recognize(a.Value) == "" {
			continue // ENV X=$X hands on what its ARG holds
		}
		kind := "ENV"
		if a.Arg {
			kind = "ARG"
		}
		s := &Site{
			Standing: Presented, Holder: fmt.Sprintf("%s %s %s", f.Path, kind, a.Name), Value: keys.Known(a.Value),
			At:   a.In(f.Path),
			name: name, variable: a.Name, carrier: c,
		}
		if keys.LooksLikePlaceholder(a.Value) && keys.Recognize(a.Value) == "" {
			s.Value = keys.Unknown("a placeholder word is the default; a build argument must replace it")
		}
		if s.Slot = slotOf(name, s.Value); s.Slot == "" {
			continue
		}
		if s.Slot.Role() == keys.Signing {
			s.Standing = Verifying
		}
		w.add(s)
	}
}

// isExpression says whether a text is filled in by something else: a CI secret, a
// template.
func isExpression(s string) bool {
	return strings.Contains(s, "${{") || strings.Contains(s, "{{")
}
