package render

import (
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/yaml"

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
	dir, ok := p.local(text)
	if !ok {
		p.cannotTell(o, sources.NoteRenderFailed, at, "the path "+shown(text)+" does not exist in the repository; if its GitRepository is another one, it cannot be told what it deploys")
		return
	}
	if !p.anyMatters(p.filesUnder(dir)) {
		return
	}
	k := p.generate(dir, o, func(s *types.Kustomization) {
		if ns := nodes.Text(nodes.Field(spec, "targetNamespace")); ns != "" {
			s.Namespace = ns
		}
		s.NamePrefix = nodes.Text(nodes.Field(spec, "namePrefix")) + s.NamePrefix
		s.NameSuffix += nodes.Text(nodes.Field(spec, "nameSuffix"))
		s.Components = append(s.Components, textsOf(nodes.Field(spec, "components"))...)
		s.Patches = append(s.Patches, decodePatches(nodes.Field(spec, "patches"))...)
	})
	k.added = p.addedPatches(o, k, nodes.Field(spec, "patches"))
	u := renderRoot(p.g, p.g.below(k))
	u.Name, u.Kind, u.Path = o.label(), FluxKustomization, dir
	u.Cluster = o.cluster
	if remote := nodes.Text(nodes.Field(spec, "kubeConfig", "secretRef", "name")); remote != "" {
		u.Cluster = "the cluster of " + remote
	}
	u.Undecrypted = nodes.Text(nodes.Field(spec, "decryption", "provider")) != "sops"
	u.Inputs = append(u.Inputs, o.object.File)
	u.Declared = o.object.Locate(nodes.Field(o.object.Root, "metadata", "name"))
	p.postBuild(o, u)
	p.add(u, o)
}

func (p *planner) anyMatters(files []*sources.File) bool {
	for _, f := range files {
		if p.fileMatters(f) {
			return true
		}
	}
	return false
}

func aKind(kind string) string {
	if kind == "" {
		return "not named"
	}
	return "of the kind " + shown(kind)
}

// generate makes the kustomization that a controller builds: the one in the directory, or
// one that lists what is there, with what the controller puts on top.
func (p *planner) generate(dir string, o order, add func(*types.Kustomization)) *kustomization {
	k := &kustomization{repo: p.g.repo, dir: dir}
	var spec types.Kustomization
	if own := p.g.kustomizationAt(dir); own != nil {
		k.file = own.file
		text, err := own.file.Plain()
		if err != nil || own.safe == nil || spec.Unmarshal(text) != nil {
			return own // which says why it does not build
		}
		if expandsTooFar(text) {
			return own
		}
	} else {
		k.generated = true
		if k.file = p.g.repo.File(o.object.File); k.file == nil {
			k.file = p.deployerFile(o)
		}
		dirs, files := p.listUnder(dir)
		for _, d := range dirs {
			if used := p.g.kustomizationAt(d); !used.component && p.anyMatters(p.g.below(used).files(p.g.repo)) {
				spec.Resources = append(spec.Resources, relative(dir, d))
			}
		}
		for _, f := range files {
			if p.fileMatters(f) && len(objectsOf(f.Documents())) > 0 {
				spec.Resources = append(spec.Resources, relative(dir, f.Path))
			}
		}
	}
	add(&spec)
	k.adopt(&spec)
	return k
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

func textsOf(n *yaml.Node) []string {
	var out []string
	for _, item := range nodes.Items(n) {
		if text := nodes.Text(item); text != "" {
			out = append(out, text)
		}
	}
	return out
}

// decodePatches reads patches as Flux and Argo CD have them, which is as kustomize does.
func decodePatches(n *yaml.Node) []types.Patch {
	var out []types.Patch
	for _, item := range nodes.Items(n) {
		patch := types.Patch{Patch: nodes.Text(nodes.Field(item, "patch")), Path: nodes.Text(nodes.Field(item, "path"))}
		if target := nodes.Field(item, "target"); target != nil {
			patch.Target = &types.Selector{}
			if err := target.Decode(patch.Target); err != nil {
				continue
			}
		}
		out = append(out, patch)
	}
	return out
}

// addedPatches leads the patches of an object back to it, where it is deployed as it is
// written.
func (p *planner) addedPatches(o order, k *kustomization, n *yaml.Node) []patch {
	written, ok := o.object.origin.(fromDocument)
	if !ok {
		return nil
	}
	var out []patch
	for _, item := range nodes.Items(n) {
		out = append(out, k.readPatch(p.g.repo, written.doc, nodes.Field(item, "path"), nodes.Field(item, "patch"), newSelector(nodes.Field(item, "target")))...)
	}
	return out
}
