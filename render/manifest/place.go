package manifest

import (
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources"
)

// Origin knows where an object's nodes are written. It may cost a rendering to find out, so
// it is asked when a place is needed.
type Origin interface {
	// Find is the place of a node of the object; false where it is not known.
	Find(o *Object, n *yaml.Node) (Place, bool)
}

// Place is where a text is written: in a scalar, on a line of an env file, or as a
// whole file.
type Place struct {
	At    sources.Position
	File  *sources.File // that holds it, nil where it is not known
	Whole bool          // the text is the whole file
	Via   []string      // what the text went through on its way, nearest first

	// Default says that nothing sets the text, so that what a chart has of its own counts. At
	// is then where a person would set it.
	Default bool

	// Inside leads from a place in the text (line and byte column from 1) to the disk; nil
	// where At is all that can be said.
	Inside func(line, column, endColumn int) sources.Position
}

// PlaceOf is the place of a node of a document.
func PlaceOf(d *sources.Document, n *yaml.Node) Place {
	p := Place{At: d.Position(n), File: d.File}
	if n.Kind == yaml.ScalarNode {
		p.Inside = func(line, column, endColumn int) sources.Position { return d.Inside(n, line, column, endColumn) }
	}
	return p
}

// FromDocument is the origin of an object that is deployed as it is written.
type FromDocument struct{ Doc *sources.Document }

// Find implements Origin.
func (d FromDocument) Find(_ *Object, n *yaml.Node) (Place, bool) {
	if n.Line == 0 {
		return Place{}, false
	}
	return PlaceOf(d.Doc, n), true
}
