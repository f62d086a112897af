package sites

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// Build is one image of an app and what reaches its build: BuildKit gives RUN the ARGs and
// ENVs as its environment, which goes before every .env file that is copied in.
type Build struct {
	File    *sources.File        // the Dockerfile
	Parsed  *sources.Dockerfile  // as it stands
	Made    *sources.Dockerfile  // as the build has it
	Sets    []sources.Assignment // what is in force where the app is built
	Context string
	Giver   string                        // who gives it arguments: "compose service web", "web.yml job build"; empty where nobody does that is known
	Open    bool                          // and may give more than is known
	Service string                        // the compose service that builds it; empty where none does
	Project *sources.ComposeProject       // that it is of; nil where none is
	Target  string                        // the stage that it wants; empty for the last
	Args    map[string]*inventory.Binding // what that one gives, by name

	Arguments *inventory.Carrier           // of these; nil where no service gives any
	Env       map[string]sources.Effective // what the .env files beside it give a production build
}

// collectBuilds lists the builds of a Dockerfile: one for each compose service and CI job that builds it,
// or one of which it is not known who starts it.
func (a *apps) collectBuilds(f *sources.File, d *sources.Dockerfile) {
	one := Build{File: f, Parsed: d, Env: a.production[f.Dir()]}
	add := func(b Build) {
		args := map[string]keys.Value{}
		for name, arg := range b.Args {
			args[name] = arg.Value
		}
		b.Made = d.With(args, a.Repo.Standins())
		b.Sets = b.Made.AppBuild(b.Target)
		a.Builds = append(a.Builds, &b)
	}
	composed := false
	for _, c := range a.ComposeBuilds {
		if c.Dockerfile == f.Path {
			composed = true
			b := one
			b.Giver, b.Context, b.Service, b.Args = "compose service "+c.Service, c.Context, c.Service, c.Args
			b.Project, b.Target, b.Arguments = c.Project, c.Target, c.Carrier
			add(b)
		}
	}
	for _, c := range a.ciBuilds {
		if c.Image.Dockerfile == f.Path {
			composed = true
			b := one
			b.Giver, b.Open, b.Context, b.Target, b.Arguments = c.By, c.Open, c.Image.Context, c.Image.Target, c.carrier
			b.Args = c.args
			add(b)
		}
	}
	if !composed {
		one.Context = a.contextOf(f, d)
		add(one)
	}
}

// noteRunSets tells of commands of the build that give the app a key of which nothing here knows what it is.
func (a *apps) noteRunSets(f *sources.File, d *sources.Dockerfile) {
	if leftOver(f) != "" || pastOf(f) != "" {
		return
	}
	for _, s := range d.RunSets("") {
		what := s.Name
		if s.File != "" {
			if len(a.Repo.KeysReadFrom(path.Join(a.contextOf(f, d), path.Base(s.File)))) == 0 && len(a.Repo.KeysReadFrom(path.Join(f.Dir(), path.Base(s.File)))) == 0 {
				continue
			}
			what = path.Base(s.File)
		} else if a.Names.Of(s.Name).Slot == "" {
			continue
		}
		a.Repo.Note(sources.NoteNotFetched, sources.Position{File: f.Path, Line: s.Line}, fmt.Sprintf("this RUN makes %s of %s, and what the app is built with then cannot be told", what, s.By))
	}
}

// isGivenKeys says whether a compose service, or a CI job, builds the Dockerfile with a key, or an address, as
// an argument, which the file itself need not name.
func (a *apps) isGivenKeys(f *sources.File) bool {
	for _, c := range a.ComposeBuilds {
		for arg := range c.Args {
			if name := a.Names.Of(arg); c.Dockerfile == f.Path && (name.Strong || name.URL) {
				return true
			}
		}
	}
	for _, c := range a.ciBuilds {
		for arg := range c.args {
			if name := a.Names.Of(arg); c.Image.Dockerfile == f.Path && (name.Strong || name.URL) {
				return true
			}
		}
	}
	return false
}

// contextOf is the build context of a Dockerfile that no compose file builds: the nearest
// directory, from its own upward, that has all that it copies by name. In a monorepo the
// context often is the root.
func (a *apps) contextOf(f *sources.File, d *sources.Dockerfile) string {
	for dir := f.Dir(); ; dir = path.Dir(dir) {
		missing := slices.ContainsFunc(d.Copies, func(source string) bool {
			return !strings.ContainsAny(source, "*?[$") && !strings.Contains(source, "://") && !a.Repo.FileSystem().Exists(path.Join(dir, source))
		})
		if !missing {
			return dir
		}
		if dir == "." || dir == "/" {
			return f.Dir()
		}
	}
}

// Given is what a variable comes to in the environment of the build's commands, and where
// that is written. ok is false where nothing sets it; the value may be unknown.
func (b *Build) Given(name string) (value keys.Value, at sources.Position, ok bool) {
	for _, a := range slices.Backward(b.Sets) {
		if a.Name != name {
			continue
		}
		switch arg := b.Args[a.Given]; {
		case arg != nil:
			return arg.Value, arg.At(), true
		case a.Value.IsAbsent():
			return keys.Unknown(a.Unknown), b.At(a), a.Sets()
		}
		return keys.Known(a.Value), b.At(b.Made.Origin(a)), true
	}
	return value, at, false
}

// Declares says whether the Dockerfile has an ARG or ENV of the name.
func (b *Build) Declares(name string) bool {
	return slices.ContainsFunc(b.Sets, func(a sources.Assignment) bool { return a.Name == name })
}

// SetsURL says whether the build's environment has a Supabase URL of its own: its key then
// goes with that one.
func (b *Build) SetsURL(names keys.Names) bool {
	for _, a := range b.Sets {
		if names.Of(a.Name).URL && a.Sets() && (a.Value.IsAbsent() || a.Value.Len() > 0) {
			return true
		}
	}
	return false
}

// At is the place of an assignment.
func (b *Build) At(a sources.Assignment) sources.Position { return a.In(b.File.Path) }

// Copies says whether a COPY takes a file of the context into the image.
func (b *Build) Copies(file string) bool {
	rel := b.InContext(file)
	for _, source := range b.Parsed.Copies {
		source = path.Clean(strings.TrimPrefix(source, "/"))
		if source == "." || source == rel || strings.HasPrefix(rel, source+"/") {
			return true
		}
		if ok, _ := path.Match(source, rel); ok {
			return true
		}
	}
	return false
}

// InContext is a file's path as the build has it.
func (b *Build) InContext(file string) string { return strings.TrimPrefix(file, b.Context+"/") }

// argumentsOf are the words by which build arguments are given outside of compose: in
// scripts, in workflows, by Skaffold.
var argumentsOf = []string{"build-arg", "build_args", "buildArgs"}

// SuppliedElsewhere says whether something in the repository seems to give a build the
// variable: a workflow, a script.
func (a *apps) SuppliedElsewhere(name string) bool {
	if at := a.Repo.ScriptNaming(name); at.File != "" {
		return true
	}
	for _, f := range a.Repo.Files() {
		if !f.IsManifest() || !f.BearsKeys() || !f.Mentions(name) {
			continue
		}
		if strings.Contains(f.Path, ".github/workflows/") || strings.HasPrefix(path.Base(f.Path), ".gitlab-ci") {
			return true
		}
		for _, word := range argumentsOf {
			if f.Mentions(word) {
				return true
			}
		}
	}
	return false
}

// Emptied is a key that a stronger .env file sets to nothing.
type Emptied struct {
	Name  string
	Empty sources.Effective
	Full  sources.Effective
	// Everywhere says that git holds the empty one, so that every build has it.
	Everywhere bool
}

// findEmptied compares the production files of an app: the first that defines a name wins,
// also with nothing.
func (a *apps) findEmptied(winners map[string]sources.Effective, all []sources.Effective, everywhere bool) {
	for _, e := range all {
		winner, ok := winners[e.Name]
		if !ok || winner.File == e.File || winner.Value.Len() > 0 || e.Value.Len() == 0 || !a.Names.Of(e.Name).Strong {
			continue
		}
		known := false
		for _, other := range a.Emptied {
			known = known || other.Name == e.Name && other.Empty.File == winner.File
		}
		if !known {
			a.Emptied = append(a.Emptied, Emptied{e.Name, winner, e, everywhere})
		}
	}
}
