package render

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/keylint/keylint/sources"
)

// overlay is the file system that kustomize gets to see for one root: the repository's,
// with the safe form of every kustomization in the place of the file, and a record of
// what was read. A kustomization that was not made safe does not exist in it.
type overlay struct {
	*sources.FileSystem
	graph *graph
	read  map[string]bool
}

// ReadFile serves one file.
func (o *overlay) ReadFile(p string) ([]byte, error) {
	name := strings.TrimPrefix(path.Clean("/"+filepath.ToSlash(p)), "/")
	for _, known := range kustomizationNames {
		if path.Base(name) != known {
			continue
		}
		k := o.graph.byDir[path.Dir(name)]
		if k == nil || k.file.Path != name || k.safe == nil {
			return nil, fmt.Errorf("%s is not read", name)
		}
		o.read[name] = true
		return k.safe, nil
	}
	b, err := o.FileSystem.ReadFile(p)
	if err != nil {
		return nil, err
	}
	if expandsTooFar(b) {
		return nil, boundError{name}
	}
	o.read[name] = true
	return b, nil
}

// boundError refuses a file whose aliases expand too far.
type boundError struct{ name string }

func (e boundError) Error() string {
	return fmt.Sprintf("the aliases of %s expand to %s", e.name, tooFar)
}
