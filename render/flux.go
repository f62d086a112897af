package render

import (
	"cmp"
	"maps"
	"path"
	"slices"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/kustomize"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// flux deploys what one of Flux' Kustomizations names: the kustomization in its path, or
// where there is none all manifests below, with a namespace, patches and components put
// on top, and variables substituted last (fluxcd/pkg/kustomize: Generator, varsub).
func (p *planner) flux(o order) {
	spec := nodes.Field(o.object.Root, "spec")
	at := nodes.Field(spec, "path")
	if kind := nodes.Text(nodes.Field(spec, "sourceRef", "kind")); kind != "GitRepository" {
		p.cannotTell(o, sources.NoteNotFetched, nodes.Field(spec, "sourceRef", "name"), "its source is "+aKind(kind)+", and what that holds is not in the repository")
		return
	}
	text := nodes.Text(at)
	if text == "" {
		text = "."
	}
	if p.isForeignSource(o) {
		p.cannotTell(o, sources.NoteNotFetched, nodes.Field(spec, "sourceRef", "name"), "its GitRepository is another repository than this one, and what that holds cannot be told")
		return
	}
	dir, ok := p.local(text)
	if !ok {
		p.cannotTell(o, sources.NoteRenderFailed, at, "the path "+sources.Shown(text)+" does not exist in the repository; if its GitRepository is another one, it cannot be told what it deploys")
		return
	}
	top := p.topMatters(spec)
	if !top && !p.anyMatters(p.filesUnder(dir)) {
		return
	}
	r := p.generate(dir, o, nodes.Field(spec, "patches"), top, func(s *types.Kustomization) {
		if ns := nodes.Text(nodes.Field(spec, "targetNamespace")); ns != "" {
			s.Namespace = ns
		}
		s.NamePrefix = nodes.Text(nodes.Field(spec, "namePrefix")) + s.NamePrefix
		s.NameSuffix += nodes.Text(nodes.Field(spec, "nameSuffix"))
		s.Components = append(s.Components, nodes.List(nodes.Field(spec, "components"))...)
	})
	u := renderRoot(p.g, r)
	u.Name, u.Kind, u.Path = o.label(), FluxKustomization, dir
	u.Cluster = o.cluster
	if remote := nodes.Text(nodes.Field(spec, "kubeConfig", "secretRef", "name")); remote != "" {
		u.Cluster = "the cluster of " + remote
	}
	if u.By = Flux; nodes.Text(nodes.Field(spec, "decryption", "provider")) == "sops" {
		u.By = FluxDecrypting
	}
	u.Inputs = append(u.Inputs, o.object.File)
	u.Order, u.Declared = o.object, o.object.Locate(nodes.Field(o.object.Root, "metadata", "name"))
	p.postBuild(o, u)
	p.tellFlux(o, u)
	p.tellLegacyPatches(o, spec)
	p.add(u, o)
}

// bootstrapped is the GitRepository that Flux was set up with: the repository in which its objects
// lie (fluxcd.io/flux/installation/bootstrap).
const bootstrapped = "flux-system"

// fluxSource is the GitRepository that a Kustomization or HelmRelease names, with the path in it.
func fluxSource(o *manifest.Object) (ref, at *yaml.Node) {
	spec := nodes.Field(o.Root, "spec")
	at = nodes.Field(spec, "path")
	if o.Kind == "HelmRelease" {
		spec = nodes.Field(spec, "chart", "spec")
		at = nodes.Field(spec, "chart")
	}
	if ref = nodes.Field(spec, "sourceRef"); nodes.Text(nodes.Field(ref, "kind")) != "GitRepository" {
		return nil, nil
	}
	return ref, at
}

// countSource takes up which GitRepository Flux' objects name for paths that are here.
func (p *planner) countSource(o *manifest.Object) {
	if !isFlux(o) {
		return
	}
	ref, at := fluxSource(o)
	if _, here := p.local(nodes.Text(at)); here {
		p.fluxSources[nodes.Text(nodes.Field(ref, "name"))]++
	}
}

// isForeignSource says whether a GitRepository is another repository than this one, which is the one
// that Flux was set up with, or else the one that most objects name for what is here.
func (p *planner) isForeignSource(o order) bool {
	ref, _ := fluxSource(o.object)
	name := nodes.Text(nodes.Field(ref, "name"))
	own := bootstrapped
	if p.fluxSources[own] == 0 && p.gitRepository(o, bootstrapped, own) == nil {
		for _, other := range slices.Sorted(maps.Keys(p.fluxSources)) {
			if n := p.fluxSources[other]; n > p.fluxSources[own] || n == p.fluxSources[own] && other == name {
				own = other
			}
		}
	}
	if name == "" || own == "" {
		return false
	}
	mine, its := p.gitURL(o, name, ref), p.gitURL(o, own, nil)
	if name == own { // one of another namespace may be called like it
		mine, its = p.gitURLIn(o, sourceNamespace(o, ref), name), p.gitURLIn(o, bootstrapped, own)
		return mine != "" && its != "" && mine != its
	}
	return mine == "" || mine != its
}

// gitURL is the address of a GitRepository in the repository; empty where it is not here.
func (p *planner) gitURL(o order, name string, ref *yaml.Node) string {
	return cmp.Or(p.gitURLIn(o, sourceNamespace(o, ref), name), p.gitURLIn(o, bootstrapped, name))
}

// gitURLIn is that of one in a namespace.
func (p *planner) gitURLIn(o order, namespace, name string) string {
	source := p.gitRepository(o, namespace, name)
	if source == nil {
		return ""
	}
	return fluxURL(nodes.Field(source.Root, "spec"))
}

func (p *planner) anyMatters(files []*sources.File) bool {
	for _, f := range files {
		if p.fileMatters(f) {
			return true
		}
	}
	return false
}

// fluxTakes says whether Flux lists a file of that name in the kustomization that it makes where there is none: JSON and
// templates it passes over (fluxcd/pkg/kustomize: scanManifests).
func fluxTakes(name string) bool {
	ext := path.Ext(name)
	return ext == ".yaml" || ext == ".yml" || path.Base(name) == "Kustomization"
}

func aKind(kind string) string {
	if kind == "" {
		return "not named"
	}
	return "of the kind " + sources.Shown(kind)
}

// generate makes the kustomization that a controller builds: the one in the directory, or
// one that lists what is there, with what the controller puts on top, and the patches that
// its object names. It lists what matters, or all where what is put on top does.
func (p *planner) generate(dir string, o order, patches *yaml.Node, all bool, add func(*types.Kustomization)) *kustomize.Root {
	put := kustomize.Addition{Object: o.object, Patches: patches, Change: add}
	if put.File = p.repo.File(o.object.File); put.File == nil {
		put.File = p.deployerFile(o)
	}
	if !p.g.Has(dir) {
		dirs, files := p.listUnder(dir)
		for _, d := range dirs {
			if used := p.g.At(d); !used.IsComponent() && (all || p.anyMatters(used.Files())) {
				put.Resources = append(put.Resources, d)
			}
		}
		for _, f := range files {
			if fluxTakes(f.Path) && (all || p.fileMatters(f)) && len(manifest.WrittenIn(f.Documents())) > 0 {
				put.Resources = append(put.Resources, f.Path)
			}
		}
	}
	return p.g.With(dir, put)
}

// deployerFile is a file to name where an object's own is not known.
func (p *planner) deployerFile(o order) *sources.File {
	for _, d := range p.deployers {
		if d.object.Name == o.object.Name {
			return d.file
		}
	}
	return p.files[0]
}
