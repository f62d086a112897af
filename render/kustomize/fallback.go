package kustomize

import (
	"fmt"
	"sort"

	"github.com/keylint/keylint/render/stores"
	"github.com/keylint/keylint/sources"
)

// fallBack fills the result of a root that does not build with the objects of the files
// that it lists, as they are written. Of the kustomization only the namespace is
// applied, so that references find each other.
func (r *Root) fallBack(out *Result, cause issue) {
	var listed []*sources.File
	seen := map[string]bool{}
	for _, k := range r.closure {
		namespace := r.namespace
		if namespace == "" {
			namespace = k.namespace
		}
		for _, ref := range k.refs {
			if ref.verdict != isFile || !listsObjects[ref.field] || seen[ref.name] {
				continue
			}
			seen[ref.name] = true
			f := r.repo.File(ref.name)
			listed = append(listed, f)
			for _, o := range stores.InFile(r.repo, f) {
				if namespace != "" && !o.ClusterScoped() {
					o.Namespace = namespace
				}
				out.Objects = append(out.Objects, o)
			}
		}
	}
	files := fmt.Sprintf("the %d files it lists", len(listed))
	if len(listed) == 1 {
		files = "the one file it lists"
	}
	name := r.dir
	if name == "." {
		name = "the kustomization in the repository's root"
	}
	r.repo.Note(cause.kind, cause.at(), fmt.Sprintf("%s does not build: %s; keylint fell back to %s, without patches and prefixes", name, cause.message, files))
	out.Missing = append(out.Missing, "the kustomization does not build: "+cause.message)
	for _, f := range r.Files() {
		out.Inputs = append(out.Inputs, f.Path)
	}
	sort.Strings(out.Inputs)
}

// listsObjects are the fields whose files hold whole objects.
var listsObjects = map[string]bool{"resources": true, "bases": true, "ksops": true}
