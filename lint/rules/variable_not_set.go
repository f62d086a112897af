package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

var variableNotSet = &lint.Rule{
	Name:     "variable-not-set",
	Summary:  "an app reads its key by a name that nothing sets, and is given one by a name that it does not read",
	Severity: lint.Warning,
	After:    []*lint.Rule{buildArgUnused},
	Doc: `Supabase's templates have changed the names: NEXT_PUBLIC_SUPABASE_ANON_KEY became NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY, for a
while with DEFAULT or OR_ANON in it, SUPABASE_SERVICE_ROLE_KEY became SUPABASE_SECRET_KEY. Code that came with one template and a .env file
that came with another do not meet: what the code reads is undefined. The build succeeds; the browser then says "supabaseKey is required",
or sends "Bearer undefined", to which the gateway answers 401 without CORS headers, so that all that is seen is "Failed to fetch"
(Stellar-VaultLink/invofi#57).

It is told where no code of the app, no package that it needs, no page or template of it, and no script or program beside it reads the name that
is set, and no file of the repository that is neither code nor an example has the name that is read.

Use one name on both sides, and build the app anew.`,
	Bad: `
-- apps/web/package.json --
{"scripts": {"build": "next build"}, "dependencies": {"next": "16.0.0", "@supabase/supabase-js": "2.80.0"}}
-- apps/web/lib/supabase.ts --
import { createClient } from "@supabase/supabase-js";
export const supabase = createClient(process.env.NEXT_PUBLIC_SUPABASE_URL!, process.env.NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY!);
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_URL=https://supabase.example.com
# HERE
NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon}}
`,
	Good: `
-- apps/web/package.json --
{"scripts": {"build": "next build"}, "dependencies": {"next": "16.0.0", "@supabase/supabase-js": "2.80.0"}}
-- apps/web/lib/supabase.ts --
import { createClient } from "@supabase/supabase-js";
export const supabase = createClient(process.env.NEXT_PUBLIC_SUPABASE_URL!, process.env.NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY!);
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_URL=https://supabase.example.com
NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY={{anon}}
`,
	Check: checkVariableNotSet,
}

var nameNotMet = lint.Cause{Name: "name-not-met", Advice: "Call it %s here, or let the code read %s; then build and deploy the app anew."}

func checkVariableNotSet(p *lint.Pass) {
	set := map[string]bool{}
	for _, s := range p.Sites {
		set[s.Variable] = true
	}
	maySet := map[string]bool{} // outside of what is a site
	given := givenToApps(p)
	for _, app := range p.Repo.Apps() {
		got := given[app.Dir]
		for _, workload := range p.DeliveryOf(app.Dir).Run {
			got = slices.Concat(got, given[workload])
		}
		read := map[string]bool{}
		unread := slices.DeleteFunc(slices.Clone(got), func(s *sites.Site) bool {
			if _, known := read[s.Variable]; !known {
				read[s.Variable] = app.MayRead(s.Variable)
			}
			return read[s.Variable]
		})
		if len(unread) == 0 {
			continue
		}
		reads, open := app.EnvReads()
		if open {
			continue
		}
		for _, r := range reads {
			name := p.Names.Of(r.Name)
			group := slices.DeleteFunc(slices.Clone(unread), func(s *sites.Site) bool { return !isMeant(name, p.Names.Of(s.Variable)) })
			if len(group) == 0 || set[r.Name] {
				continue
			}
			if _, known := maySet[r.Name]; !known {
				maySet[r.Name] = p.Repo.MaySet(r.Name)
			}
			if !maySet[r.Name] {
				reportNotSet(p, app, r, group)
				break
			}
		}
	}
}

// isMeant says whether the code that reads one name is meant to get what another is set to.
func isMeant(read, set keys.Name) bool {
	return read.Strong && !read.AnyRole && !read.Elsewhere() && read.Role() == set.Role() && read.Of == set.Of && (read.PublicPrefix == "") == (set.PublicPrefix == "")
}

// givenToApps are the sites of keys in force whose names say what they are, by the directory of the app that is built with them, or by what runs
// with them ("Deployment web/web").
func givenToApps(p *lint.Pass) map[string][]*sites.Site {
	by, with := map[string][]string{}, map[*inventory.Carrier][]string{} // the directories of apps, by the Dockerfile, and by what is given to the build and to what runs it
	for _, b := range p.Builds {
		by[b.File.Path] = append(by[b.File.Path], b.Context, b.File.Dir())
		with[b.Arguments] = append(with[b.Arguments], b.Context, b.File.Dir())
	}
	for _, b := range p.ComposeBuilds {
		for _, c := range p.Containers {
			if c.Object == nil && c.Unit.Compose == b.Project && c.Name == b.Service {
				with[c.Carrier] = append(with[c.Carrier], b.Context)
			}
		}
	}
	out := map[string][]*sites.Site{}
	for _, s := range p.Sites {
		name, c := p.Names.Of(s.Variable), s.Carrier
		if s.Standing != sites.Presented || !name.Strong || name.AnyRole || name.Role() == keys.Signing || c.Development || p.SetAside(s) || c.Backend != "" {
			continue
		}
		in := slices.Concat([]string{c.App, c.Name}, by[c.File], with[c])
		slices.Sort(in)
		for _, of := range slices.Compact(in) {
			out[of] = append(out[of], s)
		}
	}
	return out
}

func reportNotSet(p *lint.Pass, app *sources.App, r sources.EnvRead, group []*sites.Site) {
	first := group[0]
	dir := app.Dir
	if dir == "." {
		dir = "the app"
	}
	place := lint.AtUse(first) // where it has the name; of a Secret or a file that is handed on as a whole that is where it is written
	if f := p.Repo.File(first.At.File); f == nil || !strings.Contains(f.Line(first.At.Line), first.Variable) {
		place = lint.AtSource(first)
	}
	p.Idle(fmt.Sprintf("no code of %s reads %s", dir, first.Variable), group...)
	p.Report(lint.Draft{
		Place: place, Instance: p.NameOf(first), Cause: nameNotMet.With(r.Name, first.Variable),
		Message: fmt.Sprintf("no code of %s reads %s: it reads %s (%s), which nothing sets, and has no key", dir, first.Holder, r.Name, r.At.File),
		Related: append([]lint.Related{{At: r.At, Holder: r.Name, Says: "is read here, and nothing sets it", AtName: true}},
			p.Alike(group, first.Written, func(s *sites.Site) string { return "is not read" })...),
	})
}
