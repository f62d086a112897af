package lint

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sources"
)

// danglingRef is a reference that leads nowhere.
type danglingRef struct {
	at     sources.Position
	why    string
	holder string
	name   keys.Name
	where  *container
}

// identity is the reference with the container that makes it.
func (d *danglingRef) identity() string {
	if d.where == nil {
		return d.holder
	}
	return d.holder + " in " + d.where.label()
}

// readEnvironment computes the container's variables in the order in which the
// kubelet does: envFrom first, a later source over an earlier one, then env, where
// $(NAME) stands for what is already there.
func (inv *inventory) readEnvironment(c *container, n *yaml.Node) {
	c.env = map[string]*binding{}
	for _, from := range sources.Items(sources.Field(n, "envFrom")) {
		inv.readEnvFrom(c, from)
	}
	for _, item := range sources.Items(sources.Field(n, "env")) {
		nameNode := sources.Field(item, "name")
		name := sources.Text(nameNode)
		if name == "" {
			continue
		}
		v := &binding{name: name, holder: c.holder(name), locate: func() placement { return stands(c.object.Locate(nameNode)) }}
		if from := sources.Given(sources.Field(item, "valueFrom")); from != nil {
			if inv.readValueFrom(c, v, from); v.value.IsAbsent() {
				continue // optional, and not there: the kubelet leaves the variable out
			}
		} else {
			inv.readLiteral(c, v, sources.Field(item, "value"))
		}
		c.set(v)
	}
}

func (c *container) set(v *binding) {
	list := &c.variables
	if known, ok := c.env[v.name]; ok {
		(*list)[slices.Index(*list, known)] = v
	} else {
		*list = append(*list, v)
	}
	c.env[v.name] = v
}

// envFromFields and valueFromFields are the fields that name an object of the kind.
var (
	envFromFields   = map[string]string{"Secret": "secretRef", "ConfigMap": "configMapRef"}
	valueFromFields = map[string]string{"Secret": "secretKeyRef", "ConfigMap": "configMapKeyRef"}
)

func (inv *inventory) readEnvFrom(c *container, from *yaml.Node) {
	prefix := sources.Text(sources.Field(from, "prefix"))
	for _, kind := range []string{"ConfigMap", "Secret"} {
		nameNode := sources.Field(from, envFromFields[kind], "name")
		name := sources.Text(nameNode)
		if name == "" {
			continue
		}
		f := inv.find(c.unit, kind, c.namespace, name)
		if f.object == nil {
			c.openEnv = append(c.openEnv, f.why)
			continue
		}
		at := sync.OnceValue(func() sources.Position { return c.object.Locate(nameNode) })
		if open := f.object.Open(); open != "" {
			c.openEnv = append(c.openEnv, open)
		}
		for _, e := range inv.entriesOf(f.object) {
			v := &binding{name: prefix + e.Key, holder: c.holder(prefix + e.Key)}
			v.fromEntry(f, e, "envFrom", at)
			c.set(v)
		}
	}
}

// fromEntry lets the variable take an entry's value.
func (b *binding) fromEntry(f found, e render.Entry, how string, at func() sources.Position) {
	b.value, b.entry = e.Value, &entryRef{f.object, f.unit, e.Key}
	b.locate = func() placement {
		file := sources.Position{File: e.At.File}
		p := placement{at: at(), written: e.At}
		p.trace = []sources.Step{{At: p.at, Text: fmt.Sprintf("%s %s", how, b.name)}, {At: file, Text: labelOf(f.object) + " " + e.Key}}
		if f.via != "" {
			p.trace = append(p.trace, sources.Step{At: file, Text: f.via})
		}
		for _, via := range e.Via {
			p.trace = append(p.trace, sources.Step{At: file, Text: via})
		}
		p.trace = append(p.trace, sources.Step{At: e.At, Text: "written here"})
		return p
	}
}

func (inv *inventory) readValueFrom(c *container, v *binding, from *yaml.Node) {
	for _, kind := range []string{"ConfigMap", "Secret"} {
		ref := sources.Field(from, valueFromFields[kind])
		if ref == nil {
			continue
		}
		nameNode, keyNode := sources.Field(ref, "name"), sources.Field(ref, "key")
		name, key := sources.Text(nameNode), sources.Text(keyNode)
		optional := sources.Text(sources.Field(ref, "optional")) == "true"
		f := inv.find(c.unit, kind, c.namespace, name)
		if f.object == nil {
			if f.absent && !optional {
				v.broken = inv.newDangling(c, v, c.object.Locate(nameNode), f.why)
			}
			v.value = keys.Unknown(f.why)
			return
		}
		e, ok := inv.entry(f.object, key)
		if !ok && optional {
			return
		}
		if !ok {
			why := fmt.Sprintf("%s has no data key %s", labelOf(f.object), keys.ShownName(inv.repo.Ledger().Scrub(key)))
			if known := entryNames(inv.entriesOf(f.object)); known != "" {
				why += "; it has " + known
			}
			v.value = keys.Unknown(why)
			v.broken = inv.newDangling(c, v, c.object.Locate(keyNode), why)
			return
		}
		v.fromEntry(f, e, "env", func() sources.Position { return c.object.Locate(keyNode) })
		return
	}
	v.value = keys.Unknown("it is set by the cluster (fieldRef or resourceFieldRef)")
}

func (inv *inventory) newDangling(c *container, v *binding, at sources.Position, why string) *danglingRef {
	return &danglingRef{at: at, why: why, holder: c.holder(v.name), name: inv.names.Of(v.name), where: c}
}

// entryNames lists an object's data keys for a message, a few at the most.
func entryNames(entries []render.Entry) string {
	var names []string
	for _, e := range entries {
		if len(names) == 8 {
			return strings.Join(names, ", ") + ", …"
		}
		names = append(names, e.Key)
	}
	return strings.Join(names, ", ")
}

// readLiteral reads a value, with $(NAME) for what is declared before it.
func (inv *inventory) readLiteral(c *container, v *binding, n *yaml.Node) {
	if n != nil {
		v.inside = func(line, column, end int) sources.Position { return c.object.Inside(n, line, column, end) }
	}
	name := v.locate
	v.locate = func() placement {
		at := name().at
		if n != nil {
			at = c.object.Locate(n)
		}
		return stands(at, sources.Step{At: at, Text: "env " + v.name})
	}
	text := sources.Text(n)
	if whole, ok := wholeReference(text); ok && c.env[whole] != nil {
		from, here := c.env[whole], v.locate
		v.value, v.entry, v.broken = from.value, from.entry, from.broken
		v.locate = func() placement {
			p := here()
			p.written, p.trace = from.written(), append(p.trace, from.trace()...)
			return p
		}
		return
	}
	v.value = inv.repo.Standins().Resolve(keys.NewText(text))
	if !v.value.IsKnown() {
		return
	}
	expanded, unknown := expandReferences(text, c.env)
	if unknown != "" {
		v.value = keys.Unknown(unknown)
	} else if expanded != text {
		v.value = keys.Known(keys.NewText(expanded))
	}
}

// wholeReference is the name in "$(NAME)".
func wholeReference(s string) (string, bool) {
	if strings.HasPrefix(s, "$(") && strings.IndexByte(s, ')') == len(s)-1 {
		return s[2 : len(s)-1], true
	}
	return "", false
}

// expandReferences replaces $(NAME) as the kubelet does: "$$" is a "$" that starts no
// reference, and a reference to what is not declared stays as it is
// (kubernetes/third_party/forked/golang/expansion). The second result says why the
// text cannot be known.
func expandReferences(s string, env map[string]*binding) (string, string) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '$' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		if s[i+1] == '$' {
			b.WriteByte('$')
			i++
			continue
		}
		end := strings.IndexByte(s[i:], ')')
		if s[i+1] != '(' || end < 0 {
			b.WriteByte('$')
			continue
		}
		name := s[i+2 : i+end]
		v := env[name]
		switch {
		case v == nil:
			b.WriteString(s[i : i+end+1])
		case v.value.IsKnown():
			b.WriteString(v.value.Text().Reveal())
		default:
			return "", v.value.Reason()
		}
		i += end
	}
	return b.String(), ""
}
