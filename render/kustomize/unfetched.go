package kustomize

import (
	"cmp"

	"github.com/keylint/keylint/sources"
)

// EachUnfetched visits what is not in the repository of kustomizations that were not built, since nothing in them can bear a key: remote
// bases, and charts that are not here. The address is that, and the namespace the one that the kustomization or the chart's entry gives it; empty where none does.
func (g *Graph) EachUnfetched(visit func(label, namespace, address string, at sources.Position)) {
	for _, k := range g.sorted() {
		if k.told || k.foreign {
			continue
		}
		for _, r := range k.refs {
			if r.verdict == isRemote {
				visit(k.file.Path, k.namespace, r.text, k.entry(r.field, r.text)())
			}
		}
		for _, e := range k.charts {
			if r := k.release(g, e); r.Chart == nil {
				visit(r.Label, cmp.Or(k.namespace, e.Namespace), e.Repo, r.At)
			}
		}
	}
}

// Namespace is the one that the kustomization of a directory puts its objects into; empty where it has none.
func (g *Graph) Namespace(dir string) string {
	if k := g.byDir[dir]; k != nil {
		return k.namespace
	}
	return ""
}
