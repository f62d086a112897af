package chart

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"text/template/parse"

	"helm.sh/helm/v4/pkg/chart/loader/archive"
	"helm.sh/helm/v4/pkg/chart/v2"
	chartloader "helm.sh/helm/v4/pkg/chart/v2/loader"
)

// reads are the values that a chart, and those that it depends on, know of: those that a
// template names, and those that have a default or stand in a schema.
//
// A value that is handed on, to a function, a variable, a "range" or a "with", may be read with
// all that is below it. Which values a template reads that puts their names together cannot be
// told; it then hands on what they are below, and where that is all of them, all are read.
type reads struct {
	whole    [][]string // with all that is below them
	tested   [][]string // where only an "if" asks for them, themselves
	own      [][]string // those in the values.yaml of the chart itself
	declared [][]string // those with a default in one that it depends on
	schemas  []schema
	unclear  bool // some template cannot be read, or reads what its text does not tell
}

// schema is that of the values below a path.
type schema struct {
	below []string
	text  string
}

// readsOf reads the templates of a chart. given are the texts of its values, which "tpl" may
// take for templates.
func readsOf(files []*archive.BufferedFile, given []string) *reads {
	r := &reads{}
	own := make([]*archive.BufferedFile, len(files)) // the loader renames what it is given
	for i, f := range files {
		own[i] = &archive.BufferedFile{Name: f.Name, Data: f.Data}
	}
	c, err := chartloader.LoadFiles(own)
	if err != nil {
		r.unclear = true
		return r
	}
	r.chart(c, [][]string{nil}, given)
	for _, p := range pathsIn(c.Values, nil) {
		if !slices.ContainsFunc(c.Dependencies(), func(sub *v2.Chart) bool { return slices.Contains(calls(c, sub), p[0]) }) {
			r.own = append(r.own, p)
		}
	}
	return r
}

// chart takes up what one chart reads. at are the places where its values are those of the whole:
// below its name or alias, and also where a chart above it uses its templates.
func (r *reads) chart(c *v2.Chart, at [][]string, given []string) *templateReader {
	t := &templateReader{said: map[string]bool{}, defined: map[string]bool{}}
	for _, f := range c.Templates {
		t.text(f.Name, string(f.Data))
	}
	if t.expands {
		for _, f := range c.Files {
			t.text(f.Name, string(f.Data))
		}
		for _, text := range slices.Concat(given, textsIn(c.Values)) {
			t.text("a value", text)
		}
	}
	for _, below := range at {
		for _, p := range t.whole {
			r.whole = append(r.whole, slices.Concat(below, p))
		}
		for _, p := range t.tested {
			r.tested = append(r.tested, slices.Concat(below, p))
		}
		r.schemas = append(r.schemas, schema{below, string(c.Schema)})
		if len(below) > 0 {
			for _, p := range pathsIn(c.Values, nil) {
				r.declared = append(r.declared, slices.Concat(below, p))
			}
		}
	}
	r.unclear = r.unclear || t.unclear
	for _, sub := range c.Dependencies() {
		r.subchart(c, sub, at, t)
	}
	return t
}

func (r *reads) subchart(c, sub *v2.Chart, at [][]string, above *templateReader) {
	for _, d := range c.Metadata.Dependencies {
		r.unclear = r.unclear || len(d.ImportValues) > 0
	}
	var below [][]string
	for _, p := range at {
		for _, name := range calls(c, sub) {
			below = append(below, slices.Concat(p, []string{name}))
		}
	}
	before := len(r.whole)
	t := r.chart(sub, below, nil)
	used := strings.EqualFold(sub.Metadata.Type, "library")
	for name := range t.defined {
		used = used || above.said[name]
	}
	if used { // with the values of the chart that uses it
		for _, p := range at {
			for _, read := range slices.Concat(t.whole, t.tested) {
				r.whole = append(r.whole, slices.Concat(p, read))
			}
		}
		maps.Copy(above.defined, t.defined)
	}
	for _, p := range r.whole[before:] {
		for i, step := range p {
			if step == "global" { // which charts hand down
				r.whole = append(r.whole, p[i:])
			}
		}
	}
}

// calls are the names under which a chart gives one that it depends on its values.
func calls(c, sub *v2.Chart) []string {
	var names []string
	for _, d := range c.Metadata.Dependencies {
		if d.Name == sub.Name() {
			names = append(names, cmp.Or(d.Alias, d.Name))
		}
	}
	if len(names) == 0 {
		return []string{sub.Name()}
	}
	return names
}

// know says whether a value that others give the chart may have an effect, or with own, one of its
// own values.yaml.
func (r *reads) know(path []string, own bool) bool {
	if r.unclear {
		return true
	}
	for _, p := range r.whole {
		if isBelow(path, p) || isBelow(p, path) {
			return true
		}
	}
	known := slices.Concat(r.tested, r.declared)
	if !own {
		known = append(known, r.own...)
	}
	for _, p := range known {
		if isBelow(p, path) {
			return true
		}
	}
	return slices.ContainsFunc(r.schemas, func(s schema) bool {
		return isBelow(path, s.below) && strings.Contains(s.text, `"`+path[len(path)-1]+`"`)
	})
}

// all are the values that are known by name.
func (r *reads) all() [][]string { return slices.Concat(r.own, r.declared, r.whole, r.tested) }

func isBelow(path, above []string) bool {
	if len(path) < len(above) {
		return false
	}
	for i, word := range above {
		if word != path[i] && word != anyName && path[i] != anyName {
			return false
		}
	}
	return true
}

// templateReader goes through templates for the values that they name.
type templateReader struct {
	whole, tested [][]string
	expands       bool            // it calls "tpl"
	unclear       bool            // a text is no template, or tells of values by names that it makes
	said, defined map[string]bool // texts that stand in it, and the names of its own templates
}

// text reads one template. A text without a value is none that matters.
func (t *templateReader) text(name, text string) {
	if !strings.Contains(text, "{{") {
		return
	}
	tree := parse.New(name)
	tree.Mode = parse.SkipFuncCheck
	all := map[string]*parse.Tree{}
	if _, err := tree.Parse(text, "", "", all); err != nil {
		t.unclear = t.unclear || strings.Contains(text, "Values")
		return
	}
	for name, tree := range all {
		t.defined[name] = true
		t.node(tree.Root)
	}
}

func (t *templateReader) node(n parse.Node) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, c := range n.Nodes {
				t.node(c)
			}
		}
	case *parse.ActionNode:
		if !isAll(n.Pipe) { // that prints a map, of which nobody can make anything
			t.pipe(n.Pipe)
		}
	case *parse.IfNode:
		t.condition(n.Pipe)
		t.node(n.List)
		t.node(n.ElseList)
	case *parse.RangeNode:
		t.branch(&n.BranchNode)
	case *parse.WithNode:
		t.branch(&n.BranchNode)
	case *parse.TemplateNode:
		t.said[n.Name] = true
		t.pipe(n.Pipe)
	}
}

func (t *templateReader) branch(b *parse.BranchNode) {
	t.pipe(b.Pipe)
	t.node(b.List)
	t.node(b.ElseList)
}

func (t *templateReader) pipe(p *parse.PipeNode) {
	if p != nil {
		for _, c := range p.Cmds {
			t.command(c)
		}
	}
}

func (t *templateReader) command(c *parse.CommandNode) {
	if path, ok := indexed(c); ok {
		t.whole = append(t.whole, path)
		for _, a := range c.Args[2:] {
			t.argument(a)
		}
		return
	}
	for i, a := range c.Args {
		if path, ok := valuePath(a); ok && len(path) == 0 && i > 0 && isText(c.Args[i-1], "Values") {
			continue // dict "Values" .Values: it keeps its name
		}
		t.argument(a)
	}
}

func (t *templateReader) argument(n parse.Node) {
	if path, ok := valuePath(n); ok {
		t.whole = append(t.whole, path)
		return
	}
	switch n := n.(type) {
	case *parse.PipeNode:
		t.pipe(n)
	case *parse.ChainNode:
		t.argument(n.Node)
	case *parse.IdentifierNode:
		t.expands = t.expands || n.Ident == "tpl"
	case *parse.StringNode:
		t.said[n.Text] = true
		if strings.Contains(n.Text, "{{") && strings.Contains(n.Text, "Values") {
			t.unclear = t.unclear || strings.Contains(n.Text, "%")
			t.text("a text", n.Text)
		}
	}
}

// condition reads what an "if" asks for. Whether a mapping is there tells nothing of what is in it.
func (t *templateReader) condition(p *parse.PipeNode) {
	for _, c := range p.Cmds {
		args := c.Args
		if id, ok := args[0].(*parse.IdentifierNode); ok && slices.Contains([]string{"and", "or", "not"}, id.Ident) {
			args = args[1:]
		} else if len(args) > 1 || len(p.Cmds) > 1 || len(p.Decl) > 0 {
			t.command(c)
			continue
		}
		for _, a := range args {
			path, isValue := valuePath(a)
			inner, isPipe := a.(*parse.PipeNode)
			switch {
			case isValue:
				t.tested = append(t.tested, path)
			case isPipe:
				t.condition(inner)
			default:
				t.argument(a)
			}
		}
	}
}

// valuePath is the way to a value that a node names: .Values.a.b, $.Values.a.b, .context.Values.a.b.
func valuePath(n parse.Node) ([]string, bool) {
	var words []string
	switch n := n.(type) {
	case *parse.FieldNode:
		words = n.Ident
	case *parse.VariableNode:
		words = n.Ident
	}
	at := slices.Index(words, "Values")
	if at < 0 {
		return nil, false
	}
	return words[at+1:], true
}

// anyName stands for a word of a way that a template does not spell out.
const anyName = "*"

// indexed is the way to the value that a call of "index" names.
func indexed(c *parse.CommandNode) ([]string, bool) {
	if id, ok := c.Args[0].(*parse.IdentifierNode); !ok || id.Ident != "index" || len(c.Args) < 2 {
		return nil, false
	}
	path, ok := valuePath(c.Args[1])
	for _, a := range c.Args[2:] {
		word := anyName
		if s, isString := a.(*parse.StringNode); isString {
			word = s.Text
		}
		path = append(path[:len(path):len(path)], word)
	}
	return path, ok
}

// isAll says of an action that it is {{ .Values }} and nothing else.
func isAll(p *parse.PipeNode) bool {
	if p == nil || len(p.Decl) > 0 || len(p.Cmds) != 1 || len(p.Cmds[0].Args) != 1 {
		return false
	}
	path, ok := valuePath(p.Cmds[0].Args[0])
	return ok && len(path) == 0
}

func isText(n parse.Node, text string) bool {
	s, ok := n.(*parse.StringNode)
	return ok && s.Text == text
}

// textsIn are the texts of values that may be templates.
func textsIn(v any) []string {
	switch v := v.(type) {
	case map[string]any:
		var out []string
		for _, k := range slices.Sorted(maps.Keys(v)) {
			out = append(out, textsIn(v[k])...)
		}
		return out
	case []any:
		var out []string
		for _, item := range v {
			out = append(out, textsIn(item)...)
		}
		return out
	case string:
		if strings.Contains(v, "{{") {
			return []string{v}
		}
	}
	return nil
}

// pathsIn are the ways to all values that are no mapping, and to the empty mappings.
func pathsIn(values map[string]any, below []string) [][]string {
	var out [][]string
	for _, k := range slices.Sorted(maps.Keys(values)) {
		path := append(below[:len(below):len(below)], k)
		if inner, ok := values[k].(map[string]any); ok && len(inner) > 0 {
			out = append(out, pathsIn(inner, path)...)
		} else {
			out = append(out, path)
		}
	}
	return out
}
