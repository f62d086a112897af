package nodes

import (
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Field is the value under key in a mapping, aliases and merge keys ("<<") followed;
// nil where there is none. Of a key that stands twice the last counts, as for kustomize
// and kubectl.
func Field(n *yaml.Node, key ...string) *yaml.Node {
	for _, k := range key {
		if n = field(n, k, 0); n == nil {
			return nil
		}
	}
	return Follow(n)
}

// MaxMerges bounds how deep merge keys are followed.
const MaxMerges = 20

func field(n *yaml.Node, key string, depth int) *yaml.Node {
	n = Follow(n)
	if n == nil || n.Kind != yaml.MappingNode || depth > MaxMerges {
		return nil
	}
	var found, merge *yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		switch n.Content[i].Value {
		case key:
			found = n.Content[i+1]
		case "<<":
			merge = n.Content[i+1]
		}
	}
	if found != nil || merge == nil {
		return found
	}
	for _, m := range Merged(merge) { // the first that has the key counts
		if found = field(m, key, depth+1); found != nil {
			return found
		}
	}
	return nil
}

// Merged lists the mappings that a merge key names: one, or a list.
func Merged(merge *yaml.Node) []*yaml.Node {
	if list := Items(merge); list != nil {
		return list
	}
	return []*yaml.Node{merge}
}

// Follow leads an alias to what it stands for.
func Follow(n *yaml.Node) *yaml.Node {
	for i := 0; n != nil && n.Kind == yaml.AliasNode && i < 100; i++ {
		n = n.Alias
	}
	return n
}

// Text is a scalar's text; empty for null and for what is no scalar.
func Text(n *yaml.Node) string {
	n = Follow(n)
	if n == nil || n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return ""
	}
	return n.Value
}

// Given is the node, or nil where it is null: "valueFrom: null" sets nothing.
func Given(n *yaml.Node) *yaml.Node {
	if n = Follow(n); n == nil || n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return nil
	}
	return n
}

// Items are a sequence's members; none for anything else.
func Items(n *yaml.Node) []*yaml.Node {
	n = Follow(n)
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

// Pairs visits the keys and values of a mapping, aliases followed.
func Pairs(n *yaml.Node, visit func(key, value *yaml.Node)) {
	n = Follow(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		visit(Follow(n.Content[i]), Follow(n.Content[i+1]))
	}
}

// Texts are the scalars of a mapping, by key.
func Texts(n *yaml.Node) map[string]string {
	out := map[string]string{}
	Pairs(n, func(key, value *yaml.Node) {
		if value != nil && value.Kind == yaml.ScalarNode {
			out[key.Value] = Text(value)
		}
	})
	return out
}

// List is the texts of a sequence's members, as far as they have one.
func List(n *yaml.Node) []string {
	var out []string
	for _, item := range Items(n) {
		if text := Text(item); text != "" {
			out = append(out, text)
		}
	}
	return out
}

// maxMappings bounds how deep EachMapping goes, and with it aliases that contain
// themselves.
const maxMappings = 20

// EachMapping visits every mapping of a tree, outer ones first.
func EachMapping(n *yaml.Node, visit func(*yaml.Node)) { eachMapping(n, 0, visit) }

func eachMapping(n *yaml.Node, depth int, visit func(*yaml.Node)) {
	n = Follow(n)
	if n == nil || depth > maxMappings {
		return
	}
	if n.Kind == yaml.MappingNode {
		visit(n)
		Pairs(n, func(_, value *yaml.Node) { eachMapping(value, depth+1, visit) })
		return
	}
	for _, c := range n.Content {
		eachMapping(c, depth+1, visit)
	}
}

// Names says whether a text in a tree is the name of an object, or has it as one of its words.
func Names(n *yaml.Node, name string) bool { return names(n, name, 0) }

func names(n *yaml.Node, name string, depth int) bool {
	if n == nil || depth > maxMappings {
		return false
	}
	if n.Kind == yaml.ScalarNode {
		return strings.Contains(n.Value, name) && slices.Contains(strings.FieldsFunc(n.Value, inNoName), name)
	}
	return slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return names(c, name, depth+1) })
}

// inNoName says that a character stands in no object's name.
func inNoName(c rune) bool {
	return c != '-' && c != '.' && (c < '0' || c > '9') && (c < 'a' || c > 'z')
}

// SameText compares two texts. kustomize trims an inline patch, and with it the last
// line end of a block scalar that the patch ends with.
func SameText(a, b string) bool {
	return a == b || strings.TrimRight(a, "\n") == strings.TrimRight(b, "\n")
}
