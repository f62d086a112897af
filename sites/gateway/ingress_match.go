package gateway

import (
	"cmp"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources/nodes"
)

// ingressMatch is what an Ingress asks of a request, as the fields of Kong's route. A path behind "/~" is a regular expression, and an annotation
// names methods (developer.konghq.com/kubernetes-ingress-controller: reference/annotations).
func ingressMatch(o *manifest.Object, rule, path *yaml.Node) []any {
	asked := cmp.Or(nodes.Text(nodes.Field(path, "path")), "/")
	switch {
	case strings.HasPrefix(asked, "/~"):
		asked = asked[1:]
	case nodes.Text(nodes.Field(path, "pathType")) == "Exact":
		asked = exactly(asked)
	}
	match := []any{"paths", sequence([]*yaml.Node{nodes.Scalar(asked)})}
	if host := nodes.Field(rule, "host"); nodes.Text(host) != "" {
		match = append(match, "hosts", sequence([]*yaml.Node{host}))
	}
	if methods := nodes.Field(o.Root, "metadata", "annotations", "konghq.com/methods"); methods != nil {
		match = append(match, "methods", sequence([]*yaml.Node{methods}))
	}
	return match
}

// routeMatch is what a match of an HTTPRoute asks of a request, likewise.
func routeMatch(o *manifest.Object, match *yaml.Node) []any {
	asked := cmp.Or(nodes.Text(nodes.Field(match, "path", "value")), "/")
	switch nodes.Text(nodes.Field(match, "path", "type")) {
	case "RegularExpression":
		asked = "~" + asked
	case "Exact":
		asked = exactly(asked)
	}
	out := []any{"paths", sequence([]*yaml.Node{nodes.Scalar(asked)})}
	if hosts := nodes.Field(o.Root, "spec", "hostnames"); hosts != nil {
		out = append(out, "hosts", hosts)
	}
	if method := nodes.Field(match, "method"); method != nil {
		out = append(out, "methods", sequence([]*yaml.Node{method}))
	}
	if headers := nodes.Field(match, "headers"); headers != nil {
		out = append(out, "headers", headers)
	}
	return out
}

// exactly is the regular expression of one path, and of nothing below.
func exactly(path string) string { return "~" + regexp.QuoteMeta(path) + "$" }
