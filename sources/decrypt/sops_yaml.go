package decrypt

import (
	"bytes"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// decryptYAML decrypts a file of one or several documents. sops writes its metadata, with
// one MAC over all, into each. Files that were put together from several ("cat a b") have
// different ones, or none in a document: sops refuses or garbles those, but Flux'
// kustomize-controller decrypts each resource by itself, so here each such document is.
func (k *Keyring) decryptYAML(b []byte, words hide) (Opened, *Locked) {
	docs := nodes.Decode(b) // a document that does not parse is for decryptTree to tell
	for _, d := range docs {
		// The second condition relies on the first: what is bounded has no circles.
		if nodes.Size(d.Root, maxSOPSNodes) > maxSOPSNodes || depthOf(d.Root, map[*yaml.Node]int{}) > maxSOPSDepth {
			return Opened{}, tooLarge("it has too many values once its aliases are followed, or is nested too deep")
		}
	}
	if !areApart(docs) {
		return k.decryptTree(formatYAML, b, words)
	}
	return k.decryptApart(b, words)
}

// areApart says whether documents were encrypted one by one, and put together afterwards.
func areApart(docs []nodes.Document) bool {
	macs := map[string]bool{}
	for _, d := range docs {
		if d.Root.Kind == yaml.MappingNode {
			macs[nodes.Text(nodes.Field(d.Root, "sops", "mac"))] = true
		}
	}
	return len(macs) > 1
}

// decryptApart decrypts each document with its own metadata, and leaves one without as
// it is.
func (k *Keyring) decryptApart(b []byte, words hide) (Opened, *Locked) {
	var plain, hidden bytes.Buffer
	for i, c := range nodes.Split(b) {
		asItIs := bytes.TrimPrefix(c.Text, []byte("---"))
		opened := Opened{asItIs, asItIs}
		if _, encrypted := detect(".yaml", c.Text); encrypted {
			var l *Locked
			if opened, l = k.decryptTree(formatYAML, c.Text, words); l != nil {
				if l.Line > 0 {
					l.Line += c.Line
				}
				return Opened{}, l
			}
			if i > 0 {
				opened.Plain, opened.Hidden = append([]byte("\n"), opened.Plain...), append([]byte("\n"), opened.Hidden...)
			}
		}
		if i > 0 {
			plain.WriteString("---")
			hidden.WriteString("---")
		}
		plain.Write(opened.Plain)
		hidden.Write(opened.Hidden)
	}
	return Opened{plain.Bytes(), hidden.Bytes()}, nil
}

// depthOf is how deep a node nests, aliases followed.
func depthOf(n *yaml.Node, known map[*yaml.Node]int) int {
	if n == nil {
		return 0
	}
	if d, ok := known[n]; ok {
		return d
	}
	deepest := depthOf(n.Alias, known)
	for _, c := range n.Content {
		deepest = max(deepest, depthOf(c, known))
	}
	known[n] = deepest + 1
	return deepest + 1
}
