package chart

import (
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources/nodes"
)

// PathLayer sets one value at a path, as "helm --set-string" does: a.b\.c.d.
func PathLayer(path string, value *yaml.Node, p manifest.Place, label string) (Layer, bool) {
	parts := splitValuePath(path)
	root := value
	for i := len(parts) - 1; i >= 0; i-- {
		if parts[i] == "" || strings.HasSuffix(parts[i], "]") {
			return Layer{}, false
		}
		root = nodes.Mapping(parts[i], root)
	}
	if len(parts) == 0 {
		return Layer{}, false
	}
	return Layer{label: label, root: root, place: func(*yaml.Node) manifest.Place { return p }, At: p.At}, true
}

// splitValuePath splits at the dots that no backslash stands before.
func splitValuePath(path string) []string {
	var parts []string
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		switch {
		case path[i] == '\\' && i+1 < len(path):
			i++
			b.WriteByte(path[i])
		case path[i] == '.':
			parts = append(parts, b.String())
			b.Reset()
		default:
			b.WriteByte(path[i])
		}
	}
	return append(parts, b.String())
}

// Typed is a value as "helm --set" takes it: a truth value, null or a whole number where it looks like
// one, whatever quotes stand round it in YAML, and else a text (helm pkg/strvals: typedVal).
func Typed(value *yaml.Node) *yaml.Node {
	if value.Kind != yaml.ScalarNode {
		return value
	}
	typed := *value
	typed.Style, typed.Tag = 0, "!!str"
	text := value.Value
	switch _, err := strconv.ParseInt(text, 10, 64); {
	case strings.EqualFold(text, "true"), strings.EqualFold(text, "false"):
		typed.Tag, typed.Value = "!!bool", strings.ToLower(text)
	case strings.EqualFold(text, "null"):
		typed.Tag, typed.Value = "!!null", "null"
	case text == "0", err == nil && !strings.HasPrefix(text, "0"):
		typed.Tag = "!!int"
	}
	return &typed
}
