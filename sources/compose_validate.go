package sources

import (
	"strings"

	"github.com/compose-spec/compose-go/v2/schema"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// validateCompose holds a file against compose's schema, where something that keylint
// reads of it has not the shape that it should have: the schema alone takes longer than
// all the rest. Fields with variables in them are left out: what they come to is not
// known here.
func (r *Repository) validateCompose(f *File) {
	for _, d := range f.Documents() {
		if nodes.Field(d.Root, "services") == nil || isOrdinary(d.Root) {
			continue
		}
		var tree map[string]any
		if err := plainTags(d.Root, 0).Decode(&tree); err != nil {
			r.Note(NoteUnreadable, d.Position(d.Root), "compose refuses the file: it is not a mapping of texts")
			continue
		}
		err := schema.Validate(tree)
		if err == nil {
			continue
		}
		where, _, _ := strings.Cut(err.Error(), " ")
		n := d.Root
		for _, part := range strings.Split(where, ".") {
			next := nodes.Field(n, part)
			if next == nil {
				break
			}
			n = next
		}
		if mentions(n, "$", 0) && n != d.Root {
			continue
		}
		if !isFieldPath(where) {
			where = "a field"
		}
		r.Note(NoteUnreadable, d.Position(n), "compose refuses the file: "+where+" is not what its schema allows there")
	}
}

func isFieldPath(s string) bool {
	for _, c := range s {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", c) {
			return false
		}
	}
	return s != "" && len(s) < 100
}

// plainTags is the tree without compose's own tags, which a decoder does not know.
func plainTags(n *yaml.Node, depth int) *yaml.Node {
	if n == nil || depth > 100 {
		return n
	}
	out := *n
	out.Content = nil
	if out.Tag == "!reset" || out.Tag == "!override" {
		out.Tag = ""
	}
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 && i+1 < len(n.Content) && n.Content[i+1].Tag == "!reset" {
			continue
		}
		if n.Kind == yaml.MappingNode && i%2 == 1 && c.Tag == "!reset" {
			continue
		}
		out.Content = append(out.Content, plainTags(c, depth+1))
	}
	return &out
}

// mentions says whether a text below the node has the word in it.
func mentions(n *yaml.Node, word string, depth int) bool {
	if n == nil || depth > 100 {
		return false
	}
	if n.Kind == yaml.ScalarNode && strings.Contains(n.Value, word) {
		return true
	}
	for _, c := range n.Content {
		if mentions(c, word, depth+1) {
			return true
		}
	}
	return false
}

// The shapes of a field's value.
const (
	scalarShape = 1 << iota
	listShape
	mappingShape
)

// serviceShapes are the shapes of the fields of a service that keylint reads.
var serviceShapes = map[string]int{
	"image": scalarShape, "environment": listShape | mappingShape, "env_file": scalarShape | listShape,
	"build": scalarShape | mappingShape, "command": scalarShape | listShape, "entrypoint": scalarShape | listShape,
	"volumes": listShape, "configs": listShape, "secrets": listShape, "extends": scalarShape | mappingShape, "working_dir": scalarShape,
}

// isOrdinary says whether each of these fields has one of its shapes.
func isOrdinary(root *yaml.Node) bool {
	services := nodes.Follow(nodes.Field(root, "services"))
	if shapeOf(services) != mappingShape {
		return false
	}
	for i := 1; i < len(services.Content); i += 2 {
		service := nodes.Follow(services.Content[i])
		if shapeOf(service) != mappingShape {
			return false
		}
		for name, shapes := range serviceShapes {
			if value := nodes.Field(service, name); value != nil && value.Tag != "!!null" && value.Tag != "!reset" && shapeOf(value)&shapes == 0 {
				return false
			}
		}
		if args := nodes.Field(service, "build", "args"); args != nil && args.Tag != "!!null" && shapeOf(args)&(listShape|mappingShape) == 0 {
			return false
		}
		if env := nodes.Field(service, "environment"); env != nil && !holdsScalars(env) {
			return false
		}
	}
	return true
}

func shapeOf(n *yaml.Node) int {
	n = nodes.Follow(n)
	if n == nil {
		return 0
	}
	switch n.Kind {
	case yaml.ScalarNode:
		return scalarShape
	case yaml.SequenceNode:
		return listShape
	}
	return mappingShape
}

// holdsScalars says whether the values of a mapping or a list are texts.
func holdsScalars(n *yaml.Node) bool {
	n = nodes.Follow(n)
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && (i%2 == 0 || n.Content[i-1].Value == "<<") {
			continue
		}
		if shapeOf(c) != scalarShape {
			return false
		}
	}
	return true
}
