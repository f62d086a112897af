package rules

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

var roleFallback = &lint.Rule{
	Name:     "role-fallback",
	Summary:  "code that takes the key of one role where the other role's is not set",
	Severity: lint.Warning,
	Doc: `Code that asks for SUPABASE_ANON_KEY, and takes SUPABASE_SERVICE_ROLE_KEY where that is not set, works in both cases. In the second it acts
with a key for which no Row Level Security holds, for whoever asks it (KanishJebaMathewM/Truxify#1044). One variable that a deployment lacks,
or that was renamed, makes an administrator of everybody, and nothing fails.

In a script that a person runs it is of the severity info. An expression that is a condition, that stands in a comment, in documentation, in a
test or in what a build made, or that asks for a name which tells no role (SUPABASE_KEY), is none.

The other way round it is common and does no harm as long as the server key is set. It is told where a container has the public key, all that
it is given is known, its program loads no variables by itself (dotenv, doppler run), and nothing in the repository but code, documentation
and examples names the server key: the code was written to go past Row Level Security, acts as anon, and its queries return nothing without an
error. Which code a container runs is known where compose builds it, or where a directory has the name of its image.

Ask for one key, and fail where it is not set.`,
	Bad: `
-- api/login.ts --
import { createClient } from "@supabase/supabase-js";
export const supabase = createClient(
  process.env.SUPABASE_URL!,
  process.env.SUPABASE_ANON_KEY || process.env.SUPABASE_SERVICE_ROLE_KEY!, // # HERE
);
`,
	Good: `
-- api/login.ts --
import { createClient } from "@supabase/supabase-js";
const key = process.env.SUPABASE_ANON_KEY || process.env.SUPABASE_PUBLISHABLE_KEY;
if (!key) throw new Error("SUPABASE_ANON_KEY is not set");
export const supabase = createClient(process.env.SUPABASE_URL!, key);
`,
	Check: checkRoleFallback,
}

var (
	publicToServer = lint.Cause{Name: "public-to-server", Advice: "Take the public key alone, and fail where %s is not set."}
	serverToPublic = lint.Cause{Name: "server-to-public", Advice: "Give it %s, or take the public key out of the expression, so that it fails where the server key is not set."}
)

func checkRoleFallback(p *lint.Pass) {
	for files := p.Fallbacks; len(files) > 0; {
		n := 1
		for n < len(files) && files[n].File == files[0].File {
			n++
		}
		reportToServer(p, files[:n])
		files = files[n:]
	}
	checkTakenFallbacks(p)
}

// steps are the first name of a role in an expression, and the first of the other role behind it. ok is false where either name is in use for
// other things as well, and where what is asked first may be of any role.
func steps(f sources.Fallback) (first, then sources.FallbackName, ok bool) {
	first = f.Names[0]
	i := slices.IndexFunc(f.Names, func(n sources.FallbackName) bool { return n.Name.Role() != "" && n.Name.Role() != first.Name.Role() })
	if i < 0 || !first.Name.Strong || first.Name.AnyRole || !f.Names[i].Name.Strong {
		return first, then, false
	}
	return first, f.Names[i], true
}

// notSet says of what is asked before a name that none of it is set.
func notSet(f sources.Fallback, then sources.FallbackName) string {
	var before []string
	for _, n := range f.Names {
		if n == then {
			break
		}
		before = append(before, keys.ShownName(n.Text))
	}
	if len(before) == 1 {
		return before[0] + " is not set"
	}
	return "none of " + list(before) + " is set"
}

// reportToServer tells of the expressions of a file that go on to a server key: one finding, at the first.
func reportToServer(p *lint.Pass, of []sources.Fallback) {
	var draft *lint.Draft
	for _, f := range of {
		first, then, ok := steps(f)
		switch {
		case !ok || first.Name.Role() != keys.Public:
		case draft != nil:
			draft.Related = append(draft.Related, lint.Related{At: then.At, Holder: f.File.Path + " " + then.Text, Says: "likewise", AtName: true})
		default:
			draft = &lint.Draft{
				Place:   lint.AtName(then.At, f.File.Path+" "+then.Text).As(then.Name.Slot),
				Cause:   publicToServer.With(keys.ShownName(first.Text)),
				Message: fmt.Sprintf("where %s, this takes %s, for which no Row Level Security holds", notSet(f, then), keys.ShownName(then.Text)),
			}
			switch {
			case f.File.IsRunByHand():
				draft.Severity = lint.Info
			case !f.File.IsManifest() && !f.File.IsDotenv():
				draft.Message += ": whoever asks the program is an administrator then"
			}
		}
	}
	if draft != nil {
		p.Report(*draft)
	}
}

// checkTakenFallbacks finds the containers whose code wants a server key, and goes on to the public one for sure.
func checkTakenFallbacks(p *lint.Pass) {
	named := map[string]bool{}
	isNamed := func(name string) bool {
		is, known := named[name]
		if !known {
			is = p.Repo.Hands(name)
			named[name] = is
		}
		return is
	}
	told := map[sources.Position]bool{}
	for _, f := range p.Fallbacks {
		first, then, ok := steps(f)
		if !ok || first.Name.Role() != keys.Server || f.File.IsRunByHand() || told[then.At] {
			continue
		}
		for _, c := range p.Containers {
			given := c.Env[then.Text]
			if !given.IsSet() || c.Init || len(c.OpenEnv) > 0 || c.Carrier.Idle != "" || !c.Unit.Deployed() || !runsCode(p, c, f.File.Path) ||
				slices.ContainsFunc(f.Names, func(n sources.FallbackName) bool { return n.Name.Slot.Role() == keys.Server && isNamed(n.Text) }) ||
				sources.LoadsVariables(strings.Join(c.Command, " ")) || p.Repo.MayLoadVariables(f.File) {
				continue
			}
			p.Report(lint.Draft{
				Place: lint.AtName(then.At, f.File.Path+" "+then.Text).As(then.Name.Slot), Instance: p.NameIn(c.Unit, c.Namespace), Cause: serverToPublic.With(keys.ShownName(first.Text)),
				Message: fmt.Sprintf("%s has no %s, so that this takes %s: what was written to go past Row Level Security acts as anon, and its queries return nothing", c.Label(), keys.ShownName(first.Text), keys.ShownName(then.Text)),
				Related: []lint.Related{{At: given.NamedAt(), Holder: given.Holder, Says: "what it has", AtName: true}},
			})
			told[then.At] = true
			break
		}
	}
}

// runsCode says whether a container runs the code of a file: compose builds it of what the file lies in, or the nearest directory that is built
// has the name of its image.
func runsCode(p *lint.Pass, c *inventory.Container, file string) bool {
	if c.Object == nil {
		for _, b := range p.ComposeBuilds {
			if b.Service == c.Name && b.Project == c.Unit.Compose {
				return b.Context == "." || strings.HasPrefix(file, b.Context+"/")
			}
		}
		return false
	}
	image, _, _ := strings.Cut(path.Base(c.Image), "@")
	image, _, _ = strings.Cut(image, ":")
	for dir := path.Dir(file); dir != "."; dir = path.Dir(dir) {
		if p.Repo.File(path.Join(dir, "Dockerfile")) != nil {
			return path.Base(dir) == image
		}
	}
	return false
}
