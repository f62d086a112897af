package inventory

import (
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// readKyverno reads the rules of a policy (kyverno.io/docs/policy-types/cluster-policy: mutate, generate). One of a namespace has no say in others.
func (inv *Inventory) readKyverno(spec *yaml.Node, label string, own []string, at sources.Position, add func(mutator)) {
	for _, rule := range nodes.Items(nodes.Field(spec, "rules")) {
		inv.readGenerate(nodes.Field(rule, "generate"), label, at, add)
		mutate := nodes.Field(rule, "mutate")
		if mutate == nil {
			continue
		}
		m := mutator{why: label + " changes it as it reaches the cluster"}
		m.touch(mutate)
		if targets := nodes.Items(nodes.Field(mutate, "targets")); len(targets) > 0 {
			for _, t := range targets {
				m.filter = filter{kinds: texts(t, "kind"), namespaces: texts(t, "namespace"), names: texts(t, "name")}
				add(m)
			}
			continue
		}
		m.exclude = excluded(nodes.Field(rule, "exclude"))
		match := nodes.Field(rule, "match")
		filters := slices.Concat(nodes.Items(nodes.Field(match, "any")), nodes.Items(nodes.Field(match, "all")))
		if len(filters) == 0 {
			filters = append(filters, match)
		}
		for _, f := range filters {
			m.filter = kyvernoFilter(nodes.Field(f, "resources"))
			if len(own) > 0 {
				m.namespaces = own
			}
			add(m)
		}
	}
}

// kyvernoFilter is what a rule has to say of resources.
func kyvernoFilter(r *yaml.Node) filter {
	return filter{
		kinds: nodes.List(nodes.Field(r, "kinds")), namespaces: nodes.List(nodes.Field(r, "namespaces")),
		names:    append(nodes.List(nodes.Field(r, "names")), texts(r, "name")...),
		selector: nodes.Field(r, "selector"), namespaceSelector: nodes.Field(r, "namespaceSelector"),
	}
}

// excluded are the filters of which one is enough for a rule to pass over a resource: those that speak of nothing but what is known of it.
func excluded(n *yaml.Node) []filter {
	filters := nodes.Items(nodes.Field(n, "any"))
	if all := nodes.Items(nodes.Field(n, "all")); len(all) == 1 {
		filters = append(filters, all...)
	}
	if nodes.Field(n, "resources") != nil {
		filters = append(filters, n)
	}
	var out []filter
	for _, f := range filters {
		told := true
		nodes.Pairs(f, func(key, _ *yaml.Node) { told = told && key.Value == "resources" })
		nodes.Pairs(nodes.Field(f, "resources"), func(key, _ *yaml.Node) {
			told = told && slices.Contains([]string{"kinds", "namespaces", "names", "name", "selector", "namespaceSelector"}, key.Value)
		})
		if told {
			out = append(out, kyvernoFilter(nodes.Field(f, "resources")))
		}
	}
	return out
}

// readGenerate reads a rule that makes objects: a Secret or ConfigMap of a name that is here already, where it is not what is copied itself. Which
// ones a list of clones is about is known as far as they stand here.
func (inv *Inventory) readGenerate(generate *yaml.Node, label string, at sources.Position, add func(mutator)) {
	text := func(n *yaml.Node, path ...string) string { return nodes.Text(nodes.Field(n, path...)) }
	rules := append(nodes.Items(nodes.Field(generate, "foreach")), generate)
	for _, g := range rules {
		if g == nil {
			continue
		}
		m := mutator{why: label, makes: true, touched: touched{any: true}}
		m.kinds, m.names = texts(g, "kind"), texts(g, "name")
		from := text(g, "clone", "namespace")
		clones := nodes.List(nodes.Field(g, "cloneList", "kinds"))
		if len(clones) > 0 {
			from, m.kinds = text(g, "cloneList", "namespace"), clones
		}
		if ns := text(g, "namespace"); ns != "" && !strings.Contains(ns, "{") {
			m.namespaces = []string{ns}
		}
		if len(m.kinds) == 0 || len(clones) == 0 && len(m.names) == 0 {
			continue
		}
		if !inv.Repo.Spend(filterCost * len(m.kinds) * inv.objects()) {
			inv.Repo.Note(sources.NoteBound, at, "which objects policies copy is "+sources.TooMuch)
			return
		}
		inv.eachObject(func(_ *render.Unit, o *manifest.Object) {
			if o.Namespace == from && slices.ContainsFunc(m.kinds, func(kind string) bool { return inv.isOfKind(o, kind) != no }) {
				if len(clones) > 0 {
					m.names = append(m.names, o.Name)
				} else if o.Name == text(g, "clone", "name") {
					m.except = o
				}
			}
		})
		if len(m.names) > 0 {
			if len(clones) > 0 {
				m.exclude = []filter{{namespaces: []string{from}}}
			}
			add(m)
		}
	}
}
