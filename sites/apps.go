package sites

import (
	"cmp"
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
	carriers   []*inventory.Carrier // .env files, Dockerfiles, CI jobs
	ciBuilds   []ciBuild
	Builds     []*Build
	Emptied    []Emptied
	production map[string]map[string]sources.Effective // what the .env files of a directory give a production build
	loaded     *loadedEnv
}

// readApps finds what apps have built in: the variables of their .env files, as
// what builds each app reads them, and the defaults in their Dockerfiles. A .env file that a unit is
// made of (the stack's own, a generator's input) belongs to that unit.
func readApps(inv *inventory.Inventory) *apps {
	a := &apps{Inventory: inv, production: map[string]map[string]sources.Effective{}, loaded: newLoadedEnv(inv.Repo.BuildCalls())}
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
	readers := a.Repo.EnvApps(order)
	for _, dir := range order {
		for _, app := range readers[dir] {
			urls[app.Dir] = append(urls[app.Dir], a.collectDotenv(app, dir, dirs[dir])...)
		}
	}
	a.collectCI()
	a.carriers = append(a.carriers, a.loadedCarriers()...)
	for _, f := range a.Repo.Files() {
		// Without a key of its own it may still take in the .env files beside it, or be given one, or mount a secret.
		if f.IsDockerfile() && !f.Example && (f.BearsKeys() || len(a.production[f.Dir()]) > 0 || a.isGivenKeys(f) || f.Mentions("type=secret")) {
			a.collectDockerfile(f, urls[f.Dir()])
		}
	}
	return a
}

// collectDotenv reads the .env files of a directory for one app. It returns the Supabase URLs of the
// app's production build.
//
// Which file wins is asked twice: of all files, for the build on the machine where they
// lie, and of those that git holds, for the build of a fresh clone. A file that git
// ignores thus never hides what the others will build in.
func (a *apps) collectDotenv(app *sources.App, dir string, files []*sources.File) []inventory.URL {
	read := slices.DeleteFunc(slices.Clone(files), func(f *sources.File) bool { return app.Unread(f) != "" })
	held := slices.DeleteFunc(slices.Clone(read), func(f *sources.File) bool { return f.Ignored })
	here, committed := a.loadMode(app, app.Mode, read), a.loadMode(app, app.Mode, held)
	if here.Bounded {
		a.Repo.Note(sources.NoteBound, sources.Position{File: here.Reads[0]}, "the references in the .env files here come to more than is followed; the rest stays as it is written")
	}
	for _, m := range []modeEnv{here, committed} {
		maps.DeleteFunc(m.Winners, func(name string, _ sources.Effective) bool {
			of := a.Names.Of(name)
			return a.loaded.before(app.Dir, name, of) != "" || of.PublicPrefix != "" && app.Unexposed(name) != ""
		})
	}
	a.findEmptied(committed.Winners, committed.All, true)
	a.findEmptied(here.Winners, here.All, false)
	for _, of := range []string{app.Dir, dir} { // an image is built where the app lies, or its files of variables
		if len(a.production[of]) == 0 {
			a.production[of] = committed.Winners
		}
	}
	for _, f := range files {
		build, with := committed, held
		if f.Ignored {
			build, with = here, read
		}
		if !slices.Contains(build.Reads, f.Path) {
			build = a.loadMode(app, sources.EnvMode(f.Path), with)
		}
		if !slices.Contains(build.Reads, f.Path) { // no build by itself
			build = modeEnv{LoadedEnv: sources.LoadedEnv{All: app.Alone(f)}}
		}
		a.collectEnvFile(app, f, build)
	}
	return committed.urls
}

// modeEnv is what the .env files of an app come to in a mode of its build.
type modeEnv struct {
	sources.LoadedEnv
	urls []inventory.URL // the Supabase URLs among the winners
}

func (a *apps) loadMode(app *sources.App, mode string, files []*sources.File) modeEnv {
	m := modeEnv{LoadedEnv: app.Load(mode, files)}
	var winning []*inventory.Binding
	for _, name := range slices.Sorted(maps.Keys(m.Winners)) {
		winning = append(winning, a.effective(m.Winners[name]))
	}
	m.urls = a.URLs(winning)
	return m
}

// of lists what a file defines.
func (m modeEnv) of(f *sources.File) []sources.Effective {
	var out []sources.Effective
	for _, e := range m.All {
		if e.File == f.Path {
			out = append(out, e)
		}
	}
	return out
}

// effective is a variable of a .env file, which may be locked.
func (a *apps) effective(e sources.Effective) *inventory.Binding {
	if f := a.Repo.File(e.File); f.Locked() != nil {
		return inventory.Locked(f, e.Variable)
	}
	return &inventory.Binding{Name: e.Name, Holder: e.File + " " + e.Name, Value: keys.Known(e.Value), Where: inventory.Stands(e.In(e.File))}
}

// collectEnvFile adds the carriers of one file. What is built in goes with the URLs of all files
// that the build reads; what the environment of a server may yet replace goes with those of its
// own file, where it has any. Values that a stronger file goes before in that build serve
// development only.
func (a *apps) collectEnvFile(app *sources.App, f *sources.File, build modeEnv) {
	var all []*inventory.Binding
	for _, v := range build.of(f) {
		all = append(all, a.effective(v))
	}
	own := a.URLs(all)
	stack, idle := a.isStackEnv(all), leftOver(f)
	if stack && idle == "" {
		idle = a.PassedOver(f.Path)
	}
	carrier := func(urls, others []inventory.URL) *inventory.Carrier {
		if len(urls) == 0 {
			urls = others
		}
		return &inventory.Carrier{
			Kind: inventory.InEnvFile, Name: f.Path, File: f.Path, App: app.Dir, Ignored: f.Ignored, Idle: idle, Past: pastOf(f),
			Stack: stack, URLs: urls, Development: servesDevelopment(f, urls) && (len(urls) > 0 || !app.BuildsInModeOf(f)),
		}
	}
	built, read, beaten := carrier(build.urls, own), carrier(own, build.urls), carrier(own, nil)
	beaten.Development = true
	given := map[string]*inventory.Carrier{} // by the reason for which these have no effect, or the app that they are given to
	as := func(key, app, idle string) *inventory.Carrier {
		if given[key] == nil {
			given[key] = carrier(own, build.urls)
			given[key].App, given[key].Idle = app, cmp.Or(given[key].Idle, idle)
			if idle == "" {
				given[key].Development = len(own) > 0 && servesDevelopment(f, own)
			}
		}
		return given[key]
	}
	inApp := a.Repo.InFlutterApp(f)
	unread := cmp.Or(app.Unread(f), a.Repo.EnvUnread(f.Dir()), a.untaken(f))
	for _, b := range all {
		winner, wins := build.Winners[b.Name]
		name, text := a.Names.Of(b.Name), b.Value.Text()
		b.Exposed = cmp.Or(app.WritesIn(b.Name), inApp)
		public := name.PublicPrefix != "" || b.Exposed != ""
		switch {
		case text.Len() == 0 && (!public || winner.File != f.Path):
			continue // a slot that is not in use, or of which env-shadowed-by-empty tells
		case text.Len() == 0:
			b.Value = keys.Unknown("it is set to nothing, unless the environment of the build sets it")
		default:
			markPlaceholder(b, name)
		}
		if apps := a.loaded.by[b.At()]; len(apps) > 0 {
			a.loaded.taken[b.At()] = true
			for _, dir := range apps {
				of := as(dir, dir, "")
				of.Bindings = append(of.Bindings, b)
			}
			continue
		}
		c := read
		why := cmp.Or(a.loaded.before(app.Dir, b.Name, name), unread)
		if why == "" && name.PublicPrefix != "" {
			why = app.Unexposed(b.Name)
			b.Withheld = why != ""
		}
		switch {
		case why != "":
			c = as(why, app.Dir, why)
		case wins && winner.File != f.Path:
			c = beaten
		case public:
			c = built
		}
		c.Bindings = append(c.Bindings, b)
	}
	skipped, why := app.Skipped(f)
	for _, v := range skipped {
		of := as(why, app.Dir, why)
		of.Bindings = append(of.Bindings, a.effective(sources.Effective{Variable: v, File: f.Path, Value: v.Value}))
	}
	a.carriers = append(a.carriers, built, read, beaten)
	for _, key := range slices.Sorted(maps.Keys(given)) {
		a.carriers = append(a.carriers, given[key])
	}
}

// untaken says of the .env beside a compose project that nothing takes a variable of it; empty of any other file.
func (a *apps) untaken(f *sources.File) string {
	if path.Base(f.Path) != ".env" || a.Repo.MayReadEnv(f.Dir()) {
		return ""
	}
	for _, u := range a.Units {
		if u.Compose != nil && u.Compose.Dir() == f.Dir() {
			return "compose reads it, and no service of " + u.Name + " takes anything from it"
		}
	}
	return ""
}

// markPlaceholder makes the value of a binding unknown where a word stands in place of a key.
func markPlaceholder(b *inventory.Binding, name keys.Name) {
	text := b.Value.Text()
	if keys.IsPlaceholder(text) && name.Slot.Role() != keys.Signing {
		b.Placeholder = !keys.IsReference(text)
		b.Value = keys.Unknown("a placeholder word stands where the key belongs, and what replaces it is not known")
	}
}

// pastOf is what a copy from before a change is counted as; nothing of any other file.
func pastOf(f *sources.File) sources.Place {
	if f.IsLeftOver() {
		return sources.Archives
	}
	return ""
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

// servesDevelopment says whether a .env file serves nothing but development or a trial: the
// Supabase that it goes with is on the machine itself, or it names none and a production build
// passes it over.
func servesDevelopment(f *sources.File, urls []inventory.URL) bool {
	if len(urls) > 0 {
		return !slices.ContainsFunc(urls, func(u inventory.URL) bool { return !IsLocal([]string{u.Host}) })
	}
	mode := sources.EnvMode(f.Path)
	if sources.IsDevVars(f.Path) {
		return true
	}
	return mode != "" && keys.Environment(mode) != keys.Production
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
	a.noteRunSets(f, d)
	c := &inventory.Carrier{Kind: inventory.InImage, Name: f.Path, File: f.Path, App: f.Dir(), Idle: leftOver(f), Past: pastOf(f)}
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
	if c.URLs = a.URLs(all); len(c.URLs) == 0 {
		c.URLs = urls
	}
	for _, b := range c.Bindings {
		if text := b.Value.Text(); keys.IsPlaceholder(text) {
			b.Value = keys.Unknown("a placeholder word is the default; a build argument must replace it")
		}
	}
	a.carriers = append(a.carriers, c)
}
