package render

import (
	"strings"
	"unicode/utf8"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources"
)

// sheet is what nodes are written on: a document, or a document within a scalar of
// another one, such as the inline patch of a kustomization.
type sheet struct {
	doc   *sources.Document
	outer *yaml.Node // the scalar that holds the inner document, nil where there is none
	lines []string   // of the scalar's text
}

// nested is the sheet of the document in a scalar.
func nested(d *sources.Document, outer *yaml.Node) sheet {
	if outer == nil {
		return sheet{}
	}
	return sheet{d, outer, strings.Split(outer.Value, "\n")}
}

// place leads from a node on the sheet to the disk.
func (s sheet) place(n *yaml.Node) place {
	switch {
	case s.doc == nil:
		return place{}
	case s.outer == nil:
		return documentPlace(s.doc, n)
	}
	line, column, end := s.span(n)
	return place{
		at:   s.doc.Inside(s.outer, line, column, end),
		file: s.doc.File,
		inside: func(l, column, endColumn int) sources.Position {
			return s.insideInner(n, l, column, endColumn)
		},
	}
}

// span is where a node's text stands in the inner document, by the rules of
// sources.Document.Position: without quotes, a block scalar by its first line.
func (s sheet) span(n *yaml.Node) (line, column, end int) {
	if n.Line < 1 || n.Line > len(s.lines) {
		return 0, 0, 0
	}
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 && n.Line < len(s.lines) {
		text := s.lines[n.Line]
		return n.Line + 1, len(text) - len(strings.TrimLeft(text, " ")) + 1, len(strings.TrimRight(text, " \r")) + 1
	}
	text := s.lines[n.Line-1]
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
func (s sheet) insideInner(n *yaml.Node, line, column, endColumn int) sources.Position {
	whole := s.place(n).at
	text := strings.Split(n.Value, "\n")
	at := n.Line + line
	if n.Style&yaml.LiteralStyle == 0 || line < 1 || line > len(text) || at > len(s.lines) {
		return whole
	}
	indent := len(s.lines[at-1]) - len(text[line-1])
	if indent < 0 || s.lines[at-1][indent:] != text[line-1] {
		return whole
	}
	if endColumn > 0 {
		endColumn += indent
	}
	return s.doc.Inside(s.outer, at, column+indent, endColumn)
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
