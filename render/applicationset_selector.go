package render

import (
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// selected are the sets of parameters that the selector of a generator lets through, whatever kind of generator it is
// (argo-cd applicationset/generators: Transform).
func selected(selector *yaml.Node, sets []map[string]any) []map[string]any {
	return slices.DeleteFunc(sets, func(set map[string]any) bool { return !letsThrough(selector, set) })
}

// letsThrough says whether a selector may match parameters, which it takes for labels.
func letsThrough(selector *yaml.Node, set map[string]any) bool {
	matches := true
	nodes.Pairs(nodes.Field(selector, "matchLabels"), func(key, value *yaml.Node) {
		matches = matches && mayHold(set, key.Value, "In", []*yaml.Node{value})
	})
	for _, e := range nodes.Items(nodes.Field(selector, "matchExpressions")) {
		matches = matches && mayHold(set, nodes.Text(nodes.Field(e, "key")), nodes.Text(nodes.Field(e, "operator")), nodes.Items(nodes.Field(e, "values")))
	}
	return matches
}

// mayHold says whether an expression of a selector may be true of parameters. An expression in its values stands for what another generator gives, and of
// parameters that are no texts, or stand within others, releases of Argo CD make different things (argoproj/argo-cd#12524): then it may be.
func mayHold(set map[string]any, key, operator string, values []*yaml.Node) bool {
	text, isText := set[key].(string)
	if _, ok := flattened(set)[key]; ok && !isText || slices.ContainsFunc(values, func(v *yaml.Node) bool { return literal(v.Value) != v.Value }) {
		return true
	}
	in := isText && slices.ContainsFunc(values, func(v *yaml.Node) bool { return v.Value == text })
	switch operator {
	case "In":
		return in
	case "NotIn":
		return !in
	case "Exists":
		return isText
	case "DoesNotExist":
		return !isText
	}
	return true
}
