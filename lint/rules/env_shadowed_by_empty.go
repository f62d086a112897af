package rules

import (
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var envShadowedByEmpty = &lint.Rule{
	Name:     "env-shadowed-by-empty",
	Summary:  "a variable that is set to nothing goes before the file that holds the key",
	Severity: lint.Error,
	Doc: `The first source that defines a variable wins, also with nothing. An ENV X=$X behind an ARG X that no build argument
fills sets X to the empty text, and so does an "X=" in a stronger .env file (.env.production.local, .env.local, .env.production,
.env, in this order). The app is built with an empty key, whatever the other file holds: "supabaseKey is required", or a request
without apikey.

It is a warning where something else may still set the variable: a build argument that the repository does not show, or a file
that git ignores and only this machine has.

Leave the empty variable out; do not declare an ARG that is not always given.`,
	Bad: `
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_ANON_KEY= # HERE
-- apps/web/.env --
NEXT_PUBLIC_SUPABASE_URL=https://supabase.example.com
NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon}}
`,
	Good: `
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_URL=https://supabase.example.com
-- apps/web/.env --
NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon}}
`,
	Check: checkEnvShadowedByEmpty,
}

var (
	emptyLineWins     = lint.Cause{Name: "empty-line-wins", Advice: "Take the line out, and rebuild the app."}
	emptyArgumentWins = lint.Cause{Name: "empty-argument-wins", Advice: "Take the ENV %s out, so that the file counts, or give the build the argument; then rebuild the app."}
)

func checkEnvShadowedByEmpty(p *lint.Pass) {
	for _, e := range p.Emptied {
		f := lint.Draft{
			Place:   lint.AtName(e.Empty.In(e.Empty.File), e.Name),
			Message: fmt.Sprintf("%s is set to nothing here, and %s goes before %s: the app is built without the key", e.Name, e.Empty.File, e.Full.File),
			Related: []lint.Related{{At: e.Full.In(e.Full.File), Holder: e.Full.File + " " + e.Name, Says: "it never counts"}},
			Cause:   emptyLineWins,
		}
		if !e.Everywhere {
			f.Severity = lint.Warning
			f.Message += ", on this machine: git ignores the file"
		} else if declared(p, e) {
			f.Severity = lint.Warning
			f.Message += ", unless the Dockerfile's build argument is given"
		} else if p.SuppliedElsewhere(e.Name) {
			f.Severity = lint.Warning
			f.Message += ", unless the environment of the build has it: a workflow or a script names it"
		}
		p.Report(f)
	}
	for _, b := range p.Builds {
		checkEmptyArguments(p, b)
	}
}

// declared says whether a Dockerfile of the app may still set the variable.
func declared(p *lint.Pass, e sites.Emptied) bool {
	return slices.ContainsFunc(p.Builds, func(b *sites.Build) bool {
		return b.File.Dir() == path.Dir(e.Empty.File) && b.Declares(e.Name)
	})
}

// checkEmptyArguments finds the ENVs that hand on an ARG which nothing gives.
func checkEmptyArguments(p *lint.Pass, b *sites.Build) {
	for _, name := range slices.Sorted(maps.Keys(b.Env)) {
		file := b.Env[name]
		if !p.Names.Of(name).Strong || file.Value.Len() == 0 {
			continue
		}
		for _, a := range b.Sets {
			if a.Arg || a.Name != name || a.From == "" || !a.Value.IsAbsent() || b.Args[a.From] != nil {
				continue
			}
			f := lint.Draft{
				Place:   lint.AtName(b.At(a), name),
				Related: []lint.Related{{At: file.In(file.File), Holder: file.File + " " + name, Says: "it never counts"}},
				Cause:   emptyArgumentWins.With(name),
			}
			switch {
			case b.Open:
				continue
			case b.Giver != "":
				f.Message = fmt.Sprintf("%s builds this without the argument %s: the ENV is then empty, and goes before %s", b.Giver, a.From, file.File)
			case p.SuppliedElsewhere(a.From):
				continue
			default:
				f.Severity = lint.Warning
				f.Message = fmt.Sprintf("without --build-arg %s the ENV %s is empty, and goes before %s: nothing in the repository gives it", a.From, name, file.File)
			}
			p.Report(f)
		}
	}
}
