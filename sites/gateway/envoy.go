package gateway

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/substitute"
)

// collectEnvoy finds every Envoy that guards Supabase: one whose configuration compares the
// apikey header with keys, or where that is built into the image, one that is given the keys.
func (f *Found) collectEnvoy() {
	for _, p := range f.Pods {
		for _, c := range p.Containers {
			if c.Guards {
				f.addEnvoy(p, c)
			}
		}
	}
}

// Translated are the four keys that upstream's Lua filter wants all of before it takes an
// opaque key.
var Translated = []keys.Slot{keys.Publishable, keys.Secret, keys.AnonAsymmetric, keys.ServiceRoleAsymmetric}

// envoyLocals are the names of upstream's Lua variables that are not those of the
// environment.
var envoyLocals = map[string]keys.Slot{
	"SERVICE_ROLE_JWT": keys.ServiceRoleAsymmetric, "ANON_JWT": keys.AnonAsymmetric,
}

func (f *Found) localSlot(name string) keys.Slot {
	if slot := envoyLocals[name]; slot != "" {
		return slot
	}
	return f.Names.Of(name).Slot
}

func (f *Found) addEnvoy(p *inventory.Pod, c *inventory.Container) {
	r := follow(f.Inventory, p, c, nil)
	g := &Gateway{
		Name: c.Label(), Product: "Envoy", Unit: p.Unit, Namespace: p.Namespace, Run: r, Renderers: []*inventory.Container{c},
		At: sources.Position{File: c.Carrier.File},
	}
	f.Gateways = append(f.Gateways, g)
	if r.stopped != nil {
		g.Fault = &fault{At: r.position(r.halted.StoppedAt, 1, 0), Missing: r.halted.Missing, Where: r.stopped,
			Message: fmt.Sprintf("%s ends before Envoy's configuration is there: %s", r.stopped.Label(), r.halted.Stopped)}
	}
	config, seen := r.envoyConfiguration()
	if config == nil {
		g.unsure = r.unfollowed
		f.addEnvoyEnvironment(g, c, r.otherListener())
		return
	}
	rendered := seen.Rendered
	g.Rendered, g.unsure = rendered, cmp.Or(c.Carrier.Doubt, r.replaced(f.Inventory, seen.Path))
	for _, s := range rendered.Steps {
		if by := r.by[s.Program]; by != nil && !g.renders(by) {
			g.Renderers = append(g.Renderers, by)
		}
	}
	for _, source := range rendered.Sources() {
		g.Name = source
		g.At = r.position(substitute.Place{Source: source, Line: 1}, 1, 0)
	}
	f.addEnvoyKeys(g, config, rendered)
}

// envoyConfiguration is the configuration that Envoy reads: the rendered one where
// something was rendered, else the one that is mounted.
func (r *run) envoyConfiguration() (*sources.EnvoyConfig, substitute.Seen) {
	var config *sources.EnvoyConfig
	var best substitute.Seen
	for _, f := range r.outcome.Files() {
		if f.Rendered.Unknown != "" || config != nil && len(f.Rendered.Steps) <= len(best.Rendered.Steps) {
			continue
		}
		if c, _ := sources.ParseEnvoy(f.Rendered.Text()); c != nil {
			config, best = c, f
		}
	}
	return config, best
}

// otherListener says why the keys that Envoy is given need not be those that it takes: a listener of it is seen that compares none.
func (r *run) otherListener() string {
	for _, f := range r.outcome.Files() {
		if f.Rendered.Unknown == "" && sources.IsEnvoyListener(f.Rendered.Text()) {
			return f.Path + ", which Envoy reads, compares no key that keylint can find"
		}
	}
	return ""
}

// addEnvoyKeys makes accepted sites of what the policies compare with, and where the
// filter translates of the opaque keys.
func (f *Found) addEnvoyKeys(g *Gateway, config *sources.EnvoyConfig, rendered *substitute.Rendered) {
	seen := map[string]bool{}
	add := func(k sources.EnvoyKey, slot keys.Slot) {
		_, before := f.envoyTemplate(g, placeOf(rendered, k.Line))
		if text := before.Reveal() + " " + k.Key.Reveal() + " " + k.Unsure; !seen[text] {
			seen[text] = true
			f.addEnvoyKey(g, k, slot, rendered)
		}
	}
	for _, k := range config.Exact {
		add(k, "")
	}
	set := map[keys.Slot]bool{}
	for _, k := range config.Locals {
		if slot := f.localSlot(k.Name); slot != "" && k.Key.Len() > 0 {
			set[slot] = true
		}
	}
	g.Partial = partial(set)
	if g.Partial != nil {
		return
	}
	for _, k := range config.Locals {
		if slot := f.localSlot(k.Name); set[slot] && (slot == keys.Publishable || slot == keys.Secret) {
			add(k, slot)
		}
	}
}

// partial lists which of the four keys are missing; nil where all are there.
func partial(set map[keys.Slot]bool) []keys.Slot {
	var missing []keys.Slot
	for _, slot := range Translated {
		if !set[slot] {
			missing = append(missing, slot)
		}
	}
	return missing
}

// addEnvoyKey makes an accepted site of one value of Envoy's configuration.
func (f *Found) addEnvoyKey(g *Gateway, k sources.EnvoyKey, slot keys.Slot, rendered *substitute.Rendered) {
	v, uses := rendered.Resolve(k.Key.Reveal())
	from := placeOf(rendered, k.Line)
	at, before := f.envoyTemplate(g, from)
	cred := &Credential{At: at, key: before, Name: keys.ReferenceName(before.Reveal()), holder: "Envoy's apikey"}
	g.Credentials = append(g.Credentials, cred)
	if cred.Name != "" {
		cred.Template = before.Reveal()
	}
	b := &inventory.Binding{Name: cred.Name, Holder: "Envoy", Slot: slot, Value: v.Trimmed(), Doubt: g.unsure}
	switch text := v.Text().Reveal(); {
	case k.Unsure != "":
		b.Value = keys.Unknown(k.Unsure)
	case v.IsKnown() && text == "":
		cred.Fate = Empty
		if slot := f.Names.Of(b.Name).Slot; slot != keys.Anon && slot != keys.ServiceRole {
			cred.Fate = Gone // a slot that is not in use
			return
		}
		b.Value = keys.Unknown("nothing is put in its place")
	case v.IsKnown() && len(uses) == 0 && keys.IsPlaceholder(v.Text()):
		cred.Fate = Literal
		b.Value = keys.Unknown("Envoy takes a placeholder for the key itself")
	}
	f.traceCredential(g, b, at, cred, uses)
	if name := f.Names.Of(b.Name); b.Slot == "" {
		b.Slot, b.Role = settle(name.Slot.Role(), name, b.Value)
	}
	if b.Slot != "" {
		cred.holder, cred.Binding = fmt.Sprintf("Envoy's %s key", b.Slot), b
	}
}

// envoyTemplate finds the placeholder in a line of the template, in either style.
func (f *Found) envoyTemplate(g *Gateway, from substitute.Place) (sources.Position, keys.Text) {
	file, ok := g.Run.Files[from.Source]
	lines := strings.Split(string(f.Readable(file.Value)), "\n")
	if !ok || from.Line < 1 || from.Line > len(lines) {
		return g.Run.position(from, 1, 0), keys.NewText("")
	}
	line := lines[from.Line-1]
	at := placeholderIn.FindStringIndex(line)
	if at == nil {
		return file.Inside(from.Line, 0, 0), keys.NewText("")
	}
	return file.Inside(from.Line, at[0]+1, at[1]+1), keys.NewText(line[at[0]:at[1]])
}

// placeholderIn finds a reference within a line.
var placeholderIn = regexp.MustCompile(`\$(\{\w+\}|\w+)`)

// addEnvoyEnvironment makes accepted sites of the variables of an Envoy whose
// configuration is not in the repository, by upstream's names: the image renders it. None of them is known where a configuration is seen that does
// not look at keys; why says so.
func (f *Found) addEnvoyEnvironment(g *Gateway, c *inventory.Container, why string) {
	set := map[keys.Slot]bool{}
	for _, v := range c.Variables {
		if !v.Value.IsKnown() || v.Value.Text().Len() > 0 {
			set[f.Names.Of(v.Name).Slot] = true
		}
	}
	g.Partial = partial(set)
	for _, v := range c.Variables {
		slot := f.Names.Of(v.Name).SlotOf(v.Value)
		switch {
		case slot == "" || slot.Role() == keys.Signing || v.Value.IsKnown() && v.Value.Text().Len() == 0:
			continue
		case g.Partial != nil && slot != keys.Anon && slot != keys.ServiceRole:
			continue
		}
		b := *v
		b.Holder, b.Slot = "Envoy", slot
		if why != "" {
			b.Value = keys.Unknown(why)
		}
		g.Credentials = append(g.Credentials, &Credential{At: v.At(), Name: v.Name, holder: fmt.Sprintf("Envoy's %s key", slot), Binding: &b, Carrier: c.Carrier})
	}
}
