package render

import (
	"encoding/base64"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// locator finds where the nodes of a rendered root are written. Its tables are made
// when the first node is asked for: most roots are never asked.
type locator struct {
	root    *root
	objects []*Object             // that kustomize made
	origins map[*Object]*rendered // of each of them

	once         sync.Once
	patches      []patch
	replacements []replacement
}

// rendered is the origin of one object that kustomize made.
type rendered struct {
	*locator
	base *written // the document that it was made of, where that is known
	made *Object  // by a chart: what kustomize made it of
}

// find goes through everything that may have written the node, from what kustomize
// applies last to what it starts from, and takes the first that holds the very text.
// Only then it looks for what kustomize made a text of by itself: a name with a prefix,
// a namespace, an image. A node that is no scalar has no text; its path is enough.
func (l *rendered) find(o *Object, n *yaml.Node) (place, bool) {
	path, isKey, ok := nodes.PathTo(o.Root, n)
	if !ok {
		return place{}, false
	}
	return l.findPath(o, n, path, isKey, true)
}

func (l *rendered) findPath(o *Object, n *yaml.Node, path []nodes.Step, isKey, replaced bool) (place, bool) {
	l.once.Do(func() {
		l.patches = l.root.patches()
		l.replacements = l.root.replacements()
	})
	written := l.writers(o, path, isKey)
	for _, w := range written {
		if n.Kind != yaml.ScalarNode || w.node.Kind == yaml.ScalarNode && nodes.SameText(w.node.Value, n.Value) {
			return w.sheet.place(w.node), true
		}
	}
	if p, ok := l.fromGenerator(o, n, path, isKey); ok {
		return p, true
	}
	if l.made != nil {
		if m := nodes.At(l.made.Root, path, isKey); m != nil && (n.Kind != yaml.ScalarNode || nodes.SameText(m.Value, n.Value)) {
			return l.made.place(m), true
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
			p := w.sheet.place(w.node)
			p.inside = nil // the text differs
			return p, true
		}
	}
	return place{}, false
}

// writer is a node on disk that stands where the object's node stands.
type writer struct {
	sheet sheet
	node  *yaml.Node
}

// writers lists them, the one that is applied last first.
func (l *rendered) writers(o *Object, path []nodes.Step, isKey bool) []writer {
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
		if n := nodes.At(l.base.root, path, isKey); n != nil {
			out = append(out, writer{sheet{doc: l.base.doc}, n})
		}
	}
	return out
}

// fromGenerator finds the source of a data key that a generator read. A Secret's data
// is base64, its source is not.
func (l *locator) fromGenerator(o *Object, n *yaml.Node, path []nodes.Step, isKey bool) (place, bool) {
	if isKey || len(path) != 2 || n.Kind != yaml.ScalarNode || o.Kind != "Secret" && o.Kind != "ConfigMap" {
		return place{}, false
	}
	text := n.Value
	switch field := path[0].Key; {
	case field == "binaryData" || o.Kind == "Secret" && field == "data":
		plain, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return place{}, false
		}
		text = string(plain)
	case field != "data":
		return place{}, false
	}
	for _, g := range l.root.generators() {
		if g.kind != o.Kind || !strings.Contains(o.Name, g.name) {
			continue
		}
		if p, ok := g.find(l.root.repo, path[1].Key, text); ok {
			return p, true
		}
	}
	return place{}, false
}

// fromKustomization finds a namespace, label or annotation that a kustomization adds.
func (l *locator) fromKustomization(n *yaml.Node, path []nodes.Step) (place, bool) {
	if len(path) == 0 || n.Kind != yaml.ScalarNode {
		return place{}, false
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
				return documentPlace(d, c), true
			}
		}
	}
	return place{}, false
}

// fromReplacement leads to the field that a replacement copied. Replacements that feed
// each other are followed once.
func (l *locator) fromReplacement(o *Object, n *yaml.Node, path []nodes.Step) (place, bool) {
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
	return place{}, false
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
