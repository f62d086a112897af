package manifest

import (
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// Uncover puts what was decrypted in the place of the words that stand for it, once nothing renders any more: in values alone, and of whole words
// alone. What a renderer made of pieces of one stays as it is, and its value is not known.
func (o *Object) Uncover() {
	if o.Derived() || o.covered != nil || !o.Repo.Standins().Hide() {
		return
	}
	covered := map[*yaml.Node]*yaml.Node{}
	root, changed := uncover(o.Root, o.Repo, covered)
	if !changed {
		return
	}
	asRendered := *o
	o.Root, o.covered, o.asRendered = root, covered, &asRendered
}

// uncover copies a tree, each node once, where it holds a word. covered leads from a copy to what it was made of.
func uncover(n *yaml.Node, repo *sources.Repository, covered map[*yaml.Node]*yaml.Node) (out *yaml.Node, changed bool) {
	copies := map[*yaml.Node]*yaml.Node{}
	var visit func(n *yaml.Node) *yaml.Node
	visit = func(n *yaml.Node) *yaml.Node {
		if n == nil {
			return nil
		}
		if known := copies[n]; known != nil {
			return known
		}
		c := *n
		copies[n], covered[&c] = &c, n
		if n.Kind == yaml.ScalarNode {
			if whole, ok := repo.Standins().Uncovered(keys.NewText(n.Value)); ok {
				c.Value, changed = whole.Reveal(), true
			}
		}
		c.Alias, c.Content = visit(n.Alias), nil
		for i, child := range n.Content {
			if n.Kind == yaml.MappingNode && i%2 == 0 { // a name
				c.Content = append(c.Content, child)
				continue
			}
			c.Content = append(c.Content, visit(child))
		}
		return &c
	}
	out = visit(n)
	return out, changed
}
