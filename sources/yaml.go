package sources

import (
	"strings"
	"sync/atomic"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/internal/current"
	"github.com/keylint/keylint/sources/nodes"
)

// Document is one YAML (or JSON) document of a file. Where SOPS encrypted the file
// the nodes hold words that stand for what was decrypted (Repository.Hand), and the positions are those of the encrypted scalars on
// disk, since that is where a person looks.
type Document struct {
	File  *File
	Index int        // place among the file's documents, from 0
	Root  *yaml.Node // the top node, never a document node

	lines     []string // of the file on disk
	lineShift int      // lines before this document, where it was parsed alone
	encrypted bool

	columns columns

	asked atomic.Pointer[askedLine] // the line of a scalar that was asked for last
}

// askedLine is where a line of a scalar's text begins.
type askedLine struct {
	in           *yaml.Node
	line, offset int
}

// Documents parses the file, decrypted where that is possible. Documents that cannot
// be parsed are noted with their line; the others are returned.
func (f *File) Documents() []*Document {
	f.docsOnce.Do(func() { f.docs = f.parseDocuments() })
	return f.docs
}

func (f *File) parseDocuments() []*Document {
	defer current.Begin("reading", f.Path)()
	plain, err := f.Handed()
	if err != nil || f.locked != nil && !f.encrypted { // which Plain has told of
		return nil
	}
	disk, _ := f.Disk()
	template := isHelmfileTemplate(f.Path)
	if template {
		plain = withoutBraces(plain)
	}
	parsed, problems := nodes.Parse(plain)
	f.problems = len(problems) > 0
	for _, p := range problems {
		switch at := (Position{File: f.Path, Line: p.Line}); {
		case !p.Template:
			f.repo.Note(NoteUnreadable, at, p.Message)
		case !f.InChart(): // what renders the chart tells of it
			f.repo.Note(NoteSkipped, at, p.Message)
		}
	}
	lines := splitLines(disk)
	var onDisk []nodes.Document
	if f.encrypted && f.locked == nil {
		onDisk, _ = nodes.Parse(disk)
	}
	var docs []*Document
	for i, p := range parsed {
		d := &Document{File: f, Index: i, Root: p.Root, lines: lines, lineShift: p.Shift}
		if i < len(onDisk) {
			d.encrypted, d.lineShift = true, onDisk[i].Shift
			copyPositions(d.Root, onDisk[i].Root, 0)
		}
		if template {
			giveBraces(d.Root, 0)
		}
		docs = append(docs, d)
	}
	return docs
}

// copyPositions gives the decrypted tree the places of the encrypted one. SOPS keeps
// the order of a document; where the trees differ all the same, the place of the
// nearest common ancestor stands.
func copyPositions(plain, disk *yaml.Node, depth int) {
	if plain == nil || disk == nil || depth > 1000 {
		return
	}
	plain.Line, plain.Column, plain.Style = disk.Line, disk.Column, disk.Style
	for i, c := range plain.Content {
		counterpart := disk
		if i < len(disk.Content) && plain.Kind == disk.Kind {
			counterpart = disk.Content[i]
		}
		copyPositions(c, counterpart, depth+1)
	}
}

// Position is where the node stands on disk: a scalar's text without its quotes, a
// block scalar's first line.
func (d *Document) Position(n *yaml.Node) Position {
	p := Position{File: d.File.Path, Line: n.Line + d.lineShift}
	if p.Line < 1 || p.Line > len(d.lines) {
		return Position{File: d.File.Path}
	}
	if n.Kind == yaml.ScalarNode && n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return d.blockStart(p)
	}
	line := d.lines[p.Line-1]
	p.Column = d.columns.of(p.Line, line, n.Column)
	if n.Kind != yaml.ScalarNode {
		return p
	}
	rest := line[p.Column-1:]
	if strings.HasPrefix(rest, `"`) || strings.HasPrefix(rest, "'") {
		p.Column++
		if end := closingQuote(rest); end > 0 {
			p.EndColumn = p.Column + end - 1
		}
		return p
	}
	if text := n.Value; !d.encrypted && text != "" && strings.HasPrefix(rest, text) {
		p.EndColumn = p.Column + len(text)
	} else if d.encrypted {
		p.EndColumn = p.Column + len(strings.TrimRight(rest, " \t\r"))
	}
	return p
}

// closingQuote is where the quoted scalar that s begins with ends; 0 where that is on
// another line.
func closingQuote(s string) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && s[0] == '"':
			i++
		case s[i] == s[0] && s[0] == '\'' && i+1 < len(s) && s[i+1] == '\'':
			i++
		case s[i] == s[0]:
			return i
		}
	}
	return 0
}

// blockStart moves from the line of the "|" to the first line of the text.
func (d *Document) blockStart(p Position) Position {
	if p.Line >= len(d.lines) {
		return p
	}
	line := strings.TrimRight(d.lines[p.Line], " \t\r")
	if text := strings.TrimLeft(line, " "); text != "" {
		return Position{File: p.File, Line: p.Line + 1, Column: len(line) - len(text) + 1, EndColumn: len(line) + 1}
	}
	return p
}

// Inside leads from a place in the text of scalar n (line and byte column from 1) to
// its place on disk, for a document within a document. A literal block keeps its
// lines; of any other style, and of an encrypted scalar, the scalar's own place is all
// that can be said.
func (d *Document) Inside(n *yaml.Node, line, column, endColumn int) Position {
	whole := d.Position(n)
	if d.encrypted || n.Style&yaml.LiteralStyle == 0 {
		return whole
	}
	text, ok := d.nthLine(n, line)
	at := n.Line + d.lineShift + line // the text begins on the line after the "|"
	if !ok || at > len(d.lines) {
		return whole
	}
	onDisk := strings.TrimRight(d.lines[at-1], "\r")
	indent := len(onDisk) - len(text)
	if indent < 0 || onDisk[indent:] != text {
		return Position{File: whole.File, Line: at}
	}
	p := Position{File: whole.File, Line: at, Column: column + indent}
	if endColumn > 0 {
		p.EndColumn = endColumn + indent
	}
	return p
}

// nthLine is a line of a scalar's text, from 1. It is asked for each of fifty thousand lines of a text, in their order, and so goes on
// from the last one.
func (d *Document) nthLine(n *yaml.Node, line int) (text string, ok bool) {
	at := askedLine{in: n, line: 1}
	if last := d.asked.Load(); last != nil && last.in == n && last.line <= line {
		at = *last
	}
	for ; at.line < line; at.line++ {
		i := strings.IndexByte(n.Value[at.offset:], '\n')
		if i < 0 {
			return "", false
		}
		at.offset += i + 1
	}
	d.asked.Store(&at)
	text, _, _ = strings.Cut(n.Value[at.offset:], "\n")
	return text, line >= 1
}

// byteColumn turns the library's column, which counts characters, into one that
// counts bytes.
func byteColumn(line string, column int) int {
	chars := 1
	for i := range line {
		if chars == column {
			return i + 1
		}
		chars++
	}
	return len(line) + 1
}

// splitLines cuts text into lines without their ends.
func splitLines(b []byte) []string {
	return strings.Split(string(b), "\n")
}

// Offset is where a column of a line begins, in bytes from the start of the file, both from 1; false where there is no such place.
func (f *File) Offset(line, column int) (int, bool) {
	b, err := f.Disk()
	if err != nil {
		return 0, false
	}
	f.cut(b)
	if line < 1 || line > len(f.lines) || column < 1 || f.lines[line-1]+column-1 > len(b) {
		return 0, false
	}
	return f.lines[line-1] + column - 1, true
}

// Line is the text of a line on disk, from 1, without its end; empty where there is none.
func (f *File) Line(n int) string {
	b, err := f.Disk()
	if err != nil {
		return ""
	}
	f.cut(b)
	if n < 1 || n > len(f.lines) {
		return ""
	}
	end := len(f.text)
	if n < len(f.lines) {
		end = f.lines[n]
	}
	return strings.TrimSuffix(strings.TrimSuffix(f.text[f.lines[n-1]:end], "\n"), "\r")
}

// cut finds the lines, once. A line is a part of the text: thousands of keys may stand on one, and each has it looked at.
func (f *File) cut(b []byte) {
	f.linesOnce.Do(func() {
		f.text = string(b)
		f.lines = lineStarts(f.text)
	})
}
