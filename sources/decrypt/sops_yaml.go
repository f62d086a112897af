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
func (k *Keyring) decryptYAML(b []byte) ([]byte, *Locked) {
	docs := nodes.Decode(b) // a document that does not parse is for decryptTree to tell
	macs := map[string]bool{}
	for _, d := range docs {
		// The second condition relies on the first: what is bounded has no circles.
		if nodes.Size(d.Root, maxSOPSNodes) > maxSOPSNodes || depthOf(d.Root, map[*yaml.Node]int{}) > maxSOPSDepth {
			return nil, tooLarge("it has too many values once its aliases are followed, or is nested too deep")
		}
		if d.Root.Kind == yaml.MappingNode {
			macs[nodes.Text(nodes.Field(d.Root, "sops", "mac"))] = true
		}
	}
	if len(macs) < 2 {
		return k.decryptTree(formatYAML, b)
	}
	return k.decryptApart(b)
}

// decryptApart decrypts each document with its own metadata, and leaves one without as
// it is.
func (k *Keyring) decryptApart(b []byte) ([]byte, *Locked) {
	var out bytes.Buffer
	for i, c := range nodes.Split(b) {
		plain := bytes.TrimPrefix(c.Text, []byte("---"))
		if _, encrypted := detect(".yaml", c.Text); encrypted {
			var l *Locked
			if plain, l = k.decryptTree(formatYAML, c.Text); l != nil {
				if l.Line > 0 {
					l.Line += c.Line
				}
				return nil, l
			}
			if i > 0 {
				plain = append([]byte("\n"), plain...)
			}
		}
		if i > 0 {
			out.WriteString("---")
		}
		out.Write(plain)
	}
	return out.Bytes(), nil
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
