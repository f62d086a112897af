package lint

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/substitute"
)

// collectEnvoy finds every Envoy that guards Supabase: one whose configuration compares the
// apikey header with keys, or where that is built into the image, one that is given the keys.
func (f *finder) collectEnvoy() {
	for _, p := range f.pods {
		for _, c := range p.containers {
			if c.guards {
				f.addEnvoy(p, c)
			}
		}
	}
}

// translated are the four keys that upstream's Lua filter wants all of before it takes an
// opaque key.
var translated = []keys.Slot{keys.Publishable, keys.Secret, keys.AnonAsymmetric, keys.ServiceRoleAsymmetric}

// envoyLocals are the names of upstream's Lua variables that are not those of the
// environment.
var envoyLocals = map[string]keys.Slot{
	"SERVICE_ROLE_JWT": keys.ServiceRoleAsymmetric, "ANON_JWT": keys.AnonAsymmetric,
}

func (f *finder) localSlot(name string) keys.Slot {
	if slot := envoyLocals[name]; slot != "" {
		return slot
	}
	return f.names.Of(name).Slot
}

func (f *finder) addEnvoy(p *pod, c *container) {
	r := follow(f.inventory, p, c, nil)
	g := &gateway{
		name: c.label(), product: "Envoy", unit: p.unit, namespace: p.namespace, run: r, renderers: []*container{c},
		at: sources.Position{File: c.carrier.file},
	}
	f.gateways = append(f.gateways, g)
	if r.stopped != nil {
		g.fault = &fault{at: r.position(r.halted.StoppedAt, 1, 0), missing: r.halted.Missing, where: r.stopped,
			message: fmt.Sprintf("%s ends before Envoy's configuration is there: %s", r.stopped.label(), r.halted.Stopped)}
	}
	config, rendered := r.envoyConfiguration()
	if config == nil {
		f.addEnvoyEnvironment(g, c)
		return
	}
	g.rendered = rendered
	for _, s := range rendered.Steps {
		if by := r.by[s.Program]; by != nil && !g.renders(by) {
			g.renderers = append(g.renderers, by)
		}
	}
	for _, source := range rendered.Sources() {
		g.name = source
		g.at = r.position(substitute.Place{Source: source, Line: 1}, 1, 0)
	}
	f.addEnvoyKeys(g, config, rendered)
}

// envoyConfiguration is the configuration that Envoy reads: the rendered one where
// something was rendered, else the one that is mounted.
func (r *run) envoyConfiguration() (*sources.EnvoyConfig, *substitute.Rendered) {
	var config *sources.EnvoyConfig
	var best *substitute.Rendered
	for _, f := range r.outcome.Files() {
		if f.Rendered.Unknown != "" || best != nil && len(f.Rendered.Steps) <= len(best.Steps) {
			continue
		}
		if c, _ := sources.ParseEnvoy(f.Rendered.Text()); c != nil {
			config, best = c, f.Rendered
		}
	}
	return config, best
}

// addEnvoyKeys makes accepted sites of what the policies compare with, and where the
// filter translates of the opaque keys.
func (f *finder) addEnvoyKeys(g *gateway, config *sources.EnvoyConfig, rendered *substitute.Rendered) {
	seen := map[string]bool{}
	add := func(k sources.EnvoyKey, slot keys.Slot) {
		_, before := f.envoyTemplate(g, placeOf(rendered, k.Line))
		if text := before.Reveal() + " " + k.Key.Reveal(); !seen[text] {
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
	g.partial = partial(set)
	if g.partial != nil {
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
	for _, slot := range translated {
		if !set[slot] {
			missing = append(missing, slot)
		}
	}
	return missing
}

// addEnvoyKey makes an accepted site of one value of Envoy's configuration.
func (f *finder) addEnvoyKey(g *gateway, k sources.EnvoyKey, slot keys.Slot, rendered *substitute.Rendered) {
	v, uses := rendered.Resolve(k.Key.Reveal())
	from := placeOf(rendered, k.Line)
	at, before := f.envoyTemplate(g, from)
	cred := &credential{at: at, key: before, name: keys.ReferenceName(before.Reveal()), holder: "Envoy's apikey"}
	g.credentials = append(g.credentials, cred)
	if cred.name != "" {
		cred.template = before.Reveal()
	}
	b := &binding{name: cred.name, holder: "Envoy", slot: slot, value: v.Trimmed()}
	switch text := v.Text().Reveal(); {
	case v.IsKnown() && text == "":
		cred.fate = empty
		if slot := f.names.Of(b.name).Slot; slot != keys.Anon && slot != keys.ServiceRole {
			cred.fate = gone // a slot that is not in use
			return
		}
		b.value = keys.Unknown("nothing is put in its place")
	case v.IsKnown() && len(uses) == 0 && keys.LooksLikePlaceholder(v.Text()) && keys.Recognize(v.Text()) == "":
		cred.fate = literal
		b.value = keys.Unknown("Envoy takes a placeholder for the key itself")
	}
	f.traceCredential(g, b, at, cred, uses)
	if name := f.names.Of(b.name); b.slot == "" {
		b.slot, b.role = settle(name.Slot.Role(), name, b.value)
	}
	if b.slot != "" {
		cred.holder, cred.binding = fmt.Sprintf("Envoy's %s key", b.slot), b
	}
}

// envoyTemplate finds the placeholder in a line of the template, in either style.
func (f *finder) envoyTemplate(g *gateway, from substitute.Place) (sources.Position, keys.Text) {
	file, ok := g.run.files[from.Source]
	lines := strings.Split(file.value.Text().Reveal(), "\n")
	if !ok || from.Line < 1 || from.Line > len(lines) {
		return g.run.position(from, 1, 0), keys.NewText("")
	}
	line := lines[from.Line-1]
	at := placeholderIn.FindStringIndex(line)
	if at == nil {
		return file.inside(from.Line, 0, 0), keys.NewText("")
	}
	return file.inside(from.Line, at[0]+1, at[1]+1), keys.NewText(line[at[0]:at[1]])
}

// placeholderIn finds a reference within a line.
var placeholderIn = regexp.MustCompile(`\$(\{\w+\}|\w+)`)

// addEnvoyEnvironment makes accepted sites of the variables of an Envoy whose
// configuration is not in the repository, by upstream's names: the image renders it.
func (f *finder) addEnvoyEnvironment(g *gateway, c *container) {
	set := map[keys.Slot]bool{}
	for _, v := range c.variables {
		if !v.value.IsKnown() || v.value.Text().Len() > 0 {
			set[f.names.Of(v.name).Slot] = true
		}
	}
	g.partial = partial(set)
	for _, v := range c.variables {
		slot := f.names.Of(v.name).SlotOf(v.value)
		switch {
		case slot == "" || slot.Role() == keys.Signing || v.value.IsKnown() && v.value.Text().Len() == 0:
			continue
		case g.partial != nil && slot != keys.Anon && slot != keys.ServiceRole:
			continue
		}
		b := *v
		b.holder, b.slot = "Envoy", slot
		g.credentials = append(g.credentials, &credential{at: v.at(), name: v.name, holder: fmt.Sprintf("Envoy's %s key", slot), binding: &b, carrier: c.carrier})
	}
}
