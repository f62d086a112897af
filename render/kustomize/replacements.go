package kustomize

import (
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources/nodes"
)

// replacement copies a field of one object into fields of others.
type replacement struct {
	kind, name string // of the source
	field      []string
	cuts       bool // it takes a part of the field
	targets    []replacementTarget
}

type replacementTarget struct {
	selects *selector
	fields  [][]string
}

// replacements lists the root's replacements, outer kustomizations first.
func (r *Root) replacements() []replacement {
	var out []replacement
	for _, k := range r.closure {
		d := k.document()
		if d == nil {
			continue
		}
		for _, item := range nodes.Items(nodes.Field(d.Root, "replacements")) {
			if name := nodes.Text(nodes.Field(item, "path")); name != "" {
				if j := judge(k.repo, k.dir, "replacements", name); j.verdict == isFile {
					for _, doc := range k.repo.File(j.name).Documents() {
						out = append(out, readReplacements(doc.Root)...)
					}
				}
				continue
			}
			out = append(out, readReplacements(item)...)
		}
	}
	return out
}

// readReplacements reads one replacement, or a list of them.
func readReplacements(n *yaml.Node) []replacement {
	if list := nodes.Items(n); list != nil {
		var out []replacement
		for _, item := range list {
			if nodes.Items(item) == nil {
				out = append(out, readReplacements(item)...)
			}
		}
		return out
	}
	source := nodes.Field(n, "source")
	if source == nil {
		return nil
	}
	rep := replacement{
		kind: nodes.Text(nodes.Field(source, "kind")), name: nodes.Text(nodes.Field(source, "name")),
		field: fieldPath(nodes.Text(nodes.Field(source, "fieldPath"))),
		cuts:  nodes.Field(source, "options", "delimiter") != nil,
	}
	if len(rep.field) == 0 {
		rep.field = []string{"metadata", "name"}
	}
	for _, t := range nodes.Items(nodes.Field(n, "targets")) {
		target := replacementTarget{selects: newSelector(nodes.Field(t, "select"))}
		for _, f := range nodes.Items(nodes.Field(t, "fieldPaths")) {
			target.fields = append(target.fields, fieldPath(nodes.Text(f)))
		}
		rep.targets = append(rep.targets, target)
	}
	return []replacement{rep}
}

// blurCut makes unknown what replacements cut out of a secret: of a short piece of the word that stands for it nobody can tell that it is one.
func (r *Root) blurCut(objects []*manifest.Object) {
	words := r.repo.Standins()
	if !words.Hide() {
		return
	}
	for _, rep := range r.replacements() {
		if !rep.cuts {
			continue
		}
		if _, n := rep.from(objects); n == nil || !words.IsMadeOf(n.Value) {
			continue
		}
		for _, o := range objects {
			for _, t := range rep.targets {
				if t.selects == nil || !t.selects.matches(o) {
					continue
				}
				for _, f := range t.fields {
					for _, n := range below(o.Root, f) {
						n.Value = r.repo.Hand(keys.Unknown("a replacement takes a part of what was decrypted, and that is not followed"))
					}
				}
			}
		}
	}
}

// below are the scalars at a field path, in which "*" is any item.
func below(n *yaml.Node, path []string) []*yaml.Node {
	switch {
	case n == nil:
		return nil
	case len(path) == 0 && n.Kind == yaml.ScalarNode:
		return []*yaml.Node{n}
	case len(path) == 0:
		return nil
	case path[0] != "*":
		return below(child(n, path[0]), path[1:])
	}
	var out []*yaml.Node
	for _, item := range nodes.Items(n) {
		out = append(out, below(nodes.Follow(item), path[1:])...)
	}
	return out
}

// writes says whether the replacement writes that field of that object.
func (r replacement) writes(o *manifest.Object, path []nodes.Step) bool {
	for _, t := range r.targets {
		if t.selects == nil || !t.selects.matches(o) {
			continue
		}
		for _, f := range t.fields {
			if len(f) != len(path) {
				continue
			}
			same := true
			for i, text := range f {
				same = same && path[i].Is(text)
			}
			if same {
				return true
			}
		}
	}
	return false
}

// from finds the source among the objects.
func (r replacement) from(objects []*manifest.Object) (*manifest.Object, *yaml.Node) {
	for _, o := range objects {
		if r.kind != "" && o.Kind != r.kind || r.name != "" && o.OriginalName != r.name && o.Name != r.name {
			continue
		}
		n := o.Root
		for _, text := range r.field {
			if n = child(n, text); n == nil {
				break
			}
		}
		if n != nil {
			return o, n
		}
	}
	return nil, nil
}

// child follows one part of a field path.
func child(n *yaml.Node, text string) *yaml.Node {
	for i, item := range nodes.Items(n) {
		if nodes.ItemStep(item, i).Is(text) {
			return nodes.Follow(item)
		}
	}
	return nodes.Field(n, text)
}

// part is one part of a field path: a name in which "\." is a dot, or [name=…].
var part = regexp.MustCompile(`\[[^\]]*\]|(?:\\.|[^.\[\\])+`)

// fieldPath splits "spec.containers.[name=kong].env.0" (kyaml/utils: SmarterPathSplitter).
func fieldPath(text string) []string {
	var out []string
	for _, p := range part.FindAllString(text, -1) {
		if inner, ok := strings.CutPrefix(p, "["); ok {
			inner = strings.TrimSuffix(inner, "]")
			if name, ok := strings.CutPrefix(inner, "name="); ok {
				inner = name
			}
			out = append(out, inner)
			continue
		}
		out = append(out, strings.ReplaceAll(p, `\.`, "."))
	}
	return out
}
