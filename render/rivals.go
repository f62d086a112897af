package render

import (
	"cmp"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// tellRivals tells of an object that may bear a key and is deployed twice in one cluster, with different contents: by two orders, which undo
// each other's work, or by one that applies one of the two as a hook, before or after the rest.
func (p *planner) tellRivals() {
	type maker struct {
		unit   *Unit
		object *manifest.Object
	}
	first := map[[4]string]maker{}
	for _, u := range p.units {
		if !u.Deployed() || u.Cluster == "" || u.By == "" || u.By == Helmfile {
			continue
		}
		for _, o := range u.Objects {
			if o.Derived() || o.Name == "" || isOrder(o) {
				continue
			}
			id := [4]string{u.Cluster, o.Kind, o.Namespace, o.Name}
			other, known := first[id]
			if !known {
				first[id] = maker{u, o}
				continue
			}
			if other.unit == u && isHook(other.object) == isHook(o) || !p.leadsTo(o) && !p.leadsTo(other.object) || p.sameContent(o, other.object) {
				continue
			}
			at := o.Locate(nodes.Field(o.Root, "metadata", "name"))
			by := "by " + other.unit.Name + " and by " + u.Name
			if other.unit == u {
				by = "twice by " + u.Name + ", once as a hook"
			}
			p.repo.NoteOf(o.Title(), sources.NoteNotFetched, at, o.Title()+" is deployed "+by+", with other contents, and which of them has the last word cannot be told")
		}
	}
}

// isHook says whether Helm or Argo CD applies an object apart from the others.
func isHook(o *manifest.Object) bool {
	annotations := nodes.Field(o.Root, "metadata", "annotations")
	return nodes.Field(annotations, helmHook) != nil || nodes.Field(annotations, argoHook) != nil
}

// sameContent says whether two objects say the same, but for their metadata. What is not known is another word wherever it stands: what comes of one
// place of a store is the same, and nothing else is.
func (p *planner) sameContent(a, b *manifest.Object) bool {
	others := 0
	text := func(o *manifest.Object) string {
		var b strings.Builder
		nodes.Pairs(o.Root, func(key, value *yaml.Node) {
			if text, err := yaml.String(value); err == nil && key.Value != "metadata" {
				b.WriteString(key.Value + "\n" + text)
			}
		})
		return p.repo.Standins().Replace(b.String(), func(v keys.Value) string {
			others++
			return cmp.Or(v.Source(), strconv.Itoa(others))
		})
	}
	return text(a) == text(b)
}
