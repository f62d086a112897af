package inventory

import (
	"maps"
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

// filter is what a policy selects.
type filter struct {
	kinds             []string // as Kyverno or the API server calls them; empty for all
	namespaces        []string // patterns; empty for all
	names             []string // likewise
	selector          *yaml.Node
	namespaceSelector *yaml.Node
	optIn             bool // a namespace whose labels are not in the repository has none
}

// filterCost is what it costs to hold a pattern against a name.
const filterCost = 100

// filtered says whether an object is selected.
func (inv *Inventory) filtered(f *filter, o *manifest.Object) certainty {
	of := yes
	if len(f.kinds) > 0 {
		of = no
		for _, kind := range f.kinds {
			of = max(of, inv.isOfKind(o, kind))
		}
	}
	if of == no {
		return no
	}
	pods := len(inv.inside(o).pods) > 0 && !slices.ContainsFunc(f.kinds, func(kind string) bool { return strings.EqualFold(path.Base(kind), o.Kind) })
	of = min(of, inv.matchesAny(f.namespaces, o.Namespace, false), inv.matchesAny(f.names, o.Name, pods))
	if f.selector != nil {
		of = min(of, inv.selected(f.selector, labelSet{of: labelsOf(o), known: true}))
	}
	if f.namespaceSelector != nil {
		labels := inv.namespaceLabels(o.Namespace)
		labels.known = labels.known || f.optIn
		of = min(of, inv.selected(f.namespaceSelector, labels))
	}
	return of
}

// decrypted says whether something that was decrypted stands in a text. What a pattern makes of it would say what signs it has, one by one:
// such a text is held against none, and none that holds it against others.
func (inv *Inventory) decrypted(text string) bool {
	is, known := inv.held[text]
	if !known {
		is = inv.Repo.Standins().Bears(text)
		if inv.held == nil {
			inv.held = map[string]bool{}
		}
		inv.held[text] = is
	}
	return is
}

// matchesAny says whether a name is one of the patterns, or a pod of that name can be, whose own name has something behind it. A name, or a
// pattern, that is not known may be any.
func (inv *Inventory) matchesAny(patterns []string, name string, pods bool) certainty {
	switch {
	case len(patterns) == 0:
		return yes
	case name == "" || inv.decrypted(name):
		return perhaps
	}
	is := no
	for _, p := range patterns {
		if inv.decrypted(p) {
			is = max(is, perhaps)
			continue
		}
		ok, err := path.Match(p, name)
		fixed, _, open := strings.Cut(strings.ReplaceAll(p, "?", "*"), "*")
		switch {
		case err != nil || strings.Contains(p, "{"), pods && (strings.HasPrefix(fixed, name+"-") || open && strings.HasPrefix(name+"-", fixed)):
			is = max(is, perhaps)
		case ok:
			return yes
		}
	}
	return is
}

// labelSet are labels, as far as they are known.
type labelSet struct {
	of    map[string]string
	open  map[string]bool // those that may be there or not, or have another value
	known bool            // there are no others
}

// selected says whether a selector of labels takes something with them. Where not all of them are known, one that is not there may be.
func (inv *Inventory) selected(selector *yaml.Node, labels labelSet) certainty {
	of := yes
	require := func(key string, asked []string, holds func(have string, there bool) bool) {
		have, there := labels.of[key]
		switch {
		case labels.open[key] || len(asked) > 0 && inv.decrypted(have) || slices.ContainsFunc(asked, inv.decrypted):
			of = min(of, perhaps)
		case holds(have, there):
		case there || labels.known:
			of = no
		default:
			of = min(of, perhaps)
		}
	}
	nodes.Pairs(nodes.Field(selector, "matchLabels"), func(key, value *yaml.Node) {
		pattern := nodes.Text(value)
		require(key.Value, []string{pattern}, func(have string, there bool) bool {
			ok, err := path.Match(pattern, have)
			return there && (ok || err != nil)
		})
	})
	for _, e := range nodes.Items(nodes.Field(selector, "matchExpressions")) {
		key, values := nodes.Text(nodes.Field(e, "key")), nodes.List(nodes.Field(e, "values"))
		switch nodes.Text(nodes.Field(e, "operator")) {
		case "In":
			require(key, values, func(have string, there bool) bool { return there && slices.Contains(values, have) })
		case "NotIn":
			require(key, values, func(have string, there bool) bool { return !there || !slices.Contains(values, have) })
		case "Exists":
			require(key, nil, func(_ string, there bool) bool { return there })
		case "DoesNotExist":
			require(key, nil, func(_ string, there bool) bool { return !there })
		}
	}
	return of
}

// labelsOf are the labels of an object, and of the pods that come of it.
func labelsOf(o *manifest.Object) map[string]string {
	labels := nodes.Texts(nodes.Field(o.Root, "metadata", "labels"))
	for key, value := range nodes.Texts(nodes.Field(o.Root, "spec", "template", "metadata", "labels")) {
		labels[key] = value
	}
	return labels
}

// namespaceLabels are the labels of a namespace; not all are known where the repository has none of that name, or the name is not known. Of one
// that several clusters have, with other labels, those are open.
func (inv *Inventory) namespaceLabels(name string) labelSet {
	if inv.namespaces == nil {
		inv.namespaces = map[string]labelSet{}
		inv.eachObject(func(_ *render.Unit, o *manifest.Object) { inv.addNamespace(o.Root) })
		deployed := maps.Clone(inv.namespaces)
		for _, f := range inv.Repo.Files() {
			if f.HoldsObjects() && f.IsManifest() && !f.Example && f.Mentions("Namespace") {
				for _, w := range manifest.WrittenIn(f.Documents()) {
					if _, is := deployed[nodes.Text(nodes.Field(w.Root, "metadata", "name"))]; !is {
						inv.addNamespace(w.Root)
					}
				}
			}
		}
	}
	if name == "" {
		return labelSet{}
	}
	written, known := inv.namespaces[name]
	labels := map[string]string{"kubernetes.io/metadata.name": name}
	maps.Copy(labels, written.of)
	return labelSet{of: labels, open: written.open, known: known}
}

// addNamespace adds the labels of an object that is a namespace.
func (inv *Inventory) addNamespace(root *yaml.Node) {
	if nodes.Text(nodes.Field(root, "kind")) != "Namespace" {
		return
	}
	name, labels := nodes.Text(nodes.Field(root, "metadata", "name")), nodes.Texts(nodes.Field(root, "metadata", "labels"))
	before, known := inv.namespaces[name]
	if !known {
		inv.namespaces[name] = labelSet{of: labels, open: map[string]bool{}, known: true}
		return
	}
	for _, one := range []map[string]string{before.of, labels} {
		for key := range one {
			a, there := before.of[key]
			if b, also := labels[key]; a != b || there != also {
				before.open[key] = true
			}
		}
	}
}

// changes says whether the mutator may change an object. It may, where there is more to go through than is bearable.
func (inv *Inventory) changes(m *mutator, o *manifest.Object) bool {
	if !inv.Repo.Spend(filterCost * (1 + len(m.kinds) + len(m.namespaces) + len(m.names) + len(m.exclude))) {
		inv.Repo.Note(sources.NoteBound, m.at, "which objects policies change is "+sources.TooMuch+": any is taken for changed")
		return true
	}
	return o != m.except && inv.filtered(&m.filter, o) != no &&
		!slices.ContainsFunc(m.exclude, func(f filter) bool { return inv.filtered(&f, o) == yes })
}

// mutatorsOf are those that may change an object.
func (inv *Inventory) mutatorsOf(o *manifest.Object) []*mutator {
	if known, ok := inv.changed[o]; ok {
		return known
	}
	var out []*mutator
	for i := range inv.mutators {
		m := &inv.mutators[i]
		if !m.makes && inv.changes(m, o) {
			out = append(out, m)
		}
	}
	if inv.changed == nil {
		inv.changed = map[*manifest.Object][]*mutator{}
	}
	inv.changed[o] = out
	return out
}

// isOfKind says whether a word for a kind means an object, or the pods that come of it: "Pod", "apps/v1/Deployment", "pods".
func (inv *Inventory) isOfKind(o *manifest.Object, word string) certainty {
	if inv.decrypted(word) || inv.decrypted(o.Kind) {
		return perhaps
	}
	word = strings.ToLower(path.Base(word))
	ok, err := path.Match(word, strings.ToLower(o.Kind))
	return certain(ok && err == nil || word == strings.ToLower(o.Kind)+"s" || (word == "pod" || word == "pods") && len(inv.inside(o).pods) > 0)
}

// mutated is what a value becomes that something changes as it reaches the cluster; ok is false where nothing does.
func (inv *Inventory) mutated(o *manifest.Object, field string) (v keys.Value, ok bool) {
	for _, m := range inv.mutatorsOf(o) {
		if m.any || m.named[field] {
			return keys.Unknown(m.why), true
		}
	}
	return keys.Value{}, false
}

// mutate lets what changes a container's variables have its way.
func (inv *Inventory) mutate(c *Container) {
	for _, m := range inv.mutatorsOf(c.Object) {
		for _, name := range m.fields {
			if !inv.Repo.Spend(filterCost) {
				c.OpenEnv = append(c.OpenEnv, m.why)
				break
			}
			if c.Env[name] == nil {
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

// objects is how many are deployed.
func (inv *Inventory) objects() int {
	n := 0
	for _, u := range inv.Units {
		n += len(u.Objects)
	}
	return n
}

// eachObject visits what is deployed.
func (inv *Inventory) eachObject(visit func(u *render.Unit, o *manifest.Object)) {
	for _, u := range inv.Units {
		for _, o := range u.Objects {
			visit(u, o)
		}
	}
}
