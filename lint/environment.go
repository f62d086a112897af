package lint

import (
	"fmt"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sources"
)

// variable is one environment variable as its container will see it.
type variable struct {
	name    string
	value   keys.Value
	at      sources.Position // where the container declares it
	written sources.Position // where the value is written
	trace   []Step           // from the declaration to where the value is written
	entry   *entryRef        // the Secret or ConfigMap entry that it was read from
	missing *danglingRef     // why there is none

	// inside leads from a place in a literal value to its place on disk; nil for any other.
	inside func(line, column, end int) sources.Position
}

// danglingRef is a reference that leads nowhere.
type danglingRef struct {
	at     sources.Position
	why    string
	holder string
	name   keys.Name
	where  *container
}

// readEnvironment computes the container's variables in the order in which the
// kubelet does: envFrom first, a later source over an earlier one, then env, where
// $(NAME) stands for what is already there.
func (w *world) readEnvironment(c *container, n *yaml.Node) {
	c.env = map[string]*variable{}
	for _, from := range sources.Items(sources.Field(n, "envFrom")) {
		w.readEnvFrom(c, from)
	}
	for _, item := range sources.Items(sources.Field(n, "env")) {
		name := sources.Text(sources.Field(item, "name"))
		if name == "" {
			continue
		}
		nameAt := c.object.Locate(sources.Field(item, "name"))
		v := &variable{name: name, at: nameAt, written: nameAt}
		if from := sources.Given(sources.Field(item, "valueFrom")); from != nil {
			if w.readValueFrom(c, v, from); v.value.IsAbsent() {
				continue // optional, and not there: the kubelet leaves the variable out
			}
		} else {
			w.readLiteral(c, v, sources.Field(item, "value"))
		}
		c.set(v)
	}
}

func (c *container) set(v *variable) {
	if _, ok := c.env[v.name]; !ok {
		c.order = append(c.order, v.name)
	}
	c.env[v.name] = v
}

// envFromFields and valueFromFields are the fields that name an object of the kind.
var (
	envFromFields   = map[string]string{"Secret": "secretRef", "ConfigMap": "configMapRef"}
	valueFromFields = map[string]string{"Secret": "secretKeyRef", "ConfigMap": "configMapKeyRef"}
)

func (w *world) readEnvFrom(c *container, from *yaml.Node) {
	prefix := sources.Text(sources.Field(from, "prefix"))
	for _, kind := range []string{"ConfigMap", "Secret"} {
		nameNode := sources.Field(from, envFromFields[kind], "name")
		name := sources.Text(nameNode)
		if name == "" {
			continue
		}
		f := w.find(c.unit, kind, c.namespace, name)
		if f.object == nil {
			c.openEnv = append(c.openEnv, f.why)
			continue
		}
		at := c.object.Locate(nameNode)
		if open := f.object.Open(); open != "" {
			c.openEnv = append(c.openEnv, open)
		}
		for _, e := range w.entriesOf(f.object) {
			v := &variable{name: prefix + e.Key, at: at}
			v.fromEntry(f, kind, e, "envFrom")
			c.set(v)
		}
	}
}

// fromEntry lets the variable take an entry's value.
func (v *variable) fromEntry(f found, kind string, e render.Entry, how string) {
	v.value, v.written = e.Value, e.At
	v.entry = &entryRef{f.object, f.unit, e.Key}
	v.trace = append(v.trace,
		Step{v.at, fmt.Sprintf("%s %s", how, v.name)},
		Step{sources.Position{File: e.At.File}, labelOf(f.object) + " " + e.Key})
	if f.via != "" {
		v.trace = append(v.trace, Step{sources.Position{File: e.At.File}, f.via})
	}
	for _, via := range e.Via {
		v.trace = append(v.trace, Step{sources.Position{File: e.At.File}, via})
	}
	v.trace = append(v.trace, Step{e.At, "written here"})
}

func (w *world) readValueFrom(c *container, v *variable, from *yaml.Node) {
	for _, kind := range []string{"ConfigMap", "Secret"} {
		ref := sources.Field(from, valueFromFields[kind])
		if ref == nil {
			continue
		}
		nameNode, keyNode := sources.Field(ref, "name"), sources.Field(ref, "key")
		name, key := sources.Text(nameNode), sources.Text(keyNode)
		optional := sources.Text(sources.Field(ref, "optional")) == "true"
		f := w.find(c.unit, kind, c.namespace, name)
		if f.object == nil {
			if f.absent && !optional {
				v.missing = w.newDangling(c, v, c.object.Locate(nameNode), f.why)
			}
			v.value = keys.Unknown(f.why)
			return
		}
		e, ok := w.entry(f.object, key)
		if !ok && optional {
			return
		}
		if !ok {
			why := fmt.Sprintf("%s has no data key %s", labelOf(f.object), shownName(w.repo.Ledger().Scrub(key)))
			if known := entryNames(w.entriesOf(f.object)); known != "" {
				why += "; it has " + known
			}
			v.value = keys.Unknown(why)
			v.missing = w.newDangling(c, v, c.object.Locate(keyNode), why)
			return
		}
		v.at = c.object.Locate(keyNode)
		v.fromEntry(f, kind, e, "env")
		return
	}
	v.value = keys.Unknown("it is set by the cluster (fieldRef or resourceFieldRef)")
}

func (w *world) newDangling(c *container, v *variable, at sources.Position, why string) *danglingRef {
	return &danglingRef{at: at, why: why, holder: c.holder(v.name), name: w.classify(v.name), where: c}
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
func (w *world) readLiteral(c *container, v *variable, n *yaml.Node) {
	if n != nil {
		v.at = c.object.Locate(n)
		v.inside = func(line, column, end int) sources.Position { return c.object.Inside(n, line, column, end) }
	}
	v.written = v.at
	v.trace = []Step{{v.at, "env " + v.name}}
	text := sources.Text(n)
	if whole, ok := wholeReference(text); ok && c.env[whole] != nil {
		from := c.env[whole]
		v.value, v.written, v.entry, v.missing = from.value, from.written, from.entry, from.missing
		v.trace = append(v.trace, from.trace...)
		return
	}
	v.value = w.repo.Standins().Resolve(keys.NewText(text))
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
func expandReferences(s string, env map[string]*variable) (string, string) {
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
