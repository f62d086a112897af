package rules

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

var keyEmpty = &lint.Rule{
	Name:     "key-empty",
	Summary:  "an app that has Supabase's address, and an empty text for its key",
	Severity: lint.Warning,
	After:    []*lint.Rule{envShadowedByEmpty, buildArgMissing},
	Doc: `A client that is made with an empty key sends an empty apikey, or none, and the gateway answers 401, "No API key found in request"
(supabase/supabase-flutter#190); other clients do not start ("supabaseKey is required").

It is told of a container that is given the address and SUPABASE_ANON_KEY: "" in the open, in its manifest, a ConfigMap or a compose file; and
of an image that a job builds, for which the .env file of the app that git holds says so. It is not told where the container has another key,
or a file with it (SUPABASE_ANON_KEY_FILE), where the value comes from elsewhere (an interpolation, a chart's values, a Secret, a build
argument), or where a script or a workflow names the variable. In a .env file alone an empty key is most often a place that somebody fills.

Give it the key, or leave the variable out.`,
	Bad: `
-- compose.yaml --
services:
  web:
    image: ghcr.io/example/web:1.4.0
    environment:
      SUPABASE_URL: https://supabase.example.com
      SUPABASE_ANON_KEY: "" # HERE
`,
	Good: `
-- compose.yaml --
services:
  web:
    image: ghcr.io/example/web:1.4.0
    environment:
      SUPABASE_URL: https://supabase.example.com
      SUPABASE_ANON_KEY: ${SUPABASE_ANON_KEY}
`,
	Check: checkKeyEmpty,
}

var emptyKey = lint.Cause{Name: "empty-key", Advice: "Give it the key, or leave the variable out."}

const ofEmptyKey = `the app sends an empty apikey, and the gateway answers 401 "No API key found in request"`

func checkKeyEmpty(p *lint.Pass) {
	for _, c := range p.Containers {
		if c.Carrier.Backend == "" && c.Carrier.Idle == "" && !c.Init && c.Unit.Deployed() && !p.RendersGateway(c) && !isScript(commandLine(c.Command)) {
			checkEmptyIn(p, c)
		}
	}
	for _, b := range p.Builds {
		if b.Giver != "" && b.Service == "" && !b.Open {
			checkBuiltEmpty(p, b)
		}
	}
}

// checkEmptyIn looks at a container's variables.
func checkEmptyIn(p *lint.Pass, c *inventory.Container) {
	for _, v := range c.Variables {
		name := p.Names.Of(v.Name)
		if !isPublicKey(name) || !v.Value.IsKnown() || v.Value.Text().Len() > 0 || slices.Contains(inlinedPrefixes, name.PublicPrefix) || !writtenEmpty(p, v) ||
			!slices.ContainsFunc(c.Variables, func(u *inventory.Binding) bool { n := p.Names.Of(u.Name); return n.URL && n.Of == name.Of && u.IsSet() }) ||
			slices.ContainsFunc(c.Variables, func(u *inventory.Binding) bool {
				return u.IsSet() && (isOfRole(p.Names.Of(u.Name).Slot.Role()) || u.Name == v.Name+"_FILE")
			}) || p.SuppliedElsewhere(v.Name) {
			continue
		}
		p.Report(lint.Draft{
			Place: lint.AtName(v.Written(), v.Holder).As(name.Slot), Instance: p.NameIn(c.Unit, c.Namespace), Cause: emptyKey, Trace: v.Trace(),
			Message: fmt.Sprintf("%s is empty: %s", v.Holder, ofEmptyKey),
		})
		return
	}
}

// isPublicKey says whether a name is that of a public key, or of one of any role, and of nothing else's.
func isPublicKey(name keys.Name) bool { return name.Strong && name.Slot.Role() == keys.Public }

// emptyText matches a line that ends with nothing, or has an empty text.
var emptyText = regexp.MustCompile(`""|''|=["']?\s*(?:#.*)?$`)

// writtenEmpty says whether a person wrote the empty text where the variable gets its value, and nothing puts another in its place.
func writtenEmpty(p *lint.Pass, v *inventory.Binding) bool {
	at, named := v.Written(), v.Name
	if v.Entry != nil {
		if named = v.Entry.Key; v.Entry.Object.Kind != "ConfigMap" {
			return false
		}
	}
	f := p.Repo.File(at.File)
	if f == nil || f.IsDotenv() || f.Encrypted() {
		return false
	}
	line := f.Line(at.Line)
	return emptyText.MatchString(line) && !strings.ContainsAny(line, "$") && !strings.Contains(line, "{{") && (strings.Contains(line, named) || strings.HasPrefix(strings.TrimSpace(line), "value:"))
}

// checkBuiltEmpty looks at what the .env files that git holds give an image that a job builds, where nothing else gives it the key.
func checkBuiltEmpty(p *lint.Pass, b *sites.Build) {
	hasURL := slices.ContainsFunc(slices.Collect(maps.Values(b.Env)), func(e sources.Effective) bool { return p.Names.Of(e.Name).URL && e.Value.Len() > 0 })
	for _, variable := range slices.Sorted(maps.Keys(b.Env)) {
		e, name := b.Env[variable], p.Names.Of(variable)
		if !hasURL || !isPublicKey(name) || e.Value.Len() > 0 || !slices.Contains(inlinedPrefixes, name.PublicPrefix) || b.Declares(variable) || !b.Copies(e.File) ||
			isGiven(p, b, variable) || p.SuppliedElsewhere(variable) || slices.ContainsFunc(p.Emptied, func(by sites.Emptied) bool { return by.Name == variable }) ||
			slices.ContainsFunc(slices.Collect(maps.Values(b.Env)), func(o sources.Effective) bool { return isPublicKey(p.Names.Of(o.Name)) && o.Value.Len() > 0 }) {
			continue
		}
		if _, out := p.Repo.LeftOut(b.Context, b.File.Path, e.File); out {
			continue
		}
		p.Report(lint.Draft{
			Place: lint.AtName(e.In(e.File), e.File+" "+variable).As(name.Slot), Cause: emptyKey,
			Message: fmt.Sprintf("%s is empty, and %s builds the app with it: %s", variable, b.Giver, ofEmptyKey),
		})
		return
	}
}
