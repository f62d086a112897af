package manifest

import (
	"strings"
	"unicode/utf8"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources"
)

// Sheet is what nodes are written on: a document, or a document within a scalar of
// another one, such as the inline patch of a kustomization.
type Sheet struct {
	Doc   *sources.Document
	Outer *yaml.Node // the scalar that holds the inner document, nil where there is none
	Lines []string   // of the scalar's text
}

// NestedSheet is the sheet of the document in a scalar.
func NestedSheet(d *sources.Document, outer *yaml.Node) Sheet {
	if outer == nil {
		return Sheet{}
	}
	return Sheet{d, outer, strings.Split(outer.Value, "\n")}
}

// Place leads from a node on the sheet to the disk.
func (s Sheet) Place(n *yaml.Node) Place {
	switch {
	case s.Doc == nil:
		return Place{}
	case s.Outer == nil:
		return PlaceOf(s.Doc, n)
	}
	line, column, end := s.Span(n)
	return Place{
		At:   s.Doc.Inside(s.Outer, line, column, end),
		File: s.Doc.File,
		Inside: func(l, column, endColumn int) sources.Position {
			return s.insideInner(n, l, column, endColumn)
		},
	}
}

// Span is where a node's text stands in the inner document, by the rules of
// sources.Document.Position: without quotes, a block scalar by its first line.
func (s Sheet) Span(n *yaml.Node) (line, column, end int) {
	if n.Line < 1 || n.Line > len(s.Lines) {
		return 0, 0, 0
	}
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 && n.Line < len(s.Lines) {
		text := s.Lines[n.Line]
		return n.Line + 1, len(text) - len(strings.TrimLeft(text, " ")) + 1, len(strings.TrimRight(text, " \r")) + 1
	}
	text := s.Lines[n.Line-1]
	at := byteOffset(text, n.Column)
	rest := text[at:]
	switch {
	case n.Kind != yaml.ScalarNode:
		return n.Line, at + 1, 0
	case strings.HasPrefix(rest, `"`) || strings.HasPrefix(rest, "'"):
		if i := strings.IndexByte(rest[1:], rest[0]); i >= 0 {
			return n.Line, at + 2, at + 2 + i
		}
		return n.Line, at + 2, 0
	case n.Value != "" && strings.HasPrefix(rest, n.Value):
		return n.Line, at + 1, at + 1 + len(n.Value)
	}
	return n.Line, at + 1, 0
}

// insideInner leads from a place in a literal block of the inner document to the disk.
func (s Sheet) insideInner(n *yaml.Node, line, column, endColumn int) sources.Position {
	whole := s.Place(n).At
	text := strings.Split(n.Value, "\n")
	at := n.Line + line
	if n.Style&yaml.LiteralStyle == 0 || line < 1 || line > len(text) || at > len(s.Lines) {
		return whole
	}
	indent := len(s.Lines[at-1]) - len(text[line-1])
	if indent < 0 || s.Lines[at-1][indent:] != text[line-1] {
		return whole
	}
	if endColumn > 0 {
		endColumn += indent
	}
	return s.Doc.Inside(s.Outer, at, column+indent, endColumn)
}

// byteOffset turns the library's column, which counts characters from 1, into a count
// of bytes from 0.
func byteOffset(s string, column int) int {
	at := 0
	for ; column > 1 && at < len(s); column-- {
		_, size := utf8.DecodeRuneInString(s[at:])
		at += size
	}
	return at
}
