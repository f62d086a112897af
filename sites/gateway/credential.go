package gateway

import (
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/substitute"
)

// addCredential adds one credential of a Kong. before is what stands in the template; v is
// what Kong reads, made of uses; why is set where that is not known.
func (f *Found) addCredential(g *Gateway, c sources.KongCredential, at sources.Position, before keys.Text, v keys.Value, uses []substitute.Use, why string) {
	role := g.Config.Role(c.Consumer)
	became := fateOf(reading{before: before, read: c, value: v, filledIn: len(uses) > 0, role: role, why: why})
	cred := &Credential{
		Consumer: c.Consumer, holder: "Kong consumer " + c.Consumer, At: at, key: before, Name: keys.ReferenceName(before.Reveal()),
		Fate: became.fate, Kind: became.kind, Template: became.template,
	}
	g.Credentials = append(g.Credentials, cred)
	if why != "" && before.Len() == 0 {
		return
	}
	b := &inventory.Binding{Name: cred.Name, Holder: cred.holder, Consumer: c.Consumer, Role: role, Value: became.value, Doubt: g.doubtOf(c), RefusedAt: g.Config.RefusesAt(c.Consumer)}
	f.traceCredential(g, b, at, cred, uses)
	b.Slot, b.Role = settle(b.Role, f.Names.Of(b.Name), b.Value)
	switch {
	case b.Slot == "":
		if b.Value.IsKnown() {
			g.Extra = append(g.Extra, Extra{b.Value, b.Written(), g.Server()})
		}
	case cred.Fate != Empty || b.Slot != keys.Publishable && b.Slot != keys.Secret:
		cred.Binding = b
	}
}

// traceCredential writes down the way from the credential back to where its value is
// written.
func (f *Found) traceCredential(g *Gateway, b *inventory.Binding, at sources.Position, cred *Credential, uses []substitute.Use) {
	b.Where = inventory.Stands(at)
	if cred.Template != "" {
		b.Where.Trace = []sources.Step{{At: at, Text: cred.Template}}
	}
	if len(uses) == 0 {
		return
	}
	if b.Where.Trace == nil {
		b.Where.Trace = []sources.Step{{At: at, Text: "written by a script"}}
	}
	then := func(steps ...sources.Step) { b.Where.Trace = append(b.Where.Trace, steps...) }
	for _, step := range slices.Backward(g.steps()) {
		if by := g.Run.by[step.Program]; by != nil {
			then(sources.Step{At: sources.Position{File: by.Carrier.File}, Text: step.Tool + " in " + step.Program})
		}
	}
	use := uses[0]
	if use.Program == "" {
		if file, ok := g.Run.Files[use.Name]; ok && file.Entry != nil {
			b.Where.Written = file.From.At
			if !b.Value.IsKnown() || keys.Trim(file.From.Value.Text()).Equal(keys.Trim(b.Value.Text())) {
				b.Entry = file.Entry // and not where the key is one line of a file
			}
			then(sources.Step{At: sources.Position{File: file.From.At.File}, Text: "mounted " + file.Source}, sources.Step{At: file.From.At, Text: "written here"})
		}
		return
	}
	by := g.Run.by[use.Program]
	if by == nil {
		return
	}
	if f.Names.Of(b.Name).Slot == "" {
		b.Name = use.Name
	}
	v := by.Env[use.Name]
	if v == nil {
		return
	}
	if b.Broken = v.Broken; b.Broken == nil {
		b.Where.Written, b.Entry, b.Unset = v.Written(), v.Entry, v.Unset
		then(v.Trace()...)
	}
}

// doubtOf is why it is not known that Kong lets pass who sends the credential; empty where it is.
func (g *Gateway) doubtOf(c sources.KongCredential) string {
	if g.unsure != "" {
		return g.unsure
	}
	if c.Encrypted {
		return "it is a credential of the plugin key-auth-enc, which is not read"
	}
	if why := g.lacksPlugin(); why != "" {
		return why
	}
	if c.Lapses {
		return "Kong forgets it when its ttl is over"
	}
	return g.Config.Refuses(c.Consumer)
}
