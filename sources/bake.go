package sources

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// bakeName matches what a file for "docker buildx bake" is called, in HCL or JSON.
var bakeName = regexp.MustCompile(`(?i)(?:^|/)(?:(?:docker-)?bake(?:[._-][^/]*)?|[^/]*[._-]bake)\.(?:hcl|json)$`)

// IsBake says that the file is called like one for "docker buildx bake".
func (f *File) IsBake() bool {
	return f.kind == bakeFile || f.kind == manifestFile && path.Ext(f.Path) == ".json" && bakeName.MatchString(f.Path)
}

const maxBakeInherits = 10 // targets that inherit from each other

// bake is what the files of one directory say: several are given together, one of which has what the others build on.
type bake struct {
	repo  *Repository
	files []*bakeParsed
	steps int                             // targets and values that were followed
	way   map[string]hclsyntax.Expression // of a target with a matrix, what each of its variables is
}

type bakeParsed struct {
	file      *File
	variables map[string]*bakeText // nil for one without a default
	targets   map[string]*bakeTarget
	names     []string // of the targets, in order
}

type bakeTarget struct {
	of                             *bakeParsed
	inherits, tags                 []string
	name, context, dockerfile      *bakeText
	stage                          *bakeText
	ways                           []map[string]hclsyntax.Expression // of its matrix; none where it has none
	order                          []string
	args                           map[string]*bakeText
	inline, matrix, open, followed bool
}

// bakeText is a value: an expression, and where it stands.
type bakeText struct {
	expr hclsyntax.Expression
	at   func(hcl.Range) Position
	null bool
}

// Bakes are the arguments that bake files give to the builds of their targets (docs.docker.com/build/bake: reference,
// inheritance, variables). A variable is its default, unless the environment of whoever builds has another.
func (r *Repository) Bakes() []CIVariables {
	byDir := map[string]*bake{}
	var dirs []string
	for _, f := range r.Files() {
		if !f.IsBake() || f.Example {
			continue
		}
		b := byDir[f.Dir()]
		if b == nil {
			b = &bake{repo: r}
			byDir[f.Dir()], dirs = b, append(dirs, f.Dir())
		}
		if parsed := r.parseBake(f); parsed != nil {
			b.files = append(b.files, parsed)
		}
	}
	var out []CIVariables
	for _, dir := range dirs {
		for _, f := range byDir[dir].files {
			for _, name := range f.names {
				ways := f.targets[name].ways
				if len(ways) == 0 {
					ways = []map[string]hclsyntax.Expression{nil}
				}
				for _, way := range ways {
					byDir[dir].way = way
					if v, ok := byDir[dir].target(f, name); ok {
						out = append(out, v)
					}
				}
			}
		}
	}
	return out
}

func (r *Repository) parseBake(f *File) *bakeParsed {
	out := &bakeParsed{file: f, variables: map[string]*bakeText{}, targets: map[string]*bakeTarget{}}
	if f.kind != bakeFile {
		out.parseJSON()
		return out
	}
	b, err := f.Disk()
	if err != nil || len(b) > maxTerraformSize || nestsTooFar(b) {
		if f.BearsKeys() {
			r.Note(NoteBound, f.At(), "the bake file is too large or too deep, and was not read")
		}
		return nil
	}
	parsed, broken := hclsyntax.ParseConfig(b, f.Path, hcl.InitialPos)
	if broken.HasErrors() {
		if f.BearsKeys() {
			at := f.At()
			if s := broken[0].Subject; s != nil {
				at.Line = s.Start.Line
			}
			r.Note(NoteUnreadable, at, "it is not valid HCL, so that nothing is known of what it builds")
		}
		return nil
	}
	in := &terraform{repo: r}
	text := func(a *hclsyntax.Attribute) *bakeText {
		if a == nil {
			return nil
		}
		return &bakeText{expr: a.Expr, at: in.position}
	}
	for _, block := range parsed.Body.(*hclsyntax.Body).Blocks {
		if len(block.Labels) != 1 {
			continue
		}
		attributes := block.Body.Attributes
		switch name := block.Labels[0]; block.Type {
		case "variable":
			out.variables[name] = text(attributes["default"])
		case "target":
			t := &bakeTarget{of: out, args: map[string]*bakeText{}, inline: attributes["dockerfile-inline"] != nil, name: text(attributes["name"])}
			if a := attributes["matrix"]; a != nil {
				ways, ok := bakeWays(a.Expr)
				t.ways, t.matrix = ways, !ok
			}
			t.context, t.dockerfile, t.stage = text(attributes["context"]), text(attributes["dockerfile"]), text(attributes["target"])
			if a := attributes["inherits"]; a != nil {
				if list, ok := a.Expr.(*hclsyntax.TupleConsExpr); ok {
					for _, x := range list.Exprs {
						t.inherits = append(t.inherits, literal(x))
					}
				}
			}
			if a := attributes["tags"]; a != nil {
				if list, ok := a.Expr.(*hclsyntax.TupleConsExpr); ok {
					for _, x := range list.Exprs {
						t.tags = append(t.tags, strings.Trim(string(x.Range().SliceBytes(b)), `"`))
					}
				}
			}
			if a := attributes["args"]; a != nil {
				object, ok := a.Expr.(*hclsyntax.ObjectConsExpr)
				if t.open = !ok; ok {
					for _, item := range object.Items {
						key := keyOf(item)
						if key == "" {
							t.open = true
							continue
						}
						l, is := item.ValueExpr.(*hclsyntax.LiteralValueExpr)
						t.add(key, &bakeText{expr: item.ValueExpr, at: in.position, null: is && l.Val.IsNull()})
					}
				}
			}
			out.add(name, t)
		}
	}
	return out
}

func (f *bakeParsed) add(name string, t *bakeTarget) {
	if f.targets[name] == nil {
		f.names = append(f.names, name)
	}
	f.targets[name] = t
}

func (t *bakeTarget) add(name string, text *bakeText) {
	if t.args[name] == nil {
		t.order = append(t.order, name)
	}
	t.args[name] = text
}

// parseJSON reads the form in JSON, in whose texts templates stand as well.
func (f *bakeParsed) parseJSON() {
	for _, d := range f.file.Documents() {
		text := func(n *yaml.Node) *bakeText {
			if n == nil || n.Kind != yaml.ScalarNode || len(n.Value) > maxTerraformSize || nestsTooFar([]byte(n.Value)) {
				return nil
			}
			expr, broken := hclsyntax.ParseTemplate([]byte(n.Value), f.file.Path, hcl.InitialPos)
			if broken.HasErrors() {
				return nil
			}
			return &bakeText{expr: expr, at: func(r hcl.Range) Position { return d.within(n, n.Value, r.Start.Byte, r.End.Byte) }, null: n.Tag == "!!null"}
		}
		nodes.Pairs(nodes.Field(d.Root, "variable"), func(key, value *yaml.Node) {
			f.variables[nodes.Text(key)] = text(nodes.Field(value, "default"))
		})
		nodes.Pairs(nodes.Field(d.Root, "target"), func(key, value *yaml.Node) {
			t := &bakeTarget{of: f, args: map[string]*bakeText{}, inherits: nodes.List(nodes.Field(value, "inherits")), tags: nodes.List(nodes.Field(value, "tags"))}
			t.inline, t.matrix = nodes.Field(value, "dockerfile-inline") != nil, nodes.Field(value, "matrix") != nil
			t.context, t.dockerfile, t.stage = text(nodes.Field(value, "context")), text(nodes.Field(value, "dockerfile")), text(nodes.Field(value, "target"))
			nodes.Pairs(nodes.Field(value, "args"), func(key, value *yaml.Node) {
				if of := text(value); of != nil {
					t.add(nodes.Text(key), of)
				} else {
					t.open = true
				}
			})
			f.add(nodes.Text(key), t)
		})
	}
}

// target is what the build of one is given, with what it inherits.
func (b *bake) target(f *bakeParsed, name string) (CIVariables, bool) {
	whole := &bakeTarget{of: f, args: map[string]*bakeText{}}
	if !b.inherit(whole, f, name, 0) {
		b.repo.Note(NoteBound, f.file.At(), fmt.Sprintf("targets that inherit from each other are followed %d deep, and %d in all; one of these inherits from itself, or from too many", maxBakeInherits, maxCISteps))
	}
	if of := f.targets[name]; of.name != nil && b.way != nil {
		if t := b.value(f, of.name, 0); t.known {
			name = t.text
		}
	}
	v := CIVariables{Kind: CIBuildArgs, File: f.file.Path, By: f.file.Path + " target " + Shown(name), Part: "args", Open: whole.open || whole.matrix}
	for _, arg := range whole.order {
		text := whole.args[arg]
		if text.null {
			continue // the Dockerfile's default counts
		}
		t := b.value(f, text, 0)
		if v.Variables = append(v.Variables, t.variable(arg, text.at(text.expr.Range()))); t.function && b.repo.matters(arg) {
			b.repo.Note(NoteSkipped, text.at(text.expr.Range()), "a function makes this build argument, which keylint does not call")
		}
	}
	v.Image, v.Tags = b.image(f, whole), whole.tags
	return v, len(v.Variables) > 0
}

// inherit takes up what a target has of those that it inherits, and then its own; false where that does not end.
func (b *bake) inherit(into *bakeTarget, f *bakeParsed, name string, depth int) bool {
	t := b.find(f, name)
	if b.steps++; t == nil || depth > maxBakeInherits || t.followed || b.steps > maxCISteps {
		into.open = true
		return t == nil
	}
	t.followed = true
	defer func() { t.followed = false }()
	ends := true
	for _, parent := range t.inherits {
		ends = b.inherit(into, t.of, parent, depth+1) && ends
	}
	for _, arg := range t.order {
		into.add(arg, t.args[arg])
	}
	if t.tags != nil {
		into.tags = t.tags
	}
	into.open, into.inline, into.matrix = into.open || t.open, into.inline || t.inline, into.matrix || t.matrix
	for _, of := range []struct{ to, from **bakeText }{{&into.context, &t.context}, {&into.dockerfile, &t.dockerfile}, {&into.stage, &t.stage}} {
		if *of.from != nil {
			*of.to = *of.from
		}
	}
	return ends
}

// find is a target of the file, or else of one beside it.
func (b *bake) find(f *bakeParsed, name string) *bakeTarget {
	for _, of := range append([]*bakeParsed{f}, b.files...) {
		if t := of.targets[name]; t != nil {
			return t
		}
	}
	return nil
}

// image is what a target builds; nil where that is not known. Its paths are those of where bake is started: the file's
// directory, or the root.
func (b *bake) image(f *bakeParsed, t *bakeTarget) *CIImage {
	if t.inline {
		return nil
	}
	texts := [3]string{".", "Dockerfile", ""}
	for i, text := range []*bakeText{t.context, t.dockerfile, t.stage} {
		if text == nil {
			continue
		}
		v := b.value(f, text, 0)
		if !v.known || strings.Contains(v.text, "://") || path.IsAbs(v.text) {
			return nil
		}
		texts[i] = v.text
	}
	for _, dir := range []string{f.file.Dir(), b.repo.rootOf(f.file.Path)} {
		context := path.Join(dir, texts[0])
		if file := path.Join(context, texts[1]); b.repo.File(file) != nil {
			return &CIImage{Dockerfile: file, Context: context, Target: texts[2]}
		}
	}
	return nil
}

// value is what a text comes to.
func (b *bake) value(f *bakeParsed, text *bakeText, depth int) ciText {
	if b.steps++; depth > maxBakeInherits || text == nil || text.expr == nil || b.steps > 10*maxCISteps {
		return ciUnknown("what it is cannot be followed")
	}
	sub := func(x hclsyntax.Expression) ciText { return b.value(f, &bakeText{expr: x, at: text.at}, depth+1) }
	switch x := text.expr.(type) {
	case *hclsyntax.LiteralValueExpr:
		if s, ok := scalarText(x.Val); ok {
			return ciKnown(s, text.at(x.Range()))
		}
	case *hclsyntax.ParenthesesExpr:
		return sub(x.Expression)
	case *hclsyntax.TemplateWrapExpr:
		return sub(x.Wrapped)
	case *hclsyntax.TemplateExpr:
		if len(x.Parts) == 1 {
			return sub(x.Parts[0])
		}
		out := ciKnown("", text.at(x.Range()))
		for _, part := range x.Parts {
			t := sub(part)
			if !t.known {
				t.source = ""
				return t
			}
			if len(out.text)+len(t.text) > maxCIText {
				return tooLong
			}
			out.text += t.text
		}
		out.falsy = out.text == ""
		return out
	case *hclsyntax.ConditionalExpr:
		yes, no := sub(x.TrueResult), sub(x.FalseResult)
		if yes.source != "" && no.known {
			return no
		}
		if no.source != "" && yes.known {
			return yes
		}
		return ciUnknown("a condition decides what it is")
	case *hclsyntax.ScopeTraversalExpr:
		if of, ok := b.way[x.Traversal.RootName()]; ok {
			if of = attributeOf(of, x.Traversal[1:]); of == nil {
				return ciUnknown("the matrix has no text for it")
			}
			return sub(of)
		}
		if len(x.Traversal) == 1 {
			return b.variable(f, x.Traversal.RootName(), text.at(x.Range()), depth)
		}
	case *hclsyntax.FunctionCallExpr:
		return ciText{why: "a function makes it, which keylint does not call", function: true}
	}
	return ciUnknown("it is an expression that keylint does not follow")
}

// variable is one of the file, or of one beside it.
func (b *bake) variable(f *bakeParsed, name string, at Position, depth int) ciText {
	for _, of := range append([]*bakeParsed{f}, b.files...) {
		text, declared := of.variables[name]
		if !declared {
			continue
		}
		if text != nil && !text.null {
			if t := b.value(of, text, depth+1); !t.known || t.text != "" {
				t.trace = append([]Step{{At: at, Text: "variable " + name + ", unless the environment sets it"}}, slices.Clone(t.trace)...)
				return t
			}
		}
		return ciText{source: "bake variable " + path.Join(of.file.Dir(), name), why: "the environment of whoever builds gives it, as " + Shown(name)}
	}
	return ciUnknown("nothing here declares its variable")
}
