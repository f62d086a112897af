package render

// renderRoot is the unit of a root that somebody builds.
func renderRoot(r *root) *Unit {
	built := r.build()
	return &Unit{
		Name: r.dir, Kind: Kustomization, Path: r.dir, Rendered: built.Built,
		Objects: built.Objects, Missing: built.Missing, Inputs: built.Inputs,
	}
}
