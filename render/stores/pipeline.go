package stores

import (
	"fmt"
	"strings"
	"text/template/parse"
)

// pureFunctions are sprig's that make one text of another without arguments, always the same one.
var pureFunctions = map[string]bool{
	"b64dec": true, "b64enc": true, "trim": true, "upper": true, "lower": true, "nospace": true, "quote": true, "squote": true, "sha256sum": true,
}

// maxPipeline bounds the text, in whose parentheses the library calls itself.
const maxPipeline = 64 << 10

// pipeline reads a Go template that is one data key and what its functions make of it, such as
// {{ .key | b64dec | trim }}: the key's name, and the functions that change it, in their order. why
// follows "a template" and says why that is not known; it is empty where it is.
func pipeline(text string) (name string, functions []string, why string) {
	const other = " that is not followed"
	if len(text) > maxPipeline {
		return "", nil, other
	}
	tree := parse.New("")
	tree.Mode = parse.SkipFuncCheck
	if _, err := tree.Parse(text, "", "", map[string]*parse.Tree{}); err != nil || tree.Root == nil {
		return "", nil, other
	}
	var action *parse.ActionNode
	space := false
	for _, n := range tree.Root.Nodes {
		switch n := n.(type) {
		case *parse.TextNode:
			if strings.TrimSpace(string(n.Text)) != "" {
				return "", nil, other
			}
			space = true
		case *parse.ActionNode:
			if action != nil {
				return "", nil, other
			}
			action = n
		default:
			return "", nil, other
		}
	}
	if action == nil || len(action.Pipe.Decl) > 0 {
		return "", nil, other
	}
	for i, c := range action.Pipe.Cmds {
		function, of, ok := call(c)
		switch {
		case !ok || (i == 0) != (of != ""):
			return "", nil, other
		case i == 0:
			name = of
		}
		switch {
		case function == "" || function == "toString" || function == "printf":
		case pureFunctions[function]:
			functions = append(functions, function)
		default:
			return "", nil, fmt.Sprintf(" with %s", function)
		}
	}
	if space { // it is in the value, too
		functions = append(functions, "with white space around it")
	}
	return name, functions, ""
}

// call reads one command of a pipeline: the function, and the data key that it is applied to, where
// one is. Further arguments are no part of it.
func call(c *parse.CommandNode) (function, of string, ok bool) {
	args := c.Args
	if id, is := args[0].(*parse.IdentifierNode); is {
		function, args = id.Ident, args[1:]
	}
	text := func(n parse.Node) string {
		if s, is := n.(*parse.StringNode); is {
			return s.Text
		}
		return ""
	}
	switch {
	case function == "index":
		if len(args) == 2 && args[0].Type() == parse.NodeDot && text(args[1]) != "" {
			return "", text(args[1]), true
		}
		return "", "", false
	case function == "printf":
		if len(args) == 0 || text(args[0]) != "%s" {
			return "", "", false
		}
		args = args[1:]
	}
	if len(args) == 1 {
		if f, is := args[0].(*parse.FieldNode); is && len(f.Ident) == 1 {
			return function, f.Ident[0], true
		}
	}
	return function, "", function != "" && (len(args) == 0 || !pureFunctions[function] && function != "toString" && function != "printf")
}
