package manifest

import (
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// Handed is the object as it may tell a renderer what to make of its fields: one that was
// read of a decrypted document with its texts handed, as sources' Repository.Hand does. What
// kustomize or a chart made is as it is, since its texts went through there before.
func (o *Object) Handed() *Object {
	d, ok := o.Origin.(FromDocument)
	if !ok || !d.Doc.File.Decrypted() {
		return o
	}
	handed := *o
	handed.Root = hand(o.Root, o.Repo, map[*yaml.Node]*yaml.Node{})
	return &handed
}

// hand copies a tree, each node once, whose places stay as they are.
func hand(n *yaml.Node, repo *sources.Repository, copies map[*yaml.Node]*yaml.Node) *yaml.Node {
	if n == nil {
		return nil
	}
	if known := copies[n]; known != nil {
		return known
	}
	out := *n
	copies[n] = &out
	if n.Kind == yaml.ScalarNode && n.Tag == yaml.NodeTagString {
		out.Value = repo.Hand(keys.Known(keys.NewText(n.Value)))
	}
	out.Alias, out.Content = hand(n.Alias, repo, copies), nil
	for _, c := range n.Content {
		out.Content = append(out.Content, hand(c, repo, copies))
	}
	return &out
}
