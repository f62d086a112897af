package render

import "github.com/keylint/keylint/render/kustomize"

// renderRoot is the unit of a root that somebody builds.
func renderRoot(g *kustomize.Graph, r *kustomize.Root) *Unit {
	built := g.Build(r)
	u := &Unit{
		Name: r.Dir(), Kind: Kustomization, Path: r.Dir(), Rendered: built.Built, Doubt: built.Doubt,
		Objects: built.Objects, Missing: built.Missing, Unread: built.Unread, Inputs: built.Inputs, Opened: r.Opened(),
	}
	u.doubted()
	return u
}
