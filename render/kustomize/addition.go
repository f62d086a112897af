package kustomize

import (
	"path/filepath"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// Addition is what somebody puts on top of the kustomization of a directory before it is
// built, as Flux and Argo CD do.
type Addition struct {
	Object  *manifest.Object // whose fields say what is put on top
	File    *sources.File    // where that is edited
	Patches *yaml.Node       // a list of patches as kustomize has them, in the object
	Change  func(*types.Kustomization)

	// resources are the files and directories of the repository that the kustomization is
	// to list where the directory has none.
	Resources []string
}

// With is the kustomization of the directory with the addition, and everything below it.
func (g *Graph) With(dir string, add Addition) *Root {
	k := &kustomization{repo: g.repo, dir: dir}
	var spec types.Kustomization
	if own := g.kustomizationAt(dir); own != nil {
		k.file = own.file
		text, err := own.file.Handed()
		if err != nil || own.safe == nil || spec.Unmarshal(text) != nil || nodes.ExpandsTooFar(text) {
			own.added = own.readAdded(add)
			return g.below(own) // which says why it does not build
		}
	} else {
		k.generated, k.file = true, add.File
		for _, name := range add.Resources {
			spec.Resources = append(spec.Resources, relative(dir, name))
		}
	}
	add.Change(&spec)
	spec.Patches = append(spec.Patches, decodePatches(add.Patches)...)
	k.adopt(&spec)
	k.added = k.readAdded(add)
	return g.below(k)
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

// readAdded leads the patches of an object back to it, where it is deployed as it is
// written.
func (k *kustomization) readAdded(add Addition) []patch {
	written, ok := add.Object.Origin.(manifest.FromDocument)
	if !ok {
		return nil
	}
	var out []patch
	for _, item := range nodes.Items(add.Patches) {
		out = append(out, k.readPatch(written.Doc, nodes.Field(item, "path"), nodes.Field(item, "patch"), newSelector(nodes.Field(item, "target")))...)
	}
	return out
}

// relative is the path that leads from a directory to a file. A "./" keeps it from
// being taken for anything else.
func relative(dir, name string) string {
	rel, err := filepath.Rel("/"+dir, "/"+name)
	if err != nil {
		return name
	}
	return "./" + filepath.ToSlash(rel)
}
