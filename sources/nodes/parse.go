// Package nodes reads YAML, and JSON with it, as trees of nodes: within bounds, so that a
// file under review cannot cost more than its size, and in words of its own where it
// cannot be read, because the library's quote the file. A tree is walked by Field, Items
// and Text, which follow aliases and merge keys as kustomize and kubectl do.
//
// It knows nothing of files: where a node is written is for package sources to say.
package nodes

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// maxNodes bounds how many nodes a document may have once its aliases are followed,
// so that a "billion laughs" file costs nothing. The message of boundAll says the number.
const maxNodes = 1_000_000

// maxSigns bounds what may make nodes in a text that is yet to be parsed: a node takes a hundred times the bytes that
// "- a" is written with. The message of Parse says the number.
const maxSigns = 2_000_000

// signs counts the line ends and commas of a text, of which each may end a node.
func signs(b []byte) int { return bytes.Count(b, []byte{'\n'}) + bytes.Count(b, []byte{','}) }

// Problem is why a document could not be parsed.
type Problem struct {
	Line     int
	Message  string
	Template bool // it is a template, which is no YAML until it is rendered
}

// Document is one document of a text.
type Document struct {
	Root  *yaml.Node // the top node, never a document node
	Shift int        // lines before it, where it was parsed alone: the nodes' lines begin there
}

// Parse parses all documents. Where one is damaged the others are parsed alone.
func Parse(b []byte) ([]Document, []Problem) {
	if signs(b) > maxSigns {
		return nil, []Problem{{Line: 1, Message: "it has more than the 2,000,000 keys and items that keylint reads of a file; it is left out"}}
	}
	docs, err := decode(b, 0)
	if err == nil {
		return boundAll(docs)
	}
	docs = nil
	var problems []Problem
	for _, c := range Split(b) {
		part, err := decode(c.Text, c.Line)
		docs = append(docs, part...)
		if err != nil {
			problems = append(problems, problem(c.Text, c.Line, err))
		}
	}
	docs, more := boundAll(docs)
	return docs, append(problems, more...)
}

// Decode parses the documents as far as they are YAML, without bounds.
func Decode(b []byte) []Document {
	docs, _ := decode(b, 0)
	return docs
}

func decode(b []byte, shift int) ([]Document, error) {
	var docs []Document
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
			docs = append(docs, Document{Root: n.Content[0], Shift: shift})
		}
	}
}

// boundAll drops documents whose aliases would expand beyond the bound.
func boundAll(docs []Document) ([]Document, []Problem) {
	var kept []Document
	var problems []Problem
	for _, d := range docs {
		if Size(d.Root, maxNodes) > maxNodes {
			problems = append(problems, Problem{Line: d.Root.Line + d.Shift,
				Message: "its aliases expand to more than the 1,000,000 nodes that keylint reads; the document is left out"})
			continue
		}
		if n := deeper(d.Root, MaxDepth); n != nil {
			problems = append(problems, Problem{Line: n.Line + d.Shift, Message: "it is nested more than 100 deep, which is further than keylint reads; the document is left out"})
			continue
		}
		kept = append(kept, d)
	}
	return kept, problems
}

// deeper finds a node that stands more than so deep below n; nil where there is none.
func deeper(n *yaml.Node, most int) *yaml.Node {
	if most < 0 {
		return n
	}
	for _, c := range n.Content {
		if found := deeper(c, most-1); found != nil {
			return found
		}
	}
	return nil
}

// Size counts the nodes below n with every alias followed, up to one more than most.
func Size(n *yaml.Node, most int) int {
	known := map[*yaml.Node]int{}
	var count func(n *yaml.Node) int
	count = func(n *yaml.Node) int {
		if n == nil {
			return 0
		}
		if size, ok := known[n]; ok {
			return size
		}
		known[n] = most + 1 // an alias to its own ancestor never ends
		size := 1
		if n.Kind == yaml.AliasNode {
			size += count(n.Alias)
		}
		for _, c := range n.Content {
			if size += count(c); size > most {
				break
			}
		}
		known[n] = min(size, most+1)
		return known[n]
	}
	return count(n)
}

// Chunk is the text of one document, its "---" line included.
type Chunk struct {
	Text []byte
	Line int // lines before it
}

// Split cuts a text at the "---" lines.
func Split(b []byte) []Chunk {
	var chunks []Chunk
	start, startLine, line := 0, 0, 0
	for i := 0; i < len(b); {
		end := len(b)
		if j := bytes.IndexByte(b[i:], '\n'); j >= 0 {
			end = i + j + 1
		}
		if i > start && bytes.HasPrefix(b[i:end], []byte("---")) && (i+3 == end || bytes.ContainsAny(b[i+3:i+4], " \t\r\n")) {
			chunks = append(chunks, Chunk{b[start:i], startLine})
			start, startLine = i, line
		}
		i, line = end, line+1
	}
	return append(chunks, Chunk{b[start:], startLine})
}

// yamlLine finds the line in an error of the YAML library ("yaml: line 5: …").
var yamlLine = regexp.MustCompile(`line (\d+)`)

// yamlAnchor is the one error of the library that quotes the file and tells no line.
var yamlAnchor = regexp.MustCompile(`unknown anchor '(.*)' referenced`)

// quotedText is what an error quotes.
var quotedText = regexp.MustCompile("'[^']*'|\"[^\"]*\"|`[^`]*`")

// problem puts the library's error into words. The text of the error is not
// passed on where it could quote the file.
func problem(b []byte, shift int, err error) Problem {
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
