package nodes

import "sigs.k8s.io/kustomize/kyaml/yaml"

// Mapping makes a node of names and nodes in turn; a nil node is left out.
func Mapping(pairs ...any) *yaml.Node {
	m := &yaml.Node{Kind: yaml.MappingNode, Tag: yaml.NodeTagMap}
	for i := 0; i+1 < len(pairs); i += 2 {
		if n, ok := pairs[i+1].(*yaml.Node); ok && n != nil {
			m.Content = append(m.Content, Scalar(pairs[i].(string)), n)
		}
	}
	return m
}

// Scalar makes a node of a text.
func Scalar(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: yaml.NodeTagString, Value: text}
}
