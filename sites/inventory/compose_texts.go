package inventory

import (
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// fillerOf is compose as what fills in a text of its own file: a program with the variables
// that the text asks for. One that nothing sets and that has a default is none of them.
func (p *composeProject) fillerOf(text sources.ComposeText) *Container {
	c := &Container{owner: "compose", Unit: p.unit, Env: map[string]*Binding{}, Carrier: &Carrier{Kind: InContainer, File: p.unit.Path, Unit: p.unit}}
	raw := text.Content.Reveal()
	_, names, _ := p.interpolate(raw, p.lookup)
	for _, name := range names {
		if _, elsewhere := p.elsewhere[name]; p.env[name] != nil || elsewhere || p.fromShell(raw, []string{name}) != "" {
			v := sources.ComposeVariable{Name: name, At: text.Inside(1, 1, 0)}
			c.set(p.resolve(v, "compose's "+keys.ShownVariable(name), "compose's "))
		}
	}
	return c
}

// addHealthCheck adds the keys that a service's health check presents, as a carrier of its own:
// the service itself need not know them.
func (p *composeProject) addHealthCheck(s sources.ComposeService, c *Container) {
	checks := &Carrier{
		Kind: InContainer, Name: p.unit.Name + " healthcheck of " + s.Name, File: p.unit.Path, Unit: p.unit,
		Backend: c.Carrier.Backend, URLs: c.Carrier.URLs, Idle: c.Carrier.Idle,
	}
	for n, word := range s.Health.Words {
		for _, h := range keys.Headers(word) {
			if b := p.presented(s, c, n, h); b != nil {
				b.Scheme, b.SentTo = h.Scheme, hostAsked(s.Health.Words)
				checks.Bindings = append(checks.Bindings, b)
			}
		}
	}
	p.inv.Composed = append(p.inv.Composed, checks)
}

// addArguments adds the keys that stand in the arguments of a service, as a carrier of its own. What a shell in the container puts
// in place is a variable's, which is a site by itself.
func (p *composeProject) addArguments(s sources.ComposeService, c *Container) {
	if c.Carrier.Backend == "Kong" || c.Carrier.Backend == "Envoy" {
		return
	}
	k := &Carrier{
		Kind: InContainer, Name: p.unit.Name + " arguments of " + s.Name, File: p.unit.Path, Unit: p.unit,
		Backend: c.Carrier.Backend, URLs: c.Carrier.URLs, Idle: c.Carrier.Idle,
	}
	for i, command := range []sources.ComposeCommand{s.Entrypoint, s.Command} {
		what := []string{"entrypoint", "command"}[i]
		k.meantFor(command.Words, func() sources.Position { return command.Inside(1, 1, 0) })
		for _, a := range argumentsIn(command.Words) {
			raw := a.Value.Reveal()
			name := keys.ReferenceName(raw)
			if isFlag := strings.HasPrefix(a.Name, "-"); keys.Recognize(a.Value) == "" && (name == "" || isFlag && p.inv.Names.Of(name).Slot == "") {
				continue
			}
			at := p.standsBelow(command.InsideWord(a.word, 1, 1, 0), raw)
			b := p.resolve(sources.ComposeVariable{Name: name, Raw: a.Value, HasText: true, At: at}, c.owner+" "+what+" "+a.Name, what+" ")
			b.Scheme, b.SentTo = a.Scheme, hostAsked(command.Words)
			k.Bindings = append(k.Bindings, b)
		}
	}
	p.inv.Composed = append(p.inv.Composed, k)
}

// insideWord is a place in a word of what a service runs.
func (p *composeProject) insideWord(s sources.ComposeService, word, line, column, end int) sources.Position {
	for _, command := range []sources.ComposeCommand{s.Entrypoint, s.Command} {
		if word >= 0 && word < len(command.Words) && command.InsideWord != nil {
			return command.InsideWord(word, line, column, end)
		}
		word -= len(command.Words)
	}
	return sources.Position{File: p.unit.Path}
}

// maxCommandLines bounds how many lines of a command are searched for a part of it.
const maxCommandLines = 100

// standsBelow is where a part of a command stands that begins at the place and may go over several lines.
func (p *composeProject) standsBelow(at sources.Position, raw string) sources.Position {
	for line := at; line.Line > 0 && line.Line < at.Line+maxCommandLines; line.Line++ {
		if found := p.standsAt(line, raw); found != line {
			return found
		}
	}
	return at
}

// addLabels adds the keys that the service's labels have Traefik send on, as a carrier of its own.
func (p *composeProject) addLabels(s sources.ComposeService, c *Container) {
	labels := &Carrier{
		Kind: InGateway, Name: p.unit.Name + " labels of " + s.Name, File: p.unit.Path, Unit: p.unit, Idle: c.Carrier.Idle,
	}
	p.addTraefik(s, c)
	for _, l := range s.Labels {
		if h, ok := sources.LabelTakes(l); ok && c.Carrier.Idle == "" {
			p.inv.takenByLabels = append(p.inv.takenByLabels, takenByLabel{h, c, c.owner + " label " + l.Name, l.At})
		}
		name, key, ok := sources.LabelHeader(l)
		if !ok {
			continue
		}
		if l.At.Column > 0 {
			l.At.Column += key.Offset
		}
		b := p.resolve(sources.ComposeVariable{Name: keys.ReferenceName(key.Reveal()), Raw: key.Text, HasText: true, At: l.At}, c.owner+" label "+name, "labels ")
		b.Asked, b.Scheme = p.inv.Names.Of(b.Name).Slot, key.Scheme
		labels.Bindings = append(labels.Bindings, b)
	}
	p.inv.Composed = append(p.inv.Composed, labels)
}

// presented is a key that a word of a health check sends: as compose interpolates it, or a variable of the
// container, which a shell there reads.
func (p *composeProject) presented(s sources.ComposeService, c *Container, word int, h keys.Header) *Binding {
	raw := h.Value.Reveal()
	at := p.standsAt(s.Health.InsideWord(word, h.Line, h.Column, h.EndColumn), raw)
	holder := c.owner + " healthcheck " + h.Name
	if own, ok := strings.CutPrefix(raw, "$$"); ok {
		name := keys.ReferenceName("$" + own)
		v := c.Env[name]
		if v == nil || s.Health.Words[0] != sources.HealthShell {
			return nil
		}
		b := *v
		b.Holder, b.Inside, b.locate = holder, nil, func() Placement {
			here := sources.Step{At: at, Text: "$" + name}
			return Placement{at: at, Written: v.Written(), Trace: append([]sources.Step{here}, v.Trace()...)}
		}
		return &b
	}
	return p.resolve(sources.ComposeVariable{Name: keys.ReferenceName(raw), Raw: h.Value, HasText: true, At: at}, holder, "healthcheck ")
}

// standsAt is where on its line a part of a command stands, of which only the whole command's place is known.
func (p *composeProject) standsAt(at sources.Position, raw string) sources.Position {
	f := p.inv.Repo.File(at.File)
	if f == nil || at.Line == 0 {
		return at
	}
	line := f.Line(at.Line)
	if strings.Count(line, raw) == 1 {
		at.Column = strings.Index(line, raw) + 1
		at.EndColumn = at.Column + len(raw)
	}
	return at
}
