package kustomize

import (
	"encoding/base64"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources/nodes"
)

// locator finds where the nodes of a rendered root are written. Its tables are made
// when the first node is asked for: most roots are never asked.
type locator struct {
	root    *Root
	objects []*manifest.Object             // that kustomize made
	origins map[*manifest.Object]*rendered // of each of them

	once         sync.Once
	patches      []patch
	replacements []replacement
}

// rendered is the origin of one object that kustomize made.
type rendered struct {
	*locator
	base *manifest.Written // the document that it was made of, where that is known
	made *manifest.Object  // by a chart: what kustomize made it of
}

// Find goes through everything that may have written the node, from what kustomize
// applies last to what it starts from, and takes the first that holds the very text.
// Only then it looks for what kustomize made a text of by itself: a name with a prefix,
// a namespace, an image. A node that is no scalar has no text; its path is enough.
func (l *rendered) Find(o *manifest.Object, n *yaml.Node) (manifest.Place, bool) {
	path, isKey, ok := nodes.PathTo(o.Root, n)
	if !ok {
		return manifest.Place{}, false
	}
	return l.findPath(o, n, path, isKey, true)
}

func (l *rendered) findPath(o *manifest.Object, n *yaml.Node, path []nodes.Step, isKey, replaced bool) (manifest.Place, bool) {
	l.once.Do(func() {
		l.patches = l.root.patches()
		l.replacements = l.root.replacements()
	})
	written := l.writers(o, path, isKey)
	for _, w := range written {
		if n.Kind != yaml.ScalarNode || w.node.Kind == yaml.ScalarNode && nodes.SameText(w.node.Value, n.Value) {
			return w.sheet.Place(w.node), true
		}
	}
	if p, ok := l.fromGenerator(o, n, path, isKey); ok {
		return p, true
	}
	if l.made != nil {
		if m := nodes.At(l.made.Root, path, isKey); m != nil && (n.Kind != yaml.ScalarNode || nodes.SameText(m.Value, n.Value)) {
			return l.made.Place(m), true
		}
	}
	if p, ok := l.fromKustomization(n, path); ok {
		return p, true
	}
	if replaced && !isKey {
		if p, ok := l.fromReplacement(o, n, path); ok {
			return p, true
		}
	}
	for _, w := range written {
		if w.node.Kind == yaml.ScalarNode && becomes(w.node.Value, n.Value, path) {
			p := w.sheet.Place(w.node)
			p.Inside = nil // the text differs
			return p, true
		}
	}
	return manifest.Place{}, false
}

// writer is a node on disk that stands where the object's node stands.
type writer struct {
	sheet manifest.Sheet
	node  *yaml.Node
}

// writers lists them, the one that is applied last first.
func (l *rendered) writers(o *manifest.Object, path []nodes.Step, isKey bool) []writer {
	var out []writer
	for _, p := range l.patches {
		if !p.appliesTo(o) {
			continue
		}
		if n := p.find(path, isKey); n != nil {
			out = append(out, writer{p.sheet, n})
		}
	}
	if l.base != nil {
		if n := nodes.At(l.base.Root, path, isKey); n != nil {
			out = append(out, writer{manifest.Sheet{Doc: l.base.Doc}, n})
		}
	}
	return out
}

// fromGenerator finds the source of a data key that a generator read. A Secret's data
// is base64, its source is not.
func (l *locator) fromGenerator(o *manifest.Object, n *yaml.Node, path []nodes.Step, isKey bool) (manifest.Place, bool) {
	if isKey || len(path) != 2 || n.Kind != yaml.ScalarNode || o.Kind != "Secret" && o.Kind != "ConfigMap" {
		return manifest.Place{}, false
	}
	text := n.Value
	switch field := path[0].Key; {
	case field == "binaryData" || o.Kind == "Secret" && field == "data":
		plain, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return manifest.Place{}, false
		}
		text = string(plain)
	case field != "data":
		return manifest.Place{}, false
	}
	for _, g := range l.root.generators() {
		if g.kind != o.Kind || !strings.Contains(o.Name, g.name) {
			continue
		}
		if p, ok := g.find(l.root.repo, path[1].Key, text); ok {
			return p, true
		}
	}
	return manifest.Place{}, false
}

// fromKustomization finds a namespace, label or annotation that a kustomization adds.
func (l *locator) fromKustomization(n *yaml.Node, path []nodes.Step) (manifest.Place, bool) {
	if len(path) == 0 || n.Kind != yaml.ScalarNode {
		return manifest.Place{}, false
	}
	last := path[len(path)-1].Key
	for _, k := range l.root.closure {
		d := k.document()
		if d == nil {
			continue
		}
		var candidates []*yaml.Node
		if last == "namespace" {
			candidates = append(candidates, nodes.Field(d.Root, "namespace"))
		}
		if len(path) > 1 {
			switch path[len(path)-2].Key {
			case "labels", "matchLabels", "selector":
				candidates = append(candidates, nodes.Field(d.Root, "commonLabels", last))
				for _, item := range nodes.Items(nodes.Field(d.Root, "labels")) {
					candidates = append(candidates, nodes.Field(item, "pairs", last))
				}
			case "annotations":
				candidates = append(candidates, nodes.Field(d.Root, "commonAnnotations", last))
			}
		}
		for _, c := range candidates {
			if c != nil && c.Kind == yaml.ScalarNode && c.Value == n.Value {
				return manifest.PlaceOf(d, c), true
			}
		}
	}
	return manifest.Place{}, false
}

// fromReplacement leads to the field that a replacement copied. Replacements that feed
// each other are followed once.
func (l *locator) fromReplacement(o *manifest.Object, n *yaml.Node, path []nodes.Step) (manifest.Place, bool) {
	for _, r := range l.replacements {
		if !r.writes(o, path) {
			continue
		}
		from, source := r.from(l.objects)
		if source == nil || source.Kind != yaml.ScalarNode || source.Value != n.Value || from == o && source == n {
			continue
		}
		way, isKey, ok := nodes.PathTo(from.Root, source)
		if !ok {
			continue
		}
		return l.origins[from].findPath(from, source, way, isKey, false)
	}
	return manifest.Place{}, false
}

// becomes says whether kustomize makes one text of the other by itself: a name gets a
// prefix, a suffix or a hash, a namespace and an image are set.
func becomes(from, to string, path []nodes.Step) bool {
	if from == "" || len(path) == 0 {
		return false
	}
	switch last := path[len(path)-1].Key; {
	case last == "namespace", last == "image":
		return true
	case strings.HasSuffix(strings.ToLower(last), "name"):
		return strings.Contains(to, from)
	}
	return false
}
