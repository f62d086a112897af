package render

import (
	"path"

	"github.com/keylint/keylint/sources"
)

// plainObjects are the objects of a file as they are written, and the Secrets that its
// SealedSecrets will become.
func plainObjects(repo *sources.Repository, f *sources.File) []*Object {
	var objects []*Object
	for _, w := range objectsOf(f.Documents()) {
		o := newObject(repo, w.root, f.Path, fromDocument{w.doc})
		if o == nil {
			continue
		}
		objects = append(objects, o)
		objects = append(objects, secretsOf(o)...)
	}
	return objects
}

// plainUnits makes units of what no kustomization deploys: compose files, manifests
// under no kustomization, a unit a directory, and manifests that stand beside one and
// that no root lists.
func plainUnits(g *graph, deployed map[string]bool) []*Unit {
	var units []*Unit
	var compose []*sources.File
	byName := map[string]*Unit{}
	told := map[string]bool{}
	for _, f := range g.repo.Files() {
		if !f.IsManifest() || !f.BearsKeys() {
			continue
		}
		if f.Example {
			if f.TestDir != "" && !told[f.TestDir] && len(plainObjects(g.repo, f)) > 0 {
				told[f.TestDir] = true
				g.repo.Note(sources.NoteSkipped, sources.Position{File: f.TestDir},
					"by its name this holds documentation or test data, so its manifests are not compared; name it as a PATH to lint it")
			}
			continue
		}
		if f.IsCompose() {
			compose = append(compose, f)
			continue
		}
		if deployed[f.Path] || !f.Mentions("apiVersion") && !f.FromStdin() || g.inChart(f) {
			continue
		}
		objects := plainObjects(g.repo, f)
		if len(objects) == 0 {
			continue
		}
		name, kind := f.Dir(), Directory
		switch {
		case f.FromStdin():
			name = f.Path
		case g.governs(f.Dir()):
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
	return append(units, composeUnits(g, compose)...)
}

// governs says whether a kustomization stands in the directory or in one above it.
func (g *graph) governs(dir string) bool {
	for ; ; dir = path.Dir(dir) {
		if k := g.byDir[dir]; k != nil && !k.foreign {
			return true
		}
		if dir == "." || dir == "/" {
			return false
		}
	}
}

// inChart says whether the file is a template of a Helm chart. Many of them are YAML,
// and still are not what is deployed: that is what the chart makes of them.
func (g *graph) inChart(f *sources.File) bool {
	for dir := f.Dir(); dir != "." && dir != "/"; dir = path.Dir(dir) {
		if path.Base(dir) == "templates" && g.repo.File(path.Join(path.Dir(dir), "Chart.yaml")) != nil {
			return true
		}
	}
	return false
}
