package nodes

import (
	"bytes"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// MaxExpanded bounds the nodes of a document, aliases followed, that is handed to programs
// which know no bound, such as kustomize and Helm.
const MaxExpanded = 200_000

// TooFar is how messages call that bound. keylint itself reads more (maxNodes).
const TooFar = "more than the 200,000 nodes that other programs are given"

// ExpandsTooFar says whether a document's aliases make it larger than is bearable (the
// "billion laughs"). What is not YAML does not.
func ExpandsTooFar(b []byte) bool {
	if bytes.IndexByte(b, '&') < 0 || bytes.IndexByte(b, '*') < 0 {
		return false
	}
	dec := yaml.NewDecoder(bytes.NewReader(b))
	for {
		var n yaml.Node
		if err := dec.Decode(&n); err != nil {
			return false
		}
		if Size(&n, MaxExpanded) > MaxExpanded {
			return true
		}
	}
}
