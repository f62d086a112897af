package rules

import (
	"fmt"
	"maps"
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
)

var envSourceConflict = &lint.Rule{
	Name:     "env-source-conflict",
	Summary:  "two sources that reach one build hold different keys",
	Severity: lint.Warning,
	After:    []*lint.Rule{keyNotSignedBySecret},
	Doc: `What the Dockerfile or a build argument sets goes before every .env file: Next.js and Vite take a variable from a file only
where the environment does not have it. The key is then built in from one place and the URL beside it from another, and whoever
rotates the key in the .env file changes nothing.

Keep the key in one of the two places.`,
	Bad: `
-- apps/web/Dockerfile --
FROM node:22
# HERE
ENV NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon.old}}
COPY . .
RUN npm run build
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_URL=https://supabase.example.com
NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon}}
`,
	Good: `
-- apps/web/Dockerfile --
FROM node:22
COPY . .
RUN npm run build
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_URL=https://supabase.example.com
NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon}}
`,
	Check: checkEnvSourceConflict,
}

var twoSources = lint.Cause{Name: "two-sources", Advice: "Keep the key in one of the two places, and rebuild the app."}

// checkEnvSourceConflict says nothing where one of the two is named already, and where the
// stronger source brings a URL along: that is another instance, on purpose.
func checkEnvSourceConflict(p *lint.Pass) {
	for _, b := range p.Builds {
		if b.SetsURL(p.Names) {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(b.Env)) {
			file := b.Env[name]
			at := file.In(file.File)
			value, given, ok := b.Given(name)
			if !p.Names.Of(name).Strong || !ok || !value.IsKnown() || value.Text().Len() == 0 || file.Value.Len() == 0 ||
				value.Text().Equal(file.Value) || p.ExplainedAt(given) || p.ExplainedAt(at) {
				continue
			}
			if keys.Recognize(value.Text()) == "" || keys.Recognize(file.Value) == "" {
				continue // a placeholder, for one, of which its own rule tells
			}
			d := p.Compare(value.Text(), file.Value, "the file's")
			p.Report(lint.Draft{
				Place:   lint.AtValue(given, name),
				Message: fmt.Sprintf("the build takes %s from here, and %s holds another key (%s)", name, file.File, d.Words),
				Related: []lint.Related{{At: at, Holder: file.File + " " + name, Says: "it never counts"}},
				Cause:   twoSources,
			})
		}
	}
}
