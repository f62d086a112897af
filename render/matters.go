package render

import (
	"sort"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// matters says whether what the object deploys can bear keys, itself or through other
// objects. Nothing else is rendered.
func (p *planner) matters(d *deployer) bool {
	if known, ok := p.relevant[d]; ok {
		return known
	}
	p.relevant[d] = false // one that deploys itself
	spec := nodes.Field(d.object.Root, "spec")
	if d.object.Kind == "ApplicationSet" {
		spec = nodes.Field(spec, "template", "spec")
	}
	// What names no directory of the repository is told to be unseen, where Supabase is in sight.
	result := d.object.Kind != "Kustomization" && p.leadsTo(d.object) || p.topMatters(spec) || len(d.dirs) == 0 && d.object.Kind != "HelmRelease" && p.inSight(d.file.Dir())
	for _, s := range argoSources(spec) {
		result = result || p.valuesMatter(s) || p.topMatters(s)
	}
	for _, dir := range d.dirs {
		if p.charts.Has(dir) {
			result = result || p.bearingBelow(dir)
			continue
		}
		for _, f := range p.filesUnder(dir) {
			if result {
				break
			}
			result = p.fileMatters(f)
		}
	}
	p.relevant[d] = result
	return result
}

// inSight says whether a manifest beside an order may bear keys.
func (p *planner) inSight(dir string) bool {
	for i := sort.Search(len(p.files), func(i int) bool { return p.files[i].Path >= dir+"/" || dir == "." }); i < len(p.files) && under(p.files[i].Path, dir); i++ {
		if f := p.files[i]; f.Dir() == dir && f.IsManifest() && !f.Example && f.BearsKeys() {
			return true
		}
	}
	return false
}

// topMatters says whether what Flux or Argo CD puts on top of a kustomization bears keys: the
// patches, and the variables that Flux substitutes. Whatever lies below may then take them.
func (p *planner) topMatters(spec *yaml.Node) bool {
	for _, on := range [][]string{{"patches"}, {"postBuild", "substitute"}, {"kustomize", "patches"}} {
		if top := nodes.Field(spec, on...); top != nil && p.repo.MarkedNode(top) {
			return true
		}
	}
	return false
}

// valuesMatter says whether one of the values files of a source of Argo CD bears keys. One
// whose name is a template may be any in its directory.
func (p *planner) valuesMatter(s *yaml.Node) bool {
	dir, _ := p.local(nodes.Text(nodes.Field(s, "path")))
	for _, item := range nodes.Items(nodes.Field(s, "helm", "valueFiles")) {
		_, name, _ := strings.Cut(nodes.Text(item), "/")
		if before, _, template := strings.Cut(name, "{{"); template {
			for _, f := range p.files {
				if strings.HasPrefix(f.Path, before) && f.IsManifest() && f.BearsKeys() {
					return true
				}
			}
			continue
		}
		if f := p.valueFile(dir, nodes.Text(item)); f != nil && f.BearsKeys() {
			return true
		}
	}
	return false
}

func (p *planner) fileMatters(f *sources.File) bool {
	if f.BearsKeys() && !f.IsKustomization() {
		return true
	}
	for _, other := range p.byFile[f.Path] {
		if p.matters(other) {
			return true
		}
	}
	return f.BearsKeys()
}
