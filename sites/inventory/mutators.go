package inventory

import (
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// mutator changes objects as they reach the cluster: what was rendered is then not what is there. What it makes of a value is not followed.
type mutator struct {
	why        string
	at         sources.Position
	kinds      []string // as Kyverno or the API server calls them; empty for all
	namespaces []string // patterns; empty for all
	names      []string // likewise
	touched
}

// touched is what it may change: variables and data keys by their names, or any.
type touched struct {
	fields []string
	any    bool
}

// readMutators reads the policies of the repository that may change a variable or a data key: Kyverno's, and the API
// server's own. What it returns is to be called when the containers are known.
func (inv *Inventory) readMutators() (tell func()) {
	var hooks []func()
	for _, f := range inv.Repo.Files() {
		if !f.Mutates() || !f.IsManifest() || f.Example {
			continue
		}
		for _, w := range manifest.WrittenIn(f.Documents()) {
			kind, name := nodes.Text(nodes.Field(w.Root, "kind")), nodes.Text(nodes.Field(w.Root, "metadata", "name"))
			spec := nodes.Field(w.Root, "spec")
			at := w.Doc.Position(nodes.Field(w.Root, "metadata", "name"))
			add := func(m mutator) {
				if m.at = at; m.any || len(m.fields) > 0 {
					inv.mutators = append(inv.mutators, m)
				}
			}
			label := kind + " " + sources.Shown(name)
			switch kind {
			case "ClusterPolicy", "Policy":
				readKyverno(spec, label, add)
			case "MutatingAdmissionPolicy":
				readAdmission(spec, label, add)
			case "MutatingWebhookConfiguration":
				hooks = append(hooks, func() { inv.noteWebhooks(w.Root, label, at) })
			}
		}
	}
	return func() {
		for _, tell := range hooks {
			tell()
		}
	}
}

// readKyverno reads the rules of a policy (kyverno.io/docs/policy-types/cluster-policy/mutate).
func readKyverno(spec *yaml.Node, label string, add func(mutator)) {
	for _, rule := range nodes.Items(nodes.Field(spec, "rules")) {
		mutate := nodes.Field(rule, "mutate")
		if mutate == nil {
			continue
		}
		m := mutator{why: label + " changes it as it reaches the cluster"}
		m.touch(mutate)
		if targets := nodes.Items(nodes.Field(mutate, "targets")); len(targets) > 0 {
			for _, t := range targets {
				m.kinds, m.namespaces, m.names = texts(t, "kind"), texts(t, "namespace"), texts(t, "name")
				add(m)
			}
			continue
		}
		match := nodes.Field(rule, "match")
		filters := slices.Concat(nodes.Items(nodes.Field(match, "any")), nodes.Items(nodes.Field(match, "all")))
		if len(filters) == 0 {
			filters = append(filters, match)
		}
		for _, filter := range filters {
			r := nodes.Field(filter, "resources")
			m.kinds, m.namespaces = nodes.List(nodes.Field(r, "kinds")), nodes.List(nodes.Field(r, "namespaces"))
			m.names = append(nodes.List(nodes.Field(r, "names")), texts(r, "name")...)
			add(m)
		}
	}
}

// texts is the text of a field, as a list; empty where there is none.
func texts(n *yaml.Node, field string) []string {
	if text := nodes.Text(nodes.Field(n, field)); text != "" {
		return []string{text}
	}
	return nil
}

// readAdmission reads a policy of the API server's own.
func readAdmission(spec *yaml.Node, label string, add func(mutator)) {
	m := mutator{why: label + " changes it as it reaches the cluster"}
	for _, mutation := range nodes.Items(nodes.Field(spec, "mutations")) {
		for _, form := range []string{"applyConfiguration", "jsonPatch"} {
			m.any = m.any || render.SetsValues(nodes.Text(nodes.Field(mutation, form, "expression")))
		}
	}
	constraints := nodes.Field(spec, "matchConstraints")
	m.namespaces = texts(nodes.Field(constraints, "namespaceSelector", "matchLabels"), "kubernetes.io/metadata.name")
	for _, rule := range nodes.Items(nodes.Field(constraints, "resourceRules")) {
		m.kinds = append(m.kinds, nodes.List(nodes.Field(rule, "resources"))...)
	}
	add(m)
}

// touch adds what a patch may change.
func (t *touched) touch(n *yaml.Node) {
	nodes.EachMapping(n, func(n *yaml.Node) {
		nodes.Pairs(n, func(key, value *yaml.Node) {
			switch withoutAnchor(key.Value) {
			case "env":
				t.entries(value)
			case "data", "stringData":
				t.any = t.any || nodes.Follow(value).Kind != yaml.MappingNode
				nodes.Pairs(value, func(key, _ *yaml.Node) { t.field(withoutAnchor(key.Value)) })
			case "envFrom", "command", "args":
				t.any = true
			case "patchesJson6902":
				var list yaml.Node
				if yaml.Unmarshal([]byte(nodes.Text(value)), &list) != nil || len(list.Content) == 0 {
					t.any = true
					return
				}
				for _, op := range nodes.Items(list.Content[0]) {
					t.pointed(nodes.Text(nodes.Field(op, "path")), nodes.Field(op, "value"))
				}
			}
		})
	})
}

// withoutAnchor is a key without the signs by which Kyverno makes a condition of it.
func withoutAnchor(key string) string {
	if i := strings.Index(key, "("); i >= 0 && i < 2 && strings.HasSuffix(key, ")") {
		return key[i+1 : len(key)-1]
	}
	return key
}

// entries adds variables by their names.
func (t *touched) entries(list *yaml.Node) {
	items := nodes.Items(list)
	if len(items) == 0 {
		t.any = true
	}
	for _, item := range items {
		name := nodes.Text(nodes.Field(item, "name"))
		if name == "" {
			name = nodes.Text(nodes.Field(item, "(name)"))
		}
		t.field(name)
	}
}

func (t *touched) field(name string) {
	if name == "" || strings.ContainsAny(name, "{*?") {
		t.any = true
		return
	}
	t.fields = append(t.fields, name)
}

// pointed adds what lies at a JSON pointer, which may get a value.
func (t *touched) pointed(pointer string, value *yaml.Node) {
	steps := strings.Split(strings.Trim(pointer, "/"), "/")
	at := slices.IndexFunc(steps, render.SetsValues)
	switch {
	case at < 0: // the value may be a whole container, or pod
		t.touch(value)
	case steps[at] == "env" && nodes.Field(value, "name") != nil:
		t.field(nodes.Text(nodes.Field(value, "name")))
	case (steps[at] == "data" || steps[at] == "stringData") && at+1 < len(steps):
		t.field(strings.NewReplacer("~1", "/", "~0", "~").Replace(steps[at+1]))
	default:
		t.any = true
	}
}

// noteWebhooks tells of webhooks that get to see pods or what holds keys: what they make of it is in no repository.
func (inv *Inventory) noteWebhooks(root *yaml.Node, label string, at sources.Position) {
	for _, hook := range nodes.Items(nodes.Field(root, "webhooks")) {
		m := mutator{touched: touched{any: true}, namespaces: texts(nodes.Field(hook, "namespaceSelector", "matchLabels"), "kubernetes.io/metadata.name")}
		for _, rule := range nodes.Items(nodes.Field(hook, "rules")) {
			m.kinds = append(m.kinds, nodes.List(nodes.Field(rule, "resources"))...)
		}
		wanted := nodes.Texts(nodes.Field(hook, "objectSelector", "matchLabels"))
		if len(m.kinds) > 0 && slices.ContainsFunc(inv.Containers, func(c *Container) bool {
			for name, value := range wanted {
				if c.Labels[name] != value {
					return false
				}
			}
			return c.Object != nil && inv.setsKeys(c) && m.changes(c.Object, "")
		}) {
			inv.Repo.Note(sources.NoteNotFetched, at, label+" has pods changed as they reach the cluster, and how cannot be told")
			return
		}
	}
}

// changes says whether the mutator may change a variable or a data key of an object.
func (m *mutator) changes(o *manifest.Object, field string) bool {
	matches := func(patterns []string, name string) bool {
		return len(patterns) == 0 || name == "" || slices.ContainsFunc(patterns, func(p string) bool {
			ok, err := path.Match(p, name)
			return ok || err != nil || strings.ContainsAny(p, "{")
		})
	}
	return (m.any || slices.Contains(m.fields, field)) && matches(m.namespaces, o.Namespace) && matches(m.names, o.Name) &&
		(len(m.kinds) == 0 || slices.ContainsFunc(m.kinds, func(kind string) bool { return isOfKind(o, kind) }))
}

// isOfKind says whether a word for a kind means an object, or the pods that come of it: "Pod", "apps/v1/Deployment", "pods".
func isOfKind(o *manifest.Object, word string) bool {
	word = strings.ToLower(path.Base(word))
	if ok, err := path.Match(word, strings.ToLower(o.Kind)); ok && err == nil || word == strings.ToLower(o.Kind)+"s" {
		return true
	}
	return (word == "pod" || word == "pods") && workloads[o.Kind]
}

// mutated is what a value becomes that something changes as it reaches the cluster; ok is false where nothing does.
func (inv *Inventory) mutated(o *manifest.Object, field string) (v keys.Value, ok bool) {
	for i := range inv.mutators {
		if inv.mutators[i].changes(o, field) {
			return keys.Unknown(inv.mutators[i].why), true
		}
	}
	return keys.Value{}, false
}

// mutate lets what changes a container's variables have its way.
func (inv *Inventory) mutate(c *Container) {
	for _, m := range inv.mutators {
		for _, name := range m.fields {
			if c.Env[name] == nil && m.changes(c.Object, name) {
				c.set(&Binding{Name: name, Holder: c.holder(name), Value: keys.Unknown(m.why), Where: Stands(m.at)})
			}
		}
	}
	for _, v := range c.Variables {
		if value, ok := inv.mutated(c.Object, v.Name); ok {
			v.Value, v.Entry = value, nil
		}
	}
}
