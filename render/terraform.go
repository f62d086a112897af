package render

import (
	"slices"

	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/render/stores"
	"github.com/keylint/keylint/sources"
)

// terraformUnits are the modules that make a Secret or ConfigMap which may have to do with a key: a file of
// the module is marked, or a manifest that may bear one names the object.
func terraformUnits(repo *sources.Repository) []*Unit {
	repo.NoteRemoteModules()
	var units []*Unit
	for _, m := range repo.TerraformModules() {
		objects := stores.Terraform(repo, m)
		marked := slices.ContainsFunc(m.Files, func(name string) bool { return repo.File(name).IsMarked() })
		if marked || slices.ContainsFunc(objects, func(o *manifest.Object) bool { return isNamed(repo, o.Name) }) {
			units = append(units, &Unit{Name: m.Dir, Kind: Terraform, Path: m.Dir, Rendered: true, Objects: objects, Inputs: m.Files})
		}
	}
	return units
}

// isNamed says whether a manifest that may bear a key mentions the name of an object.
func isNamed(repo *sources.Repository, name string) bool {
	return slices.ContainsFunc(repo.Files(), func(f *sources.File) bool {
		return f.IsManifest() && f.BearsKeys() && !f.Example && f.Mentions(name)
	})
}
