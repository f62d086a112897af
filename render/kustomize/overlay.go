package kustomize

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// overlay is the file system that kustomize gets to see for one root: the repository's,
// with the safe form of every kustomization in the place of the file, and a record of
// what was read. A kustomization that was not made safe does not exist in it.
type overlay struct {
	*sources.FileSystem
	graph *Graph
	top   *kustomization // the root, which may exist nowhere else
	read  map[string]bool
}

// ReadFile serves one file.
func (o *overlay) ReadFile(p string) ([]byte, error) {
	name := strings.TrimPrefix(path.Clean("/"+filepath.ToSlash(p)), "/")
	k := o.graph.byDir[path.Dir(name)]
	if o.top.dir == path.Dir(name) {
		k = o.top
	}
	for _, known := range kustomizationNames {
		if path.Base(name) != known {
			continue
		}
		if k == nil || k.path() != name || k.safe == nil {
			return nil, fmt.Errorf("%s is not read", name)
		}
		o.read[k.file.Path] = true
		return k.safe, nil
	}
	if k != nil {
		for _, e := range k.charts {
			if e.file == path.Base(name) {
				return o.graph.inflate(k, e), nil
			}
		}
	}
	b, err := o.FileSystem.ReadFile(p)
	if err != nil {
		return nil, err
	}
	if nodes.ExpandsTooFar(b) {
		return nil, boundError{name}
	}
	o.read[name] = true
	return b, nil
}

// path is where kustomize finds the kustomization.
func (k *kustomization) path() string {
	if k.generated {
		return path.Join(k.dir, kustomizationNames[0])
	}
	return k.file.Path
}

// boundError refuses a file whose aliases expand too far.
type boundError struct{ name string }

func (e boundError) Error() string {
	return fmt.Sprintf("the aliases of %s expand to %s", e.name, nodes.TooFar)
}
