package render

import (
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render/kustomize"
	"github.com/keylint/keylint/render/stores"
	"github.com/keylint/keylint/sources"
)

// plainUnits makes units of what no kustomization deploys: compose files, manifests
// under no kustomization, a unit a directory, and manifests that stand beside one and
// that no root lists.
// Of a directory in which a manifest may bear keys all manifests are read.
func plainUnits(repo *sources.Repository, g *kustomize.Graph, deployed map[string]bool) []*Unit {
	along := map[string]bool{}
	for _, f := range repo.Files() {
		if f.IsManifest() && f.BearsKeys() && f.HoldsObjects() && !f.Example && !g.Governs(f.Dir()) {
			along[f.Dir()] = true
		}
	}
	var units []*Unit
	var compose []*sources.File
	byName := map[string]*Unit{}
	told := map[string]bool{}
	for _, f := range repo.Files() {
		if !f.IsManifest() || !f.BearsKeys() && (f.Example || !f.HoldsObjects() || !along[f.Dir()]) {
			continue
		}
		if f.Example {
			if f.TestDir != "" && !told[f.TestDir] && len(stores.InFile(repo, f)) > 0 {
				told[f.TestDir] = true
				repo.Note(sources.NoteSkipped, sources.Position{File: f.TestDir},
					"by its name this holds documentation or test data, so its manifests are not compared; name it as a PATH to lint it")
			}
			if along[f.Dir()] && f.Place() == sources.Configured && f.HoldsObjects() && holdsKey(f) {
				repo.Note(sources.NoteRefused, f.At(), "the configuration takes it for an example, and it lies among manifests that are deployed: whether it is deployed as well cannot be told")
			}
			continue
		}
		if f.IsCompose() {
			if f.BearsKeys() {
				compose = append(compose, f)
			}
			continue
		}
		if deployed[f.Path] || !f.HoldsObjects() || f.InChart() {
			continue
		}
		objects := stores.InFile(repo, f)
		if len(objects) == 0 {
			continue
		}
		name, kind := f.Dir(), Directory
		switch {
		case f.FromStdin():
			name = f.Path
		case f.IsTemplate():
			name, kind = f.Path, Undeployed
			repo.Note(sources.NoteSkipped, f.At(), "by its name it is a template, which something fills in before it is deployed; it is not compared with what is")
		case g.Governs(f.Dir()):
			kind = Undeployed
		}
		u := byName[name]
		if u == nil {
			u = &Unit{Name: name, Kind: kind, Path: name}
			byName[name] = u
			units = append(units, u)
		}
		u.Objects = append(u.Objects, objects...)
		u.Inputs = append(u.Inputs, f.Path)
	}
	return append(units, composeUnits(repo, compose)...)
}

// holdsKey says whether the text of a key stands in a file.
func holdsKey(f *sources.File) bool {
	b, err := f.Disk()
	return err == nil && len(keys.Find(b)) > 0
}
