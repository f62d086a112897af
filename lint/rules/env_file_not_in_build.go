package rules

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var envFileNotInBuild = &lint.Rule{
	Name:     "env-file-not-in-build",
	Summary:  "the only file that holds a key for the build is kept from it by .dockerignore",
	Severity: lint.Warning,
	Doc: `What .dockerignore matches is not sent to the builder, so that COPY does not take it along. A build on the developer's
machine finds the .env file; the one of the image does not, and bakes nothing in: "supabaseUrl is required", or requests without a
key.

Let the file through (!.env.production below the pattern), or give the key as a build argument.`,
	Bad: `
-- apps/web/Dockerfile --
FROM node:22
WORKDIR /app
COPY . .
RUN npm run build
-- apps/web/.dockerignore --
node_modules
# HERE
.env*
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_URL=https://supabase.example.com
NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon}}
`,
	Good: `
-- apps/web/Dockerfile --
FROM node:22
WORKDIR /app
COPY . .
RUN npm run build
-- apps/web/.dockerignore --
node_modules
.env*
!.env.production
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_URL=https://supabase.example.com
NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon}}
`,
	Check: checkEnvFileNotInBuild,
}

var keptFromBuild = lint.Cause{Name: "kept-from-build", Advice: "Let the file through with a line below it (!%s), or declare ARG %s and give it to the build."}

// checkEnvFileNotInBuild looks at public keys only: a server key is better not built in.
func checkEnvFileNotInBuild(p *lint.Pass) {
	in := sync.OnceValue(func() map[string][]*sites.Site { // by file
		all := map[string][]*sites.Site{}
		for _, s := range p.Sites {
			if slices.Contains(inlinedPrefixes, s.Name.PublicPrefix) {
				all[s.At.File] = append(all[s.At.File], s)
			}
		}
		return all
	})
	for _, b := range p.Builds {
		if b.File.Mentions("--mount=type=secret") || b.File.Mentions("--mount=type=bind") {
			continue // the build may get the file in another way
		}
		asked := map[string]bool{}
		for _, name := range slices.Sorted(maps.Keys(b.Env)) {
			e := b.Env[name]
			class := p.Names.Of(name)
			if !slices.Contains(inlinedPrefixes, class.PublicPrefix) || !class.Strong || e.Value.Len() == 0 || b.Declares(name) || !b.Copies(e.File) {
				continue
			}
			if asked[e.File] {
				continue
			}
			asked[e.File] = true
			at, out := p.Repo.LeftOut(b.Context, b.File.Path, e.File)
			if !out {
				continue
			}
			p.Report(lint.Draft{
				Place:   lint.AtName(at, name),
				Message: fmt.Sprintf("%s is kept from the build of %s, and nothing else gives it %s", e.File, b.File.Path, name),
				Related: []lint.Related{{At: e.In(e.File), Holder: e.File + " " + name}},
				Cause:   keptFromBuild.With(b.InContext(e.File), name),
			})
			doubtKept(p, b, in()[e.File], at.File)
			break
		}
	}
}

// doubtKept says of the keys in a file that is kept from a build, and that nothing else gives it, that they need not be what the app has.
func doubtKept(p *lint.Pass, b *sites.Build, file []*sites.Site, by string) {
	for _, s := range file {
		if !b.Declares(s.Variable) {
			p.Doubt(fmt.Sprintf("%s keeps it from the build of %s, and nothing else gives it that", by, b.File.Path), s)
		}
	}
}
