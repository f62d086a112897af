package kustomize

import (
	"strings"

	"github.com/keylint/keylint/sources"
)

// Outside is the first file that a kustomization of the root names and that lies neither in its directory nor below: kustomize
// loads none such by itself (api/internal/loader: RestrictionRootOnly). ok is false where there is none.
func (r *Root) Outside() (name string, at sources.Position, ok bool) {
	for _, k := range r.closure {
		for _, ref := range k.refs {
			if ref.verdict == isFile && k.dir != "." && !strings.HasPrefix(ref.name, k.dir+"/") {
				return ref.name, k.entry(ref.field, ref.text)(), true
			}
		}
	}
	return "", sources.Position{}, false
}
