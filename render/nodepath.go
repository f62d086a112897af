package render

import (
	"strconv"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// step is one step from a node to one of its children: a mapping's key, or a
// sequence's item, which is known by its name where it has one (as kustomize merges
// lists) and by its index where it has none.
type step struct {
	key   string // of a mapping; empty in a sequence
	name  string
	index int
	item  bool
}

// is says whether the text of a JSON pointer or field path means this step.
func (s step) is(text string) bool {
	if !s.item {
		return s.key == text
	}
	return text == "-" || text == "*" || text == strconv.Itoa(s.index) || s.name != "" && text == s.name
}

// maxPathDepth bounds how deep a path goes, and with it the search through aliases that
// contain themselves.
const maxPathDepth = 100

// pathTo finds the way from root to the node, and says whether the node is a mapping's
// key and not its value.
func pathTo(root, target *yaml.Node) (path []step, isKey, ok bool) {
	var search func(n *yaml.Node, way []step) bool
	budget := maxExpanded
	search = func(n *yaml.Node, way []step) bool {
		if budget--; budget < 0 || n == nil || len(way) > maxPathDepth {
			return false
		}
		if n == target {
			path, ok = append([]step(nil), way...), true
			return true
		}
		if n.Kind == yaml.AliasNode {
			return search(n.Alias, way)
		}
		for i := range n.Content {
			switch n.Kind {
			case yaml.MappingNode:
				if i%2 == 1 {
					continue
				}
				s := step{key: n.Content[i].Value}
				if n.Content[i] == target {
					path, isKey, ok = append(append([]step(nil), way...), s), true, true
					return true
				}
				if i+1 < len(n.Content) && search(n.Content[i+1], append(way, s)) {
					return true
				}
			case yaml.SequenceNode:
				if search(n.Content[i], append(way, itemStep(n.Content[i], i))) {
					return true
				}
			}
		}
		return false
	}
	search(root, nil)
	return path, isKey, ok
}

func itemStep(item *yaml.Node, index int) step {
	return step{item: true, index: index, name: nodes.Text(nodes.Field(item, "name"))}
}

// follow goes the way from root; nil where it leads nowhere. An item with a name is
// found by it, wherever it stands; one without by its index.
func follow(root *yaml.Node, path []step, isKey bool) *yaml.Node {
	n := nodes.Follow(root)
	for i, s := range path {
		if n == nil {
			return nil
		}
		if s.item {
			n = nodes.Follow(itemOf(n, s))
			continue
		}
		if isKey && i == len(path)-1 {
			return keyOf(n, s.key)
		}
		n = nodes.Field(n, s.key)
	}
	return n
}

func itemOf(n *yaml.Node, s step) *yaml.Node {
	for i, item := range nodes.Items(n) {
		if other := itemStep(item, i); s.name != "" && other.name == s.name || s.name == "" && other.name == "" && i == s.index {
			return item
		}
	}
	return nil
}

func keyOf(n *yaml.Node, key string) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i]
		}
	}
	return nil
}
