package inventory

import (
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources/nodes"
)

// podTemplates are the documents in the data keys of a ConfigMap that have the form of an object with a pod, of which a program makes pods: those of
// Airflow, Jenkins and GitLab's runner are.
func (inv *Inventory) podTemplates(o *manifest.Object) []*manifest.Object {
	if o.Kind != "ConfigMap" || o.GivesValues || o.Derived() {
		return nil
	}
	var out []*manifest.Object
	for _, e := range inv.Entries(o) {
		text := inv.Readable(e.Value)
		if !e.Value.IsKnown() || e.SOPS || !strings.Contains(string(text), "containers:") || !inv.Repo.Marked(text) {
			continue
		}
		docs, _ := nodes.Parse(text)
		for _, d := range docs {
			if nodes.Field(d.Root, "kind") == nil {
				continue
			}
			out = append(out, &manifest.Object{
				APIVersion: o.APIVersion, Kind: o.Kind, Name: o.Name, Namespace: o.Namespace, OriginalName: o.OriginalName, OriginalNamespace: o.OriginalNamespace,
				Root: d.Root, File: o.File, Unseen: o.Unseen, Repo: o.Repo, Origin: inEntry{e, d.Shift},
			})
		}
	}
	return out
}

// inEntry is the origin of an object that stands in a data key.
type inEntry struct {
	entry manifest.Entry
	shift int
}

// Find implements manifest.Origin.
func (i inEntry) Find(_ *manifest.Object, n *yaml.Node) (manifest.Place, bool) {
	if n.Line == 0 {
		return manifest.Place{}, false
	}
	column, end := n.Column, 0
	switch {
	case n.Kind == yaml.ScalarNode && n.Style == 0:
		end = column + len(n.Value)
	case n.Kind == yaml.ScalarNode && n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		column, end = column+1, column+1+len(n.Value)
	}
	p := i.entry.Place
	p.At, p.Inside = i.entry.Inside(i.shift+n.Line, column, end), nil
	return p, true
}
