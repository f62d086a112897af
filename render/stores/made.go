package stores

import (
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// made is an object that no manifest describes, because a command or a program makes it at a place of
// the repository.
func made(repo *sources.Repository, kind, namespace, name string, at sources.Position, e *external) *manifest.Object {
	o := &manifest.Object{
		APIVersion: "v1", Kind: kind, Name: name, Namespace: namespace, File: at.File,
		Root:         nodes.Mapping("apiVersion", nodes.Scalar("v1"), "kind", nodes.Scalar(kind), "metadata", nodes.Mapping("name", nodes.Scalar(name))),
		OriginalName: name, OriginalNamespace: namespace, Repo: repo, Maker: e, Origin: madeAt{repo, at},
	}
	e.from = source{o}
	return o
}

// madeAt is the origin of such an object.
type madeAt struct {
	repo *sources.Repository
	at   sources.Position
}

// Find implements manifest.Origin.
func (m madeAt) Find(*manifest.Object, *yaml.Node) (manifest.Place, bool) {
	return manifest.Place{At: m.at, File: m.repo.File(m.at.File)}, true
}
