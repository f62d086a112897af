package kustomize

import (
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// patch is one document, or one operation of a JSON patch, that may have written a part
// of an object.
type patch struct {
	sheet  manifest.Sheet
	root   *yaml.Node
	prefix []string  // where root belongs in the object; nil for a strategic merge patch
	target *selector // nil where the document's own kind and name say what it is for
}

// selector is a patch's target. Its texts are anchored regular expressions
// (api/types: SelectorRegex); label and annotation selectors are not evaluated.
type selector struct{ kind, name *regexp.Regexp }

func newSelector(n *yaml.Node) *selector {
	if n == nil {
		return nil
	}
	return &selector{anchored(nodes.Text(nodes.Field(n, "kind"))), anchored(nodes.Text(nodes.Field(n, "name")))}
}

func anchored(text string) *regexp.Regexp {
	if text == "" {
		return nil
	}
	re, err := regexp.Compile("^(?:" + text + ")$")
	if err != nil {
		return regexp.MustCompile(`^` + regexp.QuoteMeta(text) + `$`)
	}
	return re
}

func (s *selector) matches(o *manifest.Object) bool {
	return (s.kind == nil || s.kind.MatchString(o.Kind)) &&
		(s.name == nil || s.name.MatchString(o.OriginalName) || s.name.MatchString(o.Name))
}

func (p patch) appliesTo(o *manifest.Object) bool {
	if p.target != nil {
		return p.target.matches(o)
	}
	kind, name := nodes.Text(nodes.Field(p.root, "kind")), nodes.Text(nodes.Field(p.root, "metadata", "name"))
	return kind == o.Kind && name != "" && (name == o.OriginalName || strings.Contains(o.Name, name))
}

// find goes an object's path within the patch.
func (p patch) find(path []nodes.Step, isKey bool) *yaml.Node {
	if len(p.prefix) > len(path) {
		return nil
	}
	for i, text := range p.prefix {
		s := path[i]
		if text == "-" && s.Item && s.Name != "" {
			// Appended: the operation's own value says which item it is.
			if nodes.Text(nodes.Field(p.root, "name")) != s.Name {
				return nil
			}
			continue
		}
		if !s.Is(text) {
			return nil
		}
	}
	return nodes.At(p.root, path[len(p.prefix):], isKey)
}

// patches lists the root's patches, the one that was applied last first: outer
// kustomizations before inner ones, and later entries before earlier ones.
func (r *Root) patches() []patch {
	var out []patch
	for _, k := range r.closure {
		own := k.patches()
		for i := len(own) - 1; i >= 0; i-- {
			out = append(out, own[i])
		}
	}
	return out
}

func (k *kustomization) patches() []patch {
	d := k.document()
	if d == nil {
		return k.added
	}
	var out []patch
	for _, item := range nodes.Items(nodes.Field(d.Root, "patchesStrategicMerge")) {
		out = append(out, k.readPatch(d, item, item, nil)...)
	}
	for _, field := range []string{"patches", "patchesJson6902"} {
		for _, item := range nodes.Items(nodes.Field(d.Root, field)) {
			target := newSelector(nodes.Field(item, "target"))
			out = append(out, k.readPatch(d, nodes.Field(item, "path"), nodes.Field(item, "patch"), target)...)
		}
	}
	for _, p := range k.plugins {
		target := newSelector(nodes.Field(p.root, "target"))
		if p.sheet.Doc == nil || p.sheet.Outer != nil {
			continue // a document in a document in a document is not followed
		}
		out = append(out, k.readPatch(p.sheet.Doc, nodes.Field(p.root, "path"), nodes.Field(p.root, "patch"), target)...)
	}
	return append(out, k.added...)
}

// readPatch reads a patch from a file or from the scalar that it stands in.
func (k *kustomization) readPatch(d *sources.Document, file, inline *yaml.Node, target *selector) []patch {
	if name := nodes.Text(file); name != "" && !isInline(name) {
		r := judge(k.repo, k.dir, "patches", name)
		if r.verdict != isFile {
			return nil
		}
		var out []patch
		for _, doc := range k.repo.File(r.name).Documents() {
			out = append(out, splitPatch(manifest.Sheet{Doc: doc}, doc.Root, target)...)
		}
		return out
	}
	if inline == nil || inline.Kind != yaml.ScalarNode {
		return nil
	}
	s := manifest.NestedSheet(d, inline)
	docs, _ := nodes.Parse([]byte(inline.Value))
	var out []patch
	for _, doc := range docs {
		out = append(out, splitPatch(s, doc.Root, target)...)
	}
	return out
}

// splitPatch tells a strategic merge patch from a JSON patch, whose operations each
// become one.
func splitPatch(s manifest.Sheet, root *yaml.Node, target *selector) []patch {
	if root.Kind != yaml.SequenceNode {
		return []patch{{sheet: s, root: root, target: target}}
	}
	var out []patch
	for _, op := range root.Content {
		value := nodes.Field(op, "value")
		if value == nil || target == nil {
			continue
		}
		prefix := []string{}
		for _, part := range strings.Split(strings.TrimPrefix(nodes.Text(nodes.Field(op, "path")), "/"), "/") {
			prefix = append(prefix, strings.NewReplacer("~1", "/", "~0", "~").Replace(part))
		}
		out = append(out, patch{sheet: s, root: value, prefix: prefix, target: target})
	}
	return out
}
