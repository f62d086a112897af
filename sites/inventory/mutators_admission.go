package inventory

import (
	"cmp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
	"github.com/keylint/keylint/substitute"
)

// readAdmission reads a policy of the API server's own, or Kyverno's in the same form.
func readAdmission(spec *yaml.Node, label string, own []string, add func(mutator)) {
	m := mutator{why: label + " changes it as it reaches the cluster"}
	for _, mutation := range nodes.Items(nodes.Field(spec, "mutations")) {
		for _, form := range []string{"applyConfiguration", "jsonPatch"} {
			m.any = m.any || sources.SetsValues(nodes.Text(nodes.Field(mutation, form, "expression")))
		}
	}
	constraints := nodes.Field(spec, "matchConstraints")
	m.filter = filter{namespaces: own, namespaceSelector: nodes.Field(constraints, "namespaceSelector"), selector: nodes.Field(constraints, "objectSelector")}
	rules := nodes.Items(nodes.Field(constraints, "resourceRules"))
	if len(rules) == 0 {
		add(m)
	}
	for _, rule := range rules {
		m.kinds, m.names = nodes.List(nodes.Field(rule, "resources")), nodes.List(nodes.Field(rule, "resourceNames"))
		add(m)
	}
}

// readClusterSecret reads what an ExternalSecret of all namespaces makes in those that it selects: where its Secret stands here too, it is not
// known which of them is there.
func readClusterSecret(spec *yaml.Node, label, name string, add func(mutator)) {
	selectors := append(nodes.Items(nodes.Field(spec, "namespaceSelectors")), nodes.Field(spec, "namespaceSelector"))
	of := nodes.Field(spec, "externalSecretSpec")
	m := mutator{why: label, makes: true}
	m.any = true
	target := cmp.Or(nodes.Text(nodes.Field(of, "target", "name")), nodes.Text(nodes.Field(spec, "externalSecretName")), name)
	for _, s := range selectors {
		if s != nil {
			m.filter = filter{kinds: []string{"Secret"}, names: []string{target}, namespaceSelector: s}
			add(m)
		}
	}
}

// noteWebhooks tells of webhooks that get to see pods or what holds keys: what they make of it is in no repository. One that waits for labels
// of a namespace does nothing in one that has none, as far as the repository tells.
func (inv *Inventory) noteWebhooks(root *yaml.Node, label string, at sources.Position) {
	for _, hook := range nodes.Items(nodes.Field(root, "webhooks")) {
		m := mutator{touched: touched{any: true}}
		for _, rule := range nodes.Items(nodes.Field(hook, "rules")) {
			m.kinds = append(m.kinds, nodes.List(nodes.Field(rule, "resources"))...)
		}
		if len(m.kinds) == 0 {
			continue
		}
		m.namespaceSelector, m.selector, m.optIn = nodes.Field(hook, "namespaceSelector"), nodes.Field(hook, "objectSelector"), true
		what := ""
		if slices.ContainsFunc(inv.Containers, func(c *Container) bool { return c.Object != nil && inv.setsKeys(c) && inv.changes(&m, c.Object) }) {
			what = "pods"
		}
		inv.eachObject(func(_ *render.Unit, o *manifest.Object) {
			if what == "" && holdsData[o.Kind] && inv.Repo.MarkedNode(o.Root) && inv.changes(&m, o) {
				what = o.Kind + "s"
			}
		})
		if what != "" {
			inv.Repo.Note(sources.NoteNotFetched, at, label+" has "+what+" changed as they reach the cluster, and how cannot be told")
			return
		}
	}
}

// holdsData are the kinds of what holds keys by their names.
var holdsData = map[string]bool{"Secret": true, "ConfigMap": true}

// noteMade tells of what is made anew in the cluster, beside a Secret or ConfigMap with keys that stands here.
func (inv *Inventory) noteMade() {
	for i := range inv.mutators {
		m := &inv.mutators[i]
		told := !m.makes
		inv.eachObject(func(_ *render.Unit, o *manifest.Object) {
			if !told && holdsData[o.Kind] && !o.Derived() && inv.Repo.MarkedNode(o.Root) && inv.changes(m, o) {
				told = true
				inv.Repo.Note(sources.NoteNotFetched, m.at, m.why+" makes "+Label(o)+" in the cluster, which stands here too, and which of them is there cannot be told")
			}
		})
	}
}

// noteVolumes tells of policies that put something else in the place of a volume, or over a mount, of a pod with keys.
func (inv *Inventory) noteVolumes() {
	for i := range inv.mutators {
		m := &inv.mutators[i]
		if len(m.volumes) == 0 {
			continue
		}
		for _, p := range inv.Pods {
			if p.Object != nil && inv.readsKeys(p) && inv.mounts(p, m.volumes) && inv.changes(m, p.Object) {
				inv.Repo.Note(sources.NoteNotFetched, m.at, m.why+": the volumes of "+p.Owner+", and what its containers read there cannot be told")
				break
			}
		}
	}
}

// readsKeys says whether a container of the pod reads keys, from its environment or from files.
func (inv *Inventory) readsKeys(p *Pod) bool {
	return inv.Repo.MarkedNode(p.Object.Root) || slices.ContainsFunc(p.Containers, func(c *Container) bool {
		return len(c.Mounts) > 0 && (backendOf(c) != "" || inv.setsKeys(c))
	})
}

// mounts says whether the pod has one of the volumes, or mounts one there.
func (inv *Inventory) mounts(p *Pod, volumes []string) bool {
	return slices.ContainsFunc(p.Containers, func(c *Container) bool {
		return slices.ContainsFunc(c.Mounts, func(mount substitute.Mount) bool {
			return slices.ContainsFunc(volumes, func(v string) bool {
				return v == "" || v == mount.Volume || v == mount.Path || strings.HasPrefix(mount.Path, v+"/")
			})
		})
	})
}
