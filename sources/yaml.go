package sources

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// maxNodes bounds how many nodes a document may have once its aliases are followed,
// so that a "billion laughs" file costs nothing.
const maxNodes = 1_000_000

// Document is one YAML (or JSON) document of a file. Where SOPS encrypted the file
// the nodes hold plain text, and the positions are those of the encrypted scalars on
// disk, since that is where a person looks.
type Document struct {
	File  *File
	Index int        // place among the file's documents, from 0
	Root  *yaml.Node // the top node, never a document node

	lines     []string // of the file on disk
	lineShift int      // lines before this document, where it was parsed alone
	encrypted bool
}

// Documents parses the file, decrypted where that is possible. Documents that cannot
// be parsed are noted with their line; the others are returned.
func (f *File) Documents() []*Document {
	f.docsOnce.Do(func() { f.docs = f.parseDocuments() })
	return f.docs
}

func (f *File) parseDocuments() []*Document {
	plain, err := f.Plain()
	if err != nil {
		return nil
	}
	disk, _ := f.Disk()
	docs, problems := ParseYAML(plain)
	for _, p := range problems {
		kind := NoteUnreadable
		if p.Template {
			kind = NoteSkipped
		}
		f.repo.Note(kind, Position{File: f.Path, Line: p.Line}, p.Message)
	}
	lines := splitLines(disk)
	var onDisk []*Document
	if f.encrypted && f.locked == nil {
		onDisk, _ = ParseYAML(disk)
	}
	for i, d := range docs {
		d.File, d.Index, d.lines = f, i, lines
		if i < len(onDisk) {
			d.encrypted, d.lineShift = true, onDisk[i].lineShift
			copyPositions(d.Root, onDisk[i].Root, 0)
		}
	}
	return docs
}

// Problem is why a document could not be parsed.
type Problem struct {
	Line     int
	Message  string
	Template bool // it is a template, which is no YAML until it is rendered
}

// ParseYAML parses all documents. Where one is damaged the others are parsed alone.
func ParseYAML(b []byte) ([]*Document, []Problem) {
	docs, err := decodeAll(b, 0)
	if err == nil {
		return boundAll(docs)
	}
	docs = nil
	var problems []Problem
	for _, chunk := range splitDocuments(b) {
		part, err := decodeAll(chunk.text, chunk.line)
		docs = append(docs, part...)
		if err != nil {
			problems = append(problems, yamlProblem(chunk.text, chunk.line, err))
		}
	}
	docs, more := boundAll(docs)
	return docs, append(problems, more...)
}

func decodeAll(b []byte, shift int) ([]*Document, error) {
	var docs []*Document
	dec := yaml.NewDecoder(bytes.NewReader(b))
	for {
		var n yaml.Node
		err := dec.Decode(&n)
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return docs, err
		}
		if n.Kind == yaml.DocumentNode && len(n.Content) == 1 {
			docs = append(docs, &Document{Root: n.Content[0], lineShift: shift})
		}
	}
}

// boundAll drops documents whose aliases would expand beyond the bound.
func boundAll(docs []*Document) ([]*Document, []Problem) {
	var kept []*Document
	var problems []Problem
	for _, d := range docs {
		if expandedSize(d.Root, map[*yaml.Node]int{}) > maxNodes {
			problems = append(problems, Problem{Line: d.Root.Line + d.lineShift,
				Message: fmt.Sprintf("its aliases expand to more than %d nodes; the document is not read", maxNodes)})
			continue
		}
		kept = append(kept, d)
	}
	return kept, problems
}

// expandedSize counts the nodes below n with every alias followed, up to maxNodes+1.
func expandedSize(n *yaml.Node, known map[*yaml.Node]int) int {
	if n == nil {
		return 0
	}
	if size, ok := known[n]; ok {
		return size
	}
	known[n] = maxNodes + 1 // an alias to its own ancestor never ends
	size := 1
	if n.Kind == yaml.AliasNode {
		size += expandedSize(n.Alias, known)
	}
	for _, c := range n.Content {
		if size += expandedSize(c, known); size > maxNodes {
			break
		}
	}
	known[n] = min(size, maxNodes+1)
	return known[n]
}

type chunk struct {
	text []byte
	line int // lines before it
}

// splitDocuments cuts at the "---" lines.
func splitDocuments(b []byte) []chunk {
	var chunks []chunk
	start, startLine, line := 0, 0, 0
	for i := 0; i < len(b); {
		end := len(b)
		if j := bytes.IndexByte(b[i:], '\n'); j >= 0 {
			end = i + j + 1
		}
		if i > start && bytes.HasPrefix(b[i:end], []byte("---")) && (i+3 == end || bytes.ContainsAny(b[i+3:i+4], " \t\r\n")) {
			chunks = append(chunks, chunk{b[start:i], startLine})
			start, startLine = i, line
		}
		i, line = end, line+1
	}
	return append(chunks, chunk{b[start:], startLine})
}

// yamlLine finds the line in an error of the YAML library ("yaml: line 5: …").
var yamlLine = regexp.MustCompile(`line (\d+)`)

// yamlAnchor is the one error of the library that quotes the file and tells no line.
var yamlAnchor = regexp.MustCompile(`unknown anchor '(.*)' referenced`)

// quotedText is what an error quotes.
var quotedText = regexp.MustCompile("'[^']*'|\"[^\"]*\"|`[^`]*`")

// yamlProblem puts the library's error into words. The text of the error is not
// passed on where it could quote the file.
func yamlProblem(b []byte, shift int, err error) Problem {
	p := Problem{Line: shift + 1}
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		if n, convErr := strconv.Atoi(m[1]); convErr == nil {
			p.Line = shift + n
		}
	}
	if bytes.Contains(b, []byte("{{")) && bytes.Contains(b, []byte("}}")) {
		p.Template = true
		p.Message = "this is a template ({{ … }}), which is YAML only once it is rendered; it was not read"
		return p
	}
	detail := strings.TrimPrefix(err.Error(), "yaml: ")
	if m := yamlAnchor.FindStringSubmatch(detail); m != nil {
		if i := bytes.Index(b, []byte("*"+m[1])); i >= 0 {
			p.Line = shift + 1 + bytes.Count(b[:i], []byte("\n"))
		}
		p.Message = "this is not YAML: it refers (\"*\") to an anchor that is not there"
		return p
	}
	detail = yamlLine.ReplaceAllString(detail, "")
	detail = quotedText.ReplaceAllString(detail, "…")
	detail = strings.TrimSpace(strings.TrimLeft(detail, ": "))
	p.Message = "this is not YAML: " + detail
	return p
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
	p.Column = byteColumn(line, n.Column)
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
	text := strings.Split(n.Value, "\n")
	at := n.Line + d.lineShift + line // the text begins on the line after the "|"
	if line < 1 || line > len(text) || at > len(d.lines) {
		return whole
	}
	onDisk := strings.TrimRight(d.lines[at-1], "\r")
	indent := len(onDisk) - len(text[line-1])
	if indent < 0 || onDisk[indent:] != text[line-1] {
		return Position{File: whole.File, Line: at}
	}
	p := Position{File: whole.File, Line: at, Column: column + indent}
	if endColumn > 0 {
		p.EndColumn = endColumn + indent
	}
	return p
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

// Line is the text of a line on disk, from 1, without its end; empty where there is none.
func (f *File) Line(n int) string {
	b, err := f.Disk()
	if err != nil {
		return ""
	}
	for i := 1; i < n; i++ {
		j := bytes.IndexByte(b, '\n')
		if j < 0 {
			return ""
		}
		b = b[j+1:]
	}
	if j := bytes.IndexByte(b, '\n'); j >= 0 {
		b = b[:j]
	}
	return strings.TrimSuffix(string(b), "\r")
}

// Field is the value under key in a mapping, aliases and merge keys ("<<") followed;
// nil where there is none. Of a key that stands twice the last counts, as for kustomize
// and kubectl.
func Field(n *yaml.Node, key ...string) *yaml.Node {
	for _, k := range key {
		if n = field(n, k, 0); n == nil {
			return nil
		}
	}
	return Follow(n)
}

// maxMerges bounds how deep merge keys are followed.
const maxMerges = 20

func field(n *yaml.Node, key string, depth int) *yaml.Node {
	n = Follow(n)
	if n == nil || n.Kind != yaml.MappingNode || depth > maxMerges {
		return nil
	}
	var found, merge *yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		switch n.Content[i].Value {
		case key:
			found = n.Content[i+1]
		case "<<":
			merge = n.Content[i+1]
		}
	}
	if found != nil || merge == nil {
		return found
	}
	for _, m := range merged(merge) { // the first that has the key counts
		if found = field(m, key, depth+1); found != nil {
			return found
		}
	}
	return nil
}

// merged lists the mappings that a merge key names: one, or a list.
func merged(merge *yaml.Node) []*yaml.Node {
	if list := Items(merge); list != nil {
		return list
	}
	return []*yaml.Node{merge}
}

// Follow leads an alias to what it stands for.
func Follow(n *yaml.Node) *yaml.Node {
	for i := 0; n != nil && n.Kind == yaml.AliasNode && i < 100; i++ {
		n = n.Alias
	}
	return n
}

// Text is a scalar's text; empty for null and for what is no scalar.
func Text(n *yaml.Node) string {
	n = Follow(n)
	if n == nil || n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return ""
	}
	return n.Value
}

// Given is the node, or nil where it is null: "valueFrom: null" sets nothing.
func Given(n *yaml.Node) *yaml.Node {
	if n = Follow(n); n == nil || n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return nil
	}
	return n
}

// Items are a sequence's members; none for anything else.
func Items(n *yaml.Node) []*yaml.Node {
	n = Follow(n)
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}
