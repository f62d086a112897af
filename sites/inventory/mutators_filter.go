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
	if len(f.kinds) > 0 && !slices.ContainsFunc(f.kinds, func(kind string) bool { return isOfKind(o, kind) }) {
		return no
	}
	pods := workloads[o.Kind] && !slices.ContainsFunc(f.kinds, func(kind string) bool { return strings.EqualFold(path.Base(kind), o.Kind) })
	of := min(matchesAny(f.namespaces, o.Namespace, false), matchesAny(f.names, o.Name, pods))
	if f.selector != nil {
		of = min(of, selected(f.selector, labelsOf(o), true))
	}
	if f.namespaceSelector != nil {
		labels, known := inv.namespaceLabels(o.Namespace)
		of = min(of, selected(f.namespaceSelector, labels, known || f.optIn))
	}
	return of
}

// matchesAny says whether a name is one of the patterns, or a pod of that name can be, whose own name has something behind it. A name, or a
// pattern, that is not known may be any.
func matchesAny(patterns []string, name string, pods bool) certainty {
	switch {
	case len(patterns) == 0:
		return yes
	case name == "":
		return perhaps
	}
	is := no
	for _, p := range patterns {
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

// selected says whether a selector of labels takes something with them. Where not all of them are known, one that is not there may be.
func selected(selector *yaml.Node, labels map[string]string, known bool) certainty {
	of := yes
	require := func(holds, there bool) {
		switch {
		case holds:
		case there || known:
			of = no
		default:
			of = min(of, perhaps)
		}
	}
	nodes.Pairs(nodes.Field(selector, "matchLabels"), func(key, value *yaml.Node) {
		have, there := labels[key.Value]
		ok, err := path.Match(nodes.Text(value), have)
		require(there && (ok || err != nil), there)
	})
	for _, e := range nodes.Items(nodes.Field(selector, "matchExpressions")) {
		have, there := labels[nodes.Text(nodes.Field(e, "key"))]
		in := slices.Contains(nodes.List(nodes.Field(e, "values")), have)
		switch nodes.Text(nodes.Field(e, "operator")) {
		case "In":
			require(there && in, there)
		case "NotIn":
			require(!there || !in, there)
		case "Exists":
			require(there, there)
		case "DoesNotExist":
			require(!there, there)
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

// namespaceLabels are the labels of a namespace; known is false where the repository has none of that name, or the name is not known.
func (inv *Inventory) namespaceLabels(name string) (labels map[string]string, known bool) {
	if inv.namespaces == nil {
		inv.namespaces = map[string]map[string]string{}
		read := func(root *yaml.Node) {
			if nodes.Text(nodes.Field(root, "kind")) == "Namespace" {
				inv.namespaces[nodes.Text(nodes.Field(root, "metadata", "name"))] = nodes.Texts(nodes.Field(root, "metadata", "labels"))
			}
		}
		for _, f := range inv.Repo.Files() {
			if f.HoldsObjects() && f.IsManifest() && !f.Example && f.Mentions("Namespace") {
				for _, w := range manifest.WrittenIn(f.Documents()) {
					read(w.Root)
				}
			}
		}
		inv.eachObject(func(_ *render.Unit, o *manifest.Object) { read(o.Root) })
	}
	if name == "" {
		return nil, false
	}
	written, known := inv.namespaces[name]
	labels = map[string]string{"kubernetes.io/metadata.name": name}
	for key, value := range written {
		labels[key] = value
	}
	return labels, known
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
func isOfKind(o *manifest.Object, word string) bool {
	word = strings.ToLower(path.Base(word))
	if ok, err := path.Match(word, strings.ToLower(o.Kind)); ok && err == nil || word == strings.ToLower(o.Kind)+"s" {
		return true
	}
	return (word == "pod" || word == "pods") && workloads[o.Kind]
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
