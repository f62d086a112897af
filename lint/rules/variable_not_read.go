package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites/inventory"
)

var variableNotRead = &lint.Rule{
	Name:     "variable-not-read",
	Summary:  "a service of Supabase is given a key by a name that it does not read",
	Severity: lint.Error,
	After:    []*lint.Rule{secretRefDangling},
	Doc: `GoTrue, PostgREST, Realtime, Storage, Studio and Supavisor take their keys from variables of certain names, and pass any other
over. None of them reads the file that a variable with _FILE names, as Postgres' image does with POSTGRES_PASSWORD_FILE:
GOTRUE_JWT_SECRET_FILE and the compose secret behind it have no effect. Nor has a name with a slip (GOTRUE_JWT_SECERT). The service is
then without its key: it does not start, refuses every token, or makes a key of its own.

It is told where the right variable is not set. It is a warning where something that is not in the repository may set it (an envFrom, an
env_file). An image of your own, and one that a script starts, may read anything; so may Functions and the gateway.

Set the variable that the service reads. PostgREST reads a file where PGRST_JWT_SECRET is "@" and its path; for the others, let a
script that you make the entrypoint read it.`,
	Bad: `
-- compose.yaml --
services:
  auth:
    image: supabase/gotrue:v2.177.0
    environment:
      GOTRUE_SITE_URL: https://example.com
      GOTRUE_JWT_SECRET_FILE: /run/secrets/jwt # HERE
    secrets: [jwt]
secrets:
  jwt: {file: ./jwt.txt}
`,
	Good: `
-- compose.yaml --
services:
  auth:
    image: supabase/gotrue:v2.177.0
    environment:
      GOTRUE_SITE_URL: https://example.com
      GOTRUE_JWT_SECRET: ${JWT_SECRET}
-- .env --
JWT_SECRET={{jwt_secret}}
`,
	Check: checkVariableNotRead,
}

var (
	fileNotRead = lint.Cause{Name: "file-not-read", Advice: "Set %s to the value itself, or let a script of yours, as the entrypoint, read the file and export it."}
	fileByAt    = lint.Cause{Name: "file-by-at", Advice: `Set %s to "@" and the path of the file.`}
	misspelt    = lint.Cause{Name: "misspelt-variable", Advice: "Call it %s."}
)

// unreadVariable is a variable that a container passes over, and the one that it reads.
type unreadVariable struct {
	given *inventory.Binding
	reads string
}

func checkVariableNotRead(p *lint.Pass) {
	for _, c := range p.Containers {
		if reads := p.KeyVariables(c); len(reads) > 0 && c.Carrier.Idle == "" && c.Unit.Deployed() {
			if unread := unreadVariables(p, c, reads); len(unread) > 0 {
				reportNotRead(p, c, unread)
			}
		}
	}
}

// unreadVariables are those of a container that stand for one which it reads and which is not set.
// A name that another service reads is no slip.
func unreadVariables(p *lint.Pass, c *inventory.Container, reads []string) []unreadVariable {
	var out []unreadVariable
	for _, v := range c.Variables {
		if !v.IsSet() || slices.Contains(reads, v.Name) {
			continue
		}
		of, isFile := strings.CutSuffix(v.Name, "_FILE")
		for _, name := range reads {
			if !c.Env[name].IsSet() && (isFile && of == name || p.Names.Of(v.Name).Slot == "" && !inventory.IsDictionary(v.Name) && keys.Slip(v.Name, name)) {
				out = append(out, unreadVariable{v, name})
				break
			}
		}
	}
	return out
}

// setsSlot says whether the container has a key of the variable's slot by another name that it
// reads, as Storage takes PGRST_JWT_SECRET for AUTH_JWT_SECRET.
func setsSlot(p *lint.Pass, c *inventory.Container, variable string) bool {
	return slices.ContainsFunc(p.KeyVariables(c), func(name string) bool {
		return name != variable && c.Env[name].IsSet() && p.Names.Of(name).Slot == p.Names.Of(variable).Slot
	})
}

// reportNotRead reports all of one container, which is edited once.
func reportNotRead(p *lint.Pass, c *inventory.Container, unread []unreadVariable) {
	first, service := unread[0], c.Carrier.Backend
	f := lint.Draft{
		Place: lint.AtName(first.given.At(), first.given.Holder).As(p.Names.Of(first.reads).Slot), Instance: p.NameIn(c.Unit, c.Namespace),
		Message: fmt.Sprintf("%s has no effect: %s does not read it, and %s is not set", first.given.Holder, service, first.reads),
	}
	switch isFile := strings.HasSuffix(first.given.Name, "_FILE"); {
	case isFile && service == "PostgREST":
		f.Cause = fileByAt.With(first.reads)
	case isFile:
		f.Cause = fileNotRead.With(first.reads)
	default:
		f.Cause = misspelt.With(first.reads)
		f.Message = fmt.Sprintf("%s has no effect: %s does not read it, but %s, which is not set", first.given.Holder, service, first.reads)
	}
	if len(c.OpenEnv) > 0 {
		f.Severity = lint.Warning
		f.Message += "; what is not known may set it: " + c.OpenEnv[0]
	} else if setsSlot(p, c, first.reads) {
		f.Severity = lint.Warning
	}
	for _, u := range unread {
		if u != first {
			f.Related = append(f.Related, lint.Related{At: u.given.At(), Holder: u.given.Name, Says: "in place of " + u.reads, AtName: true})
		}
		for _, s := range p.Sites {
			if s.Carrier == c.Carrier && s.Variable == u.given.Name {
				p.Idle(fmt.Sprintf("%s reads no variable %s", service, u.given.Name), s)
			}
		}
	}
	p.Report(f)
}
