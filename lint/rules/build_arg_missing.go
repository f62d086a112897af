package rules

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

var buildArgMissing = &lint.Rule{
	Name:     "build-arg-missing",
	Summary:  "a build that takes an app's key as an argument, and is given none",
	Severity: lint.Warning,
	After:    []*lint.Rule{buildArgUnused},
	Doc: `Where a Dockerfile declares ARG NEXT_PUBLIC_SUPABASE_ANON_KEY without a default, whoever builds the image has to hand the key on. A
compose service, a bake target, a job or a script that does not builds the app without one, and nothing fails before the browser says
"supabaseKey is required": the secret exists, the container has the variable, and what is built in is empty (ooples/AiDotNet#1160,
evroon/bracket#495).

It is told where all that the build is given is known, no .env file of the app has the variable, and nothing puts it in when the container starts.
Of a script that people run it is told where nothing else in the repository hands the key on: it may be there to see that the image builds.

Hand it on: build-args of docker/build-push-action, args of compose and bake, --build-arg.`,
	Bad: `
-- .github/workflows/web.yml --
on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with: {context: web}
-- web/Dockerfile --
FROM node:22
# HERE
ARG NEXT_PUBLIC_SUPABASE_URL NEXT_PUBLIC_SUPABASE_ANON_KEY
COPY . .
RUN npm run build
`,
	Good: `
-- .github/workflows/web.yml --
on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          context: web
          build-args: |
            NEXT_PUBLIC_SUPABASE_URL=https://supabase.example.com
            NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon}}
-- web/Dockerfile --
FROM node:22
ARG NEXT_PUBLIC_SUPABASE_URL NEXT_PUBLIC_SUPABASE_ANON_KEY
COPY . .
RUN npm run build
`,
	Check: checkBuildArgMissing,
}

var argNotGiven = lint.Cause{Name: "arg-not-given", Advice: "Hand %s on where the image is built, from the secret or the variable that holds it, and build the app anew."}

func checkBuildArgMissing(p *lint.Pass) {
	apps := newRuntimeApps(p)
	givers := map[sources.Position][]string{}
	for _, b := range p.Builds {
		if b.Giver == "" || b.Open || b.Arguments.Idle != "" || b.Project != nil && b.Project.IsCoolify() {
			continue
		}
		if _, _, ok := b.Made.Builder(b.Target); !ok {
			continue
		}
		for _, a := range b.Sets {
			name := p.Names.Of(a.Name)
			if a.Arg && a.Value.IsAbsent() && name.PublicPrefix != "" && name.Slot.Role() == keys.Public && b.Made.Reaches(a.Name, b.Target) &&
				!isGiven(p, b, a.Name) && !(b.Arguments.ByHand && givesAnybody(p, a.Name)) && !apps.mayGetLater(b, name.PublicPrefix) {
				givers[b.At(a)] = append(givers[b.At(a)], b.Giver)
			}
		}
	}
	for _, b := range p.Builds {
		for _, a := range b.Sets {
			by := givers[b.At(a)]
			if by == nil {
				continue
			}
			delete(givers, b.At(a))
			p.Report(lint.Draft{
				Place: lint.AtName(b.At(a), b.File.Path+" "+a.Name).As(p.Names.Of(a.Name).Slot), Cause: argNotGiven.With(a.Name),
				Message: fmt.Sprintf("ARG %s has no default, and %s hands none on: the app is built without its key", a.Name, list(firstWords(by))),
			})
		}
	}
}

// isGiven says whether anything gives the build the variable, or may.
func isGiven(p *lint.Pass, b *sites.Build, name string) bool {
	if b.Args[name] != nil || b.Env[name].Value.Len() > 0 || p.Repo.ScriptNaming(name).File != "" {
		return true
	}
	for _, a := range b.Sets {
		if a.Name == name && a.Sets() {
			return true
		}
	}
	return slices.ContainsFunc(p.Sites, func(s *sites.Site) bool { // a file of variables that a job writes before it builds
		return s.Carrier.Job && s.Carrier.Kind == inventory.InEnvFile && s.Variable == name
	})
}

// givesAnybody says whether anything gives a build the variable, or may.
func givesAnybody(p *lint.Pass, name string) bool {
	return p.SuppliedElsewhere(name) || slices.ContainsFunc(p.Builds, func(b *sites.Build) bool { return b.Args[name] != nil || b.Open && !b.Arguments.ByHand })
}

// secretMount hands a build's command a secret in a way that is not followed.
var secretMount = []byte("--mount=type=secret")

// mayGetLater says whether something may put the app's variables in when the container starts, or while it is built.
func (a *runtimeApps) mayGetLater(b *sites.Build, prefix string) bool {
	text, err := b.File.Plain()
	return err != nil || bytes.Contains(text, secretMount) || len(b.Parsed.Command) > 0 && !serves(b.Parsed.Command) ||
		sources.MarksInjection(string(text)) || a.reading(b.File.Dir(), prefix) || a.reading(b.Context, prefix)
}
