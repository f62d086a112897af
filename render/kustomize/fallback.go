package kustomize

import (
	"cmp"
	"fmt"
	"slices"

	"sigs.k8s.io/kustomize/api/types"

	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/render/stores"
	"github.com/keylint/keylint/sources"
)

// fallBack fills the result of a root that does not build with what there is of it: the
// kustomizations it uses that do build, what its generators make, and the objects of the files
// that it lists, as they are written. Of the kustomization only the namespace is
// applied, so that references find each other.
func (r *Root) fallBack(g *Graph, out *Result, cause issue) {
	var parts []buildable
	if cause.kind != sources.NoteBound { // else each of many would be built
		parts = r.parts(g)
	}
	built := map[*kustomization]bool{}
	for _, p := range parts {
		for _, k := range p.root.closure {
			built[k] = true
		}
		r.take(out, p.result.Objects)
		out.Missing = append(out.Missing, p.result.Missing...)
		out.Unread = append(out.Unread, p.result.Unread...)
		out.Doubt = cmp.Or(out.Doubt, p.result.Doubt)
	}
	var listed []*sources.File
	seen := map[string]bool{}
	for _, k := range r.closure {
		if built[k] {
			continue
		}
		for _, ref := range k.refs {
			if ref.verdict != isFile || !listsObjects[ref.field] || seen[ref.name] {
				continue
			}
			seen[ref.name] = true
			f := r.repo.File(ref.name)
			listed = append(listed, f)
			objects := stores.InFile(r.repo, f)
			if r.namespace == "" && k.namespace != "" {
				apply(k.namespace, objects)
			}
			r.take(out, objects)
		}
	}
	of, message := r.noteOf(cause, listed, parts)
	r.repo.NoteOf(of, cause.kind, cause.at(), message)
	out.Missing = append(out.Missing, "the kustomization does not build: "+cause.message)
	for _, f := range r.Files() {
		out.Inputs = append(out.Inputs, f.Path)
	}
	slices.Sort(out.Inputs)
}

// noteOf tells why the root does not build, and what is looked at in its place. A cycle is told alike for each root
// that leads into it.
func (r *Root) noteOf(cause issue, listed []*sources.File, parts []buildable) (of, message string) {
	if r.cycle != nil {
		return "", cause.message + "; none of them builds, and keylint fell back to the files that they list, without patches and prefixes"
	}
	name := r.dir
	if name == "." {
		name = "the kustomization in the repository's root"
	}
	return r.dir, fmt.Sprintf("%s does not build: %s; keylint fell back to %s, without patches and prefixes", name, cause.message, lists(len(listed), len(parts)))
}

// take adds objects to the result, in the root's namespace.
func (r *Root) take(out *Result, objects []*manifest.Object) {
	if r.namespace != "" {
		apply(r.namespace, objects)
	}
	out.Objects = append(out.Objects, objects...)
}

func apply(namespace string, objects []*manifest.Object) {
	for _, o := range objects {
		if !o.ClusterScoped() {
			o.Namespace = namespace
		}
	}
}

// lists says what the root lists that is there.
func lists(files, parts int) string {
	what := count(files, "the one file", "the %d files") + " it lists"
	switch {
	case parts == 0:
		return what
	case files == 0:
		return count(parts, "the one part of it that builds", "the %d parts of it that build")
	}
	return what + " and " + count(parts, "the one part that builds", "the %d parts that build")
}

func count(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf(many, n)
}

// buildable is something of a root that builds by itself.
type buildable struct {
	root   *Root
	result *Result
}

// parts are the kustomizations that the root uses and that build, and its own generators.
func (r *Root) parts(g *Graph) []buildable {
	if r.cycle != nil {
		return nil
	}
	var out []buildable
	try := func(root *Root) {
		result := &Result{}
		if _, faulty := root.firstFault(g); !faulty && root.build(g, result) == nil {
			out = append(out, buildable{root, result})
		}
	}
	for _, used := range g.uses(r.kustomization) {
		if !used.component {
			try(g.below(used))
		}
	}
	if own := r.generatorsAlone(); own != nil {
		try(g.below(own))
	}
	return out
}

// generatorsAlone is a kustomization with the root's own generators and nothing else; nil where it has none
// that can be read.
func (r *Root) generatorsAlone() *kustomization {
	if r.generated {
		return nil
	}
	var spec types.Kustomization
	text, err := r.file.Handed()
	if err != nil || r.safe == nil || spec.Unmarshal(text) != nil || len(spec.ConfigMapGenerator)+len(spec.SecretGenerator) == 0 {
		return nil
	}
	k := &kustomization{repo: r.repo, file: r.file, dir: r.dir}
	k.adopt(&types.Kustomization{
		TypeMeta: spec.TypeMeta, Namespace: spec.Namespace, GeneratorOptions: spec.GeneratorOptions,
		ConfigMapGenerator: spec.ConfigMapGenerator, SecretGenerator: spec.SecretGenerator,
	})
	return k
}

// listsObjects are the fields whose files hold whole objects.
var listsObjects = map[string]bool{"resources": true, "bases": true, "ksops": true}
