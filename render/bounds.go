package render

import (
	"bytes"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// The bounds on what is handed to kustomize, which knows none.
const (
	maxExpanded = 200_000   // nodes of one document, aliases followed
	maxVisits   = 5_000     // kustomizations that one root loads, each as often as it is listed
	maxInput    = 256 << 20 // bytes that one root loads, likewise
)

const tooFar = "more than 200,000 nodes"

// expandsTooFar says whether a document's aliases make it larger than is bearable (the
// "billion laughs"). What is not YAML does not.
func expandsTooFar(b []byte) bool {
	if bytes.IndexByte(b, '&') < 0 || bytes.IndexByte(b, '*') < 0 {
		return false
	}
	dec := yaml.NewDecoder(bytes.NewReader(b))
	for {
		var n yaml.Node
		if err := dec.Decode(&n); err != nil {
			return false
		}
		if expanded(&n, map[*yaml.Node]int{}) > maxExpanded {
			return true
		}
	}
}

// expanded counts the nodes below n with every alias followed, up to the bound. Each
// node is counted once and remembered.
func expanded(n *yaml.Node, known map[*yaml.Node]int) int {
	if n == nil {
		return 0
	}
	if size, ok := known[n]; ok {
		return size
	}
	known[n] = maxExpanded + 1 // an alias to its own ancestor never ends
	size := 1
	if n.Kind == yaml.AliasNode {
		size += expanded(n.Alias, known)
	}
	for _, c := range n.Content {
		if size += expanded(c, known); size > maxExpanded {
			break
		}
	}
	known[n] = min(size, maxExpanded+1)
	return known[n]
}
