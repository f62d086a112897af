package sources

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/nodes"
)

// tfScope is a module where it is applied or called: what its expressions are worth there.
type tfScope struct {
	*terraform
	*tfModule
	caller *tfScope        // nil of the one that is applied
	call   *hclsyntax.Body // what the caller gives it
	as     string          // what it is called there: "module.supabase"
	naming bool            // a default of a variable is taken for its value, as far as names go
}

// tfValue is what an expression is worth.
type tfValue struct {
	text   string
	known  bool
	absent bool // it is null
	at     Position
	of     string // what is not known: "var.anon_key"
	source string // its identity; empty where it has none
	why    string // and the reason, where that is not Terraform's
	piped  []string
}

// in is the value of an entry that stands at a place.
func (v tfValue) in(at Position) keys.Value {
	if v.known {
		return keys.Known(keys.NewText(v.text))
	}
	why := v.why
	if why == "" {
		why = fmt.Sprintf("Terraform makes it in %s:%d from %s", at.File, at.Line, v.of)
	}
	if v.source == "" {
		return keys.Unknown(why)
	}
	value := keys.UnknownFrom(v.source, why)
	for _, function := range v.piped {
		if function == "base64decode" {
			value = value.Decoded()
		} else {
			value = value.Piped(function)
		}
	}
	return value
}

// root is the module that is applied.
func (s *tfScope) root() *tfScope {
	for s.caller != nil {
		s = s.caller
	}
	return s
}

// identity names what an address means in the module as it is called here.
func (s *tfScope) identity(address string) string {
	for c := s; c.caller != nil; c = c.caller {
		address = c.as + "." + address
	}
	return "Terraform in " + s.root().dir + ": " + address
}

// child is a module that this one calls; nil where it is not in the repository.
func (s *tfScope) child(name string) *tfScope {
	call, ok := s.calls[name]
	m := s.modules[call.dir]
	if !ok || m == nil {
		return nil
	}
	return &tfScope{terraform: s.terraform, tfModule: m, caller: s, call: call.body, as: "module." + name, naming: s.naming}
}

// position is a place in a file of a module.
func (t *terraform) position(r hcl.Range) Position {
	p := Position{File: r.Filename, Line: r.Start.Line, Column: r.Start.Column}
	if f := t.repo.File(r.Filename); f != nil {
		if b, err := f.Disk(); err == nil && r.End.Byte <= len(b) {
			p.Column = r.Start.Byte - bytes.LastIndexByte(b[:r.Start.Byte], '\n')
			if r.Start.Line == r.End.Line {
				p.EndColumn = p.Column + r.End.Byte - r.Start.Byte
			}
		}
	}
	return p
}

// named is the name of an object, for which the default of a variable counts; false where it is not known.
func (s *tfScope) named(a *hclsyntax.Attribute) (string, bool) {
	if a == nil {
		return "", false
	}
	guessing := *s
	guessing.naming = true
	v := guessing.value(a.Expr, nil, 0)
	return v.text, v.known
}

// mapping follows variables and locals to the expression that they stand for, with the scope in which it stands.
func (s *tfScope) mapping(x hclsyntax.Expression, depth int) (*tfScope, hclsyntax.Expression) {
	for range maxTerraformCalls {
		switch is := x.(type) {
		case *hclsyntax.ParenthesesExpr:
			x = is.Expression
		case *hclsyntax.ScopeTraversalExpr:
			scope, found, rest := s.leads(is.Traversal)
			if found == nil || len(rest) > 0 {
				return s, x
			}
			s, x = scope, found
		default:
			return s, x
		}
	}
	return s, x
}

// leads finds the expression for which a variable, a local or a module's output stands, and what is taken of it.
func (s *tfScope) leads(t hcl.Traversal) (*tfScope, hclsyntax.Expression, hcl.Traversal) {
	if len(t) < 2 {
		return s, nil, nil
	}
	name, rest := step(t[1]), t[2:]
	switch t.RootName() {
	case "local":
		return s, s.locals[name], rest
	case "module":
		if child := s.child(name); child != nil && len(rest) > 0 {
			return child, child.outputs[step(rest[0])], rest[1:]
		}
	case "var":
		switch {
		case s.caller != nil && s.call.Attributes[name] != nil:
			return s.caller, s.call.Attributes[name].Expr, rest
		case s.caller != nil: // nobody else can set it
			return s, s.defaults[name], rest
		case s.choice[name]:
		case s.given[name] != nil:
			return s, s.given[name], rest
		case s.naming:
			return s, s.defaults[name], rest
		}
	}
	return s, nil, nil
}

// step is the name of a step of an address; empty of one that has none.
func step(t hcl.Traverser) string {
	switch t := t.(type) {
	case hcl.TraverseAttr:
		return t.Name
	case hcl.TraverseIndex:
		if t.Key.Type() == cty.String {
			return t.Key.AsString()
		}
		if t.Key.Type() == cty.Number {
			return t.Key.AsBigFloat().Text('f', -1)
		}
	}
	return ""
}

// addressOf is an address as it is written.
func addressOf(t hcl.Traversal) string {
	var steps []string
	for _, s := range t[1:] {
		steps = append(steps, step(s))
	}
	return strings.Join(append([]string{t.RootName()}, steps...), ".")
}

// value is what an expression is worth, or what of it a path leads to.
func (s *tfScope) value(x hclsyntax.Expression, rest hcl.Traversal, depth int) tfValue {
	unknown := func(of string) tfValue { return tfValue{of: of, at: s.position(x.Range())} }
	if s.steps++; s.steps > maxTerraformSteps || depth > maxTerraformNests {
		return unknown("an expression that is too long to follow")
	}
	switch x := x.(type) {
	case *hclsyntax.ParenthesesExpr:
		return s.value(x.Expression, rest, depth+1)
	case *hclsyntax.TemplateWrapExpr:
		return s.value(x.Wrapped, rest, depth+1)
	case *hclsyntax.ObjectConsKeyExpr:
		if word := hcl.ExprAsKeyword(x.Wrapped); word != "" && !x.ForceNonLiteral {
			return tfValue{text: word, known: true, at: s.position(x.Range())}
		}
		return s.value(x.Wrapped, rest, depth+1)
	case *hclsyntax.LiteralValueExpr:
		if text, ok := scalarText(x.Val); ok && len(rest) == 0 {
			return tfValue{text: text, known: true, at: s.position(x.Range())}
		}
		if x.Val.IsNull() {
			return tfValue{absent: true}
		}
	case *hclsyntax.TemplateExpr:
		return s.template(x, depth)
	case *hclsyntax.ObjectConsExpr:
		for _, item := range x.Items {
			if len(rest) > 0 && step(rest[0]) != "" {
				if key := s.value(item.KeyExpr, nil, depth+1); key.known && key.text == step(rest[0]) {
					return s.value(item.ValueExpr, rest[1:], depth+1)
				}
			}
		}
	case *hclsyntax.RelativeTraversalExpr:
		return s.value(x.Source, append(x.Traversal[:len(x.Traversal):len(x.Traversal)], rest...), depth+1)
	case *hclsyntax.ScopeTraversalExpr:
		t := append(x.Traversal[:len(x.Traversal):len(x.Traversal)], rest...)
		if scope, found, rest := s.leads(t); found != nil {
			v := scope.value(found, rest, depth+1)
			if !v.known && v.of == "" {
				v.of = addressOf(t)
			}
			return v
		}
		return s.reference(x, t, depth)
	case *hclsyntax.FunctionCallExpr:
		if len(x.Args) == 1 && len(rest) == 0 {
			return s.function(x, depth)
		}
		return unknown("the function " + x.Name)
	case *hclsyntax.ConditionalExpr:
		return unknown("a condition")
	}
	return unknown("an expression that is not followed")
}

func scalarText(v cty.Value) (string, bool) {
	switch {
	case v.IsNull() || !v.IsKnown():
		return "", false
	case v.Type() == cty.String:
		return v.AsString(), true
	case v.Type() == cty.Number:
		return v.AsBigFloat().Text('f', -1), true
	case v.Type() == cty.Bool:
		return fmt.Sprint(v.True()), true
	}
	return "", false
}

// template is a text in quotes, or a here-document. One with something in it that is not known has no identity.
func (s *tfScope) template(x *hclsyntax.TemplateExpr, depth int) tfValue {
	out := tfValue{known: true, at: s.position(x.Range())}
	var text strings.Builder
	for _, part := range x.Parts {
		v := s.value(part, nil, depth+1)
		if len(x.Parts) == 1 {
			return v
		}
		if !v.known {
			return tfValue{of: "a text with " + v.of, at: out.at}
		}
		if text.WriteString(v.text); text.Len() > maxTerraformSize {
			return tfValue{of: "a text that is too long", at: out.at}
		}
	}
	out.text = text.String()
	s.steps += text.Len() / perStep
	return out
}

// reference is the value of an address that stands for no other expression.
func (s *tfScope) reference(x hclsyntax.Expression, t hcl.Traversal, depth int) tfValue {
	full := addressOf(t)
	out := tfValue{of: full, at: s.position(x.Range())}
	switch root := t.RootName(); root {
	case "path":
		if name, err := filepath.Rel(filepath.FromSlash(s.root().dir), filepath.FromSlash(s.dir)); full == "path.module" && err == nil {
			return tfValue{text: filepath.ToSlash(name), known: true, at: out.at}
		}
		return tfValue{text: ".", known: full == "path.root" || full == "path.cwd", of: full, at: out.at}
	case "each", "count", "self", "terraform":
		return out
	case "kubernetes_namespace", "kubernetes_namespace_v1":
		if made := s.spaces[root+"."+step(t[1])]; made != nil {
			return s.namespace(made, t, out, depth)
		}
	case "data":
		if len(t) > 4 && step(t[1]) == "sops_file" && step(t[3]) == "data" {
			if made := s.lookups["sops_file."+step(t[2])]; made != nil {
				return s.encrypted(made, step(t[4]), out, depth)
			}
		}
		if strings.HasPrefix(step(t[1]), "kubernetes_namespace") && len(t) > 2 {
			if read := s.lookups[step(t[1])+"."+step(t[2])]; read != nil {
				return s.namespace(read, t, out, depth)
			}
		}
	}
	for _, part := range t[1:] {
		if step(part) == "" {
			return out
		}
	}
	out.source = s.identity(full)
	return out
}

// namespace is the name of a namespace that a block makes, or looks up.
func (s *tfScope) namespace(block *hclsyntax.Block, t hcl.Traversal, out tfValue, depth int) tfValue {
	if last := step(t[len(t)-1]); last != "name" && last != "id" {
		return out
	}
	for _, b := range block.Body.Blocks {
		if name := b.Body.Attributes["name"]; b.Type == "metadata" && name != nil {
			return s.value(name.Expr, nil, depth+1)
		}
	}
	return out
}

// function is what a function of one argument makes of it.
func (s *tfScope) function(x *hclsyntax.FunctionCallExpr, depth int) tfValue {
	v := s.value(x.Args[0], nil, depth+1)
	plain, changes := tfFunctions[x.Name]
	switch {
	case !changes:
		return tfValue{of: "the function " + x.Name, at: s.position(x.Range())}
	case plain == nil:
		return v
	case !v.known:
		v.piped = append(v.piped[:len(v.piped):len(v.piped)], x.Name)
		return v
	}
	text, err := plain(v.text)
	switch {
	case err != nil:
		return tfValue{of: "what " + x.Name + " cannot read", at: v.at}
	case len(text) > maxTerraformSize:
		return tfValue{of: "a text that is too long", at: v.at}
	}
	v.text = text
	s.steps += len(text) / perStep
	return v
}

// perStep is how much of a text counts as a step.
const perStep = 1000

// tfFunctions are those that make one text of another, nil where it is the same one.
var tfFunctions = map[string]func(string) (string, error){
	"sensitive": nil, "nonsensitive": nil, "tostring": nil,
	"trimspace":    func(s string) (string, error) { return strings.TrimSpace(s), nil },
	"chomp":        func(s string) (string, error) { return strings.TrimRight(s, "\r\n"), nil },
	"base64encode": func(s string) (string, error) { return base64.StdEncoding.EncodeToString([]byte(s)), nil },
	"base64decode": func(s string) (string, error) {
		b, err := base64.StdEncoding.DecodeString(s)
		return string(b), err
	},
}

// encrypted is what the provider of SOPS gives of a file, in which what lies deeper is called by its way, with dots
// (carlpett/terraform-provider-sops: data source sops_file).
func (s *tfScope) encrypted(made *hclsyntax.Block, key string, out tfValue, depth int) tfValue {
	out.source = s.identity(out.of)
	source := made.Body.Attributes["source_file"]
	if source == nil {
		return out
	}
	named := s.value(source.Expr, nil, depth+1)
	name := path.Join(s.root().dir, named.text)
	f := s.repo.File(name)
	if !named.known || f == nil || !s.repo.SameTree(s.dir, name) {
		return out
	}
	for _, d := range f.Documents() {
		n := nodes.Field(d.Root, key)
		if n == nil {
			n = nodes.Field(d.Root, strings.Split(key, ".")...)
		}
		if n == nil {
			continue
		}
		if out.at = d.Position(n); f.Locked() != nil {
			out.source, out.why = name+"#"+key, f.Locked().Reason
			return out
		}
		out.text, out.known = nodes.Text(n), true
		return out
	}
	return out
}
