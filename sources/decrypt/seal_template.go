package decrypt

import (
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"

	"github.com/keylint/keylint/keys"
)

// The controller evaluates spec.template.data with text/template and nearly all of sprig.
// keylint evaluates what only puts values into text, and does not run the rest: a manifest
// under review must not get to loop, allocate without bound or ask for the time.

// templateFunctions do what sprig's of the same name do.
var templateFunctions = template.FuncMap{
	"b64enc": func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"b64dec": func(s string) string {
		b, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			return err.Error()
		}
		return string(b)
	},
	"trim":     strings.TrimSpace,
	"quote":    func(s string) string { return fmt.Sprintf("%q", s) },
	"toString": func(s string) string { return s },
}

const (
	maxTemplate    = 64 << 10 // bytes of a template, and of a value that goes into it
	maxTemplateOut = 1 << 20  // bytes that come out, as a Secret can hold
	maxCommands    = 4        // of one action: each may lengthen its text
)

// evaluateTemplate evaluates one entry of spec.template.data over the unsealed values, and over what is handed in their place.
func evaluateTemplate(text string, values map[string]Unsealed, hand func(keys.Text) string) (made keys.Text, handed string, locked *Locked) {
	if len(text) > maxTemplate {
		return keys.Text{}, "", notEvaluated("a template larger than %d KiB", maxTemplate>>10)
	}
	tree := parse.New("template")
	tree.Mode = parse.SkipFuncCheck // so that an unknown function can be named
	set := map[string]*parse.Tree{}
	if _, err := tree.Parse(text, "", "", set); err != nil {
		return keys.Text{}, "", &Locked{Kind: Damaged, Reason: "template.data does not parse as a template, and the controller will refuse it"}
	}
	if len(set) > 1 {
		return keys.Text{}, "", notEvaluated("define or block")
	}
	check := templateCheck{used: map[string]bool{}}
	check.list(tree.Root)
	if check.refused != "" {
		return keys.Text{}, "", notEvaluated("%s", check.refused)
	}
	data, words := map[string]string{}, map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(check.used)) {
		v, ok := values[name]
		switch {
		case !ok: // the controller writes "<no value>" for it
		case v.Err != nil:
			return keys.Text{}, "", &Locked{Kind: v.Err.Kind, Reason: fmt.Sprintf("template.data uses %s: %s", printable(name), v.Err.Reason)}
		case v.Value.Text().Len() > maxTemplate:
			return keys.Text{}, "", notEvaluated("a value larger than %d KiB", maxTemplate>>10)
		default:
			data[name] = v.Value.Text().Reveal()
			if hand != nil {
				words[name] = hand(v.Value.Text())
			}
		}
	}
	t, err := template.New("template").Funcs(templateFunctions).Parse(text)
	if err != nil {
		return keys.Text{}, "", notEvaluated("what cannot be parsed")
	}
	plain, ok := execute(t, data)
	if !ok {
		return keys.Text{}, "", notEvaluated("what does not evaluate")
	}
	if hand != nil {
		handed, _ = execute(t, words)
	}
	return keys.NewText(plain), handed, nil
}

// execute fills in a template.
func execute(t *template.Template, data map[string]string) (text string, ok bool) {
	out := boundedBuilder{left: maxTemplateOut}
	if err := t.Execute(&out, data); err != nil {
		return "", false
	}
	return out.text.String(), true
}

func notEvaluated(format string, args ...any) *Locked {
	return &Locked{Kind: NotTried, Reason: "template.data uses " + fmt.Sprintf(format, args...) + ", which keylint does not evaluate"}
}

// templateCheck walks a template and finds the keys it uses, or the first thing that is
// not text, {{ .key }}, {{ index . "key" }} or a pipe of those through templateFunctions.
type templateCheck struct {
	used     map[string]bool
	refused  string
	commands int // of the present action
}

func (c *templateCheck) list(l *parse.ListNode) {
	for _, n := range l.Nodes {
		switch n := n.(type) {
		case *parse.TextNode, *parse.CommentNode:
		case *parse.ActionNode:
			c.commands = 0
			c.pipe(n.Pipe)
		default:
			c.refuse(nodeName(n))
		}
	}
}

func (c *templateCheck) pipe(p *parse.PipeNode) {
	if len(p.Decl) > 0 {
		c.refuse("a variable")
	}
	for _, command := range p.Cmds {
		if c.commands++; c.commands > maxCommands {
			c.refuse(fmt.Sprintf("a pipe of more than %d functions", maxCommands))
			return
		}
		c.command(command)
	}
}

func (c *templateCheck) command(command *parse.CommandNode) {
	first, isFunction := command.Args[0].(*parse.IdentifierNode)
	if isFunction && first.Ident == "index" {
		c.index(command.Args)
		return
	}
	for i, arg := range command.Args {
		switch arg := arg.(type) {
		case *parse.IdentifierNode:
			if _, ok := templateFunctions[arg.Ident]; !ok || i > 0 {
				c.refuse("the function " + printable(arg.Ident))
			}
		case *parse.FieldNode:
			if len(arg.Ident) != 1 {
				c.refuse("a field of a field")
				continue
			}
			c.used[arg.Ident[0]] = true
		case *parse.StringNode:
		case *parse.PipeNode:
			c.pipe(arg)
		default:
			c.refuse(nodeName(arg))
		}
	}
}

func (c *templateCheck) index(args []parse.Node) {
	if len(args) == 3 {
		_, dot := args[1].(*parse.DotNode)
		if key, ok := args[2].(*parse.StringNode); ok && dot {
			c.used[key.Text] = true
			return
		}
	}
	c.refuse("index in another form than index . \"key\"")
}

func (c *templateCheck) refuse(what string) {
	if c.refused == "" {
		c.refused = what
	}
}

func nodeName(n parse.Node) string {
	switch n.Type() {
	case parse.NodeIf:
		return "if"
	case parse.NodeRange:
		return "range"
	case parse.NodeWith:
		return "with"
	case parse.NodeTemplate:
		return "template"
	case parse.NodeDot:
		return "all values at once"
	case parse.NodeVariable:
		return "a variable"
	}
	return "an expression"
}

// boundedBuilder refuses to grow beyond its bound.
type boundedBuilder struct {
	text strings.Builder
	left int
}

var errTooLong = errors.New("too long")

func (b *boundedBuilder) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errTooLong
	}
	return b.text.Write(p)
}
