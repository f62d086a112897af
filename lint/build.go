package lint

import (
	"path"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// build is one image of an app and what reaches its build: BuildKit gives RUN the ARGs and
// ENVs as its environment, which goes before every .env file that is copied in.
type build struct {
	file    *sources.File // the Dockerfile
	parsed  *sources.Dockerfile
	sets    []sources.Assignment // what is in force where the app is built
	context string
	service string                       // the compose service that builds it; empty where none does
	args    map[string]*binding          // what that service gives, by name
	env     map[string]sources.Effective // what the .env files beside it give a production build
}

// collectBuilds lists the builds of a Dockerfile: one for each compose service that builds it,
// or one of which it is not known who starts it.
func (a *apps) collectBuilds(f *sources.File, d *sources.Dockerfile) {
	one := build{file: f, parsed: d, sets: d.AppBuild(), env: a.production[f.Dir()]}
	composed := false
	for _, c := range a.composeBuilds {
		if c.dockerfile == f.Path {
			composed = true
			b := one
			b.context, b.service, b.args = c.context, c.service, c.args
			a.builds = append(a.builds, &b)
		}
	}
	if !composed {
		one.context = a.contextOf(f, d)
		a.builds = append(a.builds, &one)
	}
}

// contextOf is the build context of a Dockerfile that no compose file builds: the nearest
// directory, from its own upward, that has all that it copies by name. In a monorepo the
// context often is the root.
func (a *apps) contextOf(f *sources.File, d *sources.Dockerfile) string {
	for dir := f.Dir(); ; dir = path.Dir(dir) {
		missing := slices.ContainsFunc(d.Copies, func(source string) bool {
			return !strings.ContainsAny(source, "*?[$") && !strings.Contains(source, "://") && !a.repo.FileSystem().Exists(path.Join(dir, source))
		})
		if !missing {
			return dir
		}
		if dir == "." || dir == "/" {
			return f.Dir()
		}
	}
}

// given is what a variable comes to in the environment of the build's commands, and where
// that is written. ok is false where nothing sets it; the value may be unknown.
func (b *build) given(name string) (value keys.Value, at sources.Position, ok bool) {
	for _, a := range b.sets {
		if a.Name != name {
			continue
		}
		switch arg := b.args[a.Name]; {
		case a.Arg && arg != nil:
			value, at, ok = arg.value, arg.at(), true
		case a.Arg && a.Value.IsAbsent():
			value, at = keys.Unknown("it takes a build argument, and the repository does not say which"), b.at(a)
		case !a.Arg && a.From != "" && a.From == name && ok: // ENV X=$X hands on what ARG X holds
		case !a.Value.IsAbsent():
			value, at, ok = keys.Known(a.Value), b.at(a), true
		}
	}
	return value, at, ok
}

// declares says whether the Dockerfile has an ARG or ENV of the name.
func (b *build) declares(name string) bool {
	for _, a := range b.sets {
		if a.Name == name {
			return true
		}
	}
	return false
}

// setsURL says whether the build's environment has a Supabase URL of its own: its key then
// goes with that one.
func (b *build) setsURL(names keys.Names) bool {
	for _, a := range b.sets {
		if names.Of(a.Name).URL && (!a.Value.IsAbsent() && a.Value.Len() > 0 || b.args[a.Name] != nil) {
			return true
		}
	}
	return false
}

func (b *build) at(a sources.Assignment) sources.Position { return a.In(b.file.Path) }

// copies says whether a COPY takes a file of the context into the image.
func (b *build) copies(file string) bool {
	rel := b.inContext(file)
	for _, source := range b.parsed.Copies {
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

// inContext is a file's path as the build has it.
func (b *build) inContext(file string) string { return strings.TrimPrefix(file, b.context+"/") }

// argumentsOf are the words by which build arguments are given outside of compose: in
// scripts, in workflows, by Skaffold.
var argumentsOf = []string{"build-arg", "build_args", "buildArgs"}

// suppliedElsewhere says whether something in the repository seems to give a build the
// variable: a workflow, a script.
func (a *apps) suppliedElsewhere(name string) bool {
	if at := a.repo.ScriptNaming(name); at.File != "" {
		return true
	}
	for _, f := range a.repo.Files() {
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

// emptied is a key that a stronger .env file sets to nothing.
type emptied struct {
	name  string
	empty sources.Effective
	full  sources.Effective
	// everywhere says that git holds the empty one, so that every build has it.
	everywhere bool
}

// findEmptied compares the production files of an app: the first that defines a name wins,
// also with nothing.
func (a *apps) findEmptied(winners map[string]sources.Effective, all []sources.Effective, everywhere bool) {
	for _, e := range all {
		winner := winners[e.Name]
		if winner.File == e.File || winner.Value.Len() > 0 || e.Value.Len() == 0 || !a.names.Of(e.Name).Strong {
			continue
		}
		known := false
		for _, other := range a.emptied {
			known = known || other.name == e.Name && other.empty.File == winner.File
		}
		if !known {
			a.emptied = append(a.emptied, emptied{e.Name, winner, e, everywhere})
		}
	}
}
