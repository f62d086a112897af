package nodes

import (
	"strconv"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Step is one step from a node to one of its children: a mapping's key, or a
// sequence's item, which is known by its name where it has one (as kustomize merges
// lists) and by its index where it has none.
type Step struct {
	Key   string // of a mapping; empty in a sequence
	Name  string
	Index int
	Item  bool
}

// Is says whether the text of a JSON pointer or field path means this step.
func (s Step) Is(text string) bool {
	if !s.Item {
		return s.Key == text
	}
	return text == "-" || text == "*" || text == strconv.Itoa(s.Index) || s.Name != "" && text == s.Name
}

// MaxDepth bounds how deep a path goes, and with it the search through aliases that
// contain themselves.
const MaxDepth = 100

// PathTo finds the way from root to the node, and says whether the node is a mapping's
// key and not its value.
func PathTo(root, target *yaml.Node) (path []Step, isKey, ok bool) {
	var search func(n *yaml.Node, way []Step) bool
	budget := MaxExpanded
	search = func(n *yaml.Node, way []Step) bool {
		if budget--; budget < 0 || n == nil || len(way) > MaxDepth {
			return false
		}
		if n == target {
			path, ok = append([]Step(nil), way...), true
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
				s := Step{Key: n.Content[i].Value}
				if n.Content[i] == target {
					path, isKey, ok = append(append([]Step(nil), way...), s), true, true
					return true
				}
				if i+1 < len(n.Content) && search(n.Content[i+1], append(way, s)) {
					return true
				}
			case yaml.SequenceNode:
				if search(n.Content[i], append(way, ItemStep(n.Content[i], i))) {
					return true
				}
			}
		}
		return false
	}
	search(root, nil)
	return path, isKey, ok
}

// ItemStep is the step to an item of a sequence.
func ItemStep(item *yaml.Node, index int) Step {
	return Step{Item: true, Index: index, Name: Text(Field(item, "name"))}
}

// At goes the way from root; nil where it leads nowhere. An item with a name is
// found by it, wherever it stands; one without by its index.
func At(root *yaml.Node, path []Step, isKey bool) *yaml.Node {
	n := Follow(root)
	for i, s := range path {
		if n == nil {
			return nil
		}
		if s.Item {
			n = Follow(itemOf(n, s))
			continue
		}
		if isKey && i == len(path)-1 {
			return keyOf(n, s.Key)
		}
		n = Field(n, s.Key)
	}
	return n
}

func itemOf(n *yaml.Node, s Step) *yaml.Node {
	for i, item := range Items(n) {
		if other := ItemStep(item, i); s.Name != "" && other.Name == s.Name || s.Name == "" && other.Name == "" && i == s.Index {
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
