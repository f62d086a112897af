package chart

import (
	"reflect"
	"slices"
	"strings"
	"sync"
	"text/template"
	"text/template/parse"
)

// The functions that count what a template goes through. They are put into its text, because
// the library that executes templates counts nothing: lists in lists of the values would go on for
// hours without one call, and templates that call each other twice double on every level.
const (
	stepsFunction = "keylintSteps" // round what a "range" goes over
	enterFunction = "keylintEnter" // round the name of a template that is called
	textFunction  = "keylintText"  // round the text that "tpl" fills in
	leaveFunction = "keylintLeave" // round both calls
	countFunction = "keylintCount" // where a call has no room for these
)

// The functions by which it is seen what a template decides where it calls none of those that it is given, or one that cannot be put round.
const (
	truthFunction = "keylintTruth" // round, or behind, what is asked whether it is empty
	askedFunction = "keylintAsked" // round what names something, or of which something is told that is no text
	quietFunction = "keylintQuiet" // round a template of which nothing is deployed
)

// The bounds on calls of templates.
const (
	maxCallDepth = 300   // how deep they call each other
	tplCost      = 400   // calls that one of "tpl" counts as, which copies all templates
	deepCost     = 100   // and one whose depth is not known, but then is less than their number
	maxActions   = 1_000 // how deep actions and parentheses stand in each other
)

// insertion is what is put into a text.
type insertion struct {
	at   int
	text string
}

// withSteps puts the functions into the text of a template. Lines stay where they are; a text
// that is no template stays as it is, and Helm says so.
func withSteps(name, text string) (string, error) {
	if !strings.Contains(text, "{{") {
		return text, nil
	}
	if actionsTooDeep(text) {
		return "", ErrTooMuch
	}
	all, err := parsed(name, text)
	if err != nil {
		return text, nil
	}
	var put []insertion
	for _, t := range all {
		insertions(text, t.Root, &put)
	}
	slices.SortStableFunc(put, func(a, b insertion) int { return a.at - b.at })
	var b strings.Builder
	from := 0
	for _, i := range put {
		b.WriteString(text[from:i.at] + i.text)
		from = i.at
	}
	return b.String() + text[from:], nil
}

// insertions finds what is put into the text of a node, what stands outside before what stands within.
func insertions(text string, n parse.Node, put *[]insertion) {
	add := func(at int, text string) { *put = append(*put, insertion{at, text}) }
	all := func(nodes ...parse.Node) {
		for _, n := range nodes {
			insertions(text, n, put)
		}
	}
	branch := func(b *parse.BranchNode, by string) {
		all(b.Pipe)
		if end := actionEnd(text, int(b.Pipe.Cmds[0].Position())); end > 0 && by != "" {
			add(end, watched(" | ", truthFunction, by))
		}
		all(b.List)
		if b.ElseList != nil {
			all(b.ElseList)
		}
	}
	switch n := n.(type) {
	case *parse.ListNode:
		all(n.Nodes...)
	case *parse.RangeNode:
		start := int(n.Pipe.Cmds[0].Position())
		if end := actionEnd(text, start); end > 0 {
			space := ""
			if strings.HasSuffix(text[:start], "range") { // "range.items" and "range(list)" need none
				space = " "
			}
			add(start, space+stepsFunction+" (")
			add(end, ")")
		}
		branch(&n.BranchNode, "")
	case *parse.IfNode:
		branch(&n.BranchNode, "if")
	case *parse.WithNode:
		branch(&n.BranchNode, "with")
	case *parse.ActionNode:
		all(n.Pipe)
	case *parse.TemplateNode:
		name := int(n.Pos)
		if end := actionEnd(text, name); end > 0 && n.Pipe != nil && strings.HasSuffix(strings.TrimRight(text[:name], " \t\r\n"), "template") {
			add(operandEnd(text, name), " "+countFunction+" (")
			add(end, ")")
		}
		if n.Pipe != nil {
			all(n.Pipe)
		}
	case *parse.ChainNode:
		all(n.Node)
	case *parse.PipeNode:
		for i, c := range n.Cmds {
			called(text, c, i == 0, add)
			asked(text, n.Cmds, i, add)
			all(c.Args...)
		}
	}
}

// called puts functions round a call of "include" or "tpl". One that stands behind a "|" gets its last argument from
// there, and nothing can be put round it.
func called(text string, c *parse.CommandNode, first bool, add func(int, string)) {
	id, ok := c.Args[0].(*parse.IdentifierNode)
	if !ok || id.Ident != "include" && id.Ident != "tpl" || len(c.Args) < 2 {
		return
	}
	start := int(id.Pos)
	operand := start + len(id.Ident)
	operand += len(text[operand:]) - len(strings.TrimLeft(text[operand:], " \t\r\n"))
	function := textFunction
	switch {
	case id.Ident == "include" && first:
		function = enterFunction
	case id.Ident == "include":
		function = countFunction
	}
	if first {
		add(start, leaveFunction+" (")
	}
	add(operand, "("+function+" ")
	add(operandEnd(text, operand), ")")
	if first {
		add(commandEnd(text, start), ")")
	}
}

// asked puts functions round the arguments of and behind what goes into a call of a function that text/template or Helm keeps to itself, or of a
// method.
func asked(text string, commands []*parse.CommandNode, at int, add func(int, string)) {
	c := commands[at]
	function, by := askedFunction, "a method"
	switch called := c.Args[0].(type) {
	case *parse.IdentifierNode:
		if by = called.Ident; given()[by] {
			return
		}
		if asksTruth[by] {
			function = truthFunction
		}
	case *parse.FieldNode, *parse.VariableNode, *parse.ChainNode:
		if len(c.Args) == 1 && at == 0 {
			return
		}
	default:
		return
	}
	if at > 0 {
		add(commandEnd(text, int(commands[at-1].Pos)), watched(" | ", function, by))
	}
	for begin, n := operandEnd(text, int(c.Pos)), 1; n < len(c.Args); n++ {
		begin += len(text[begin:]) - len(strings.TrimLeft(text[begin:], " \t\r\n"))
		end := operandEnd(text, begin)
		add(begin, watched("(", function, by)+" ")
		add(end, ")")
		begin = end
	}
}

// watched is a call of one of the functions, that of which what it looks at is given to.
func watched(before, function, by string) string { return before + function + " `" + by + "`" }

// asksTruth are the functions that ask of each of their arguments whether it is empty.
var asksTruth = set("and", "or", "not", "required")

// given are the functions that templates get from here, which look at words themselves, and those whose arguments matter to none: what "include" and
// "tpl" get is looked at apart.
var given = sync.OnceValue(func() map[string]bool {
	out := set("include", "tpl")
	for name := range functions(&decisions{}, func(int) {}) {
		out[name] = true
	}
	return out
})

// actionEnd is where the pipeline that begins at start ends: before the "}}" that is in no
// string, and the "-" and white space before that.
func actionEnd(text string, start int) int {
	return end(text, start, func(i, _ int) bool { return strings.HasPrefix(text[i:], "}}") })
}

// commandEnd is where the command that begins at start ends: before the "|" or ")" behind it, or with its action.
func commandEnd(text string, start int) int {
	return end(text, start, func(i, depth int) bool {
		return depth == 0 && (text[i] == '|' || text[i] == ')') || strings.HasPrefix(text[i:], "}}")
	})
}

// operandEnd is where the operand that begins at start ends.
func operandEnd(text string, start int) int {
	return end(text, start, func(i, depth int) bool {
		return depth == 0 && strings.IndexByte(" \t\r\n|)", text[i]) >= 0 || strings.HasPrefix(text[i:], "}}")
	})
}

// end is the first place from start on, in no string, that is one, without the "-" and white space before it; 0 where there is none.
func end(text string, start int, is func(i, depth int) bool) int {
	depth := 0
	for i := start; i < len(text); i++ {
		if is(i, depth) {
			part := text[start:i]
			if trimmed := strings.TrimSuffix(part, "-"); strings.HasPrefix(text[i:], "}}") && strings.TrimRight(trimmed, " \t\r\n") != trimmed {
				part = trimmed
			}
			return start + len(strings.TrimRight(part, " \t\r\n"))
		}
		switch c := text[i]; c {
		case '"', '\'', '`':
			for i++; i < len(text) && text[i] != c; i++ {
				if text[i] == '\\' && c != '`' {
					i++
				}
			}
		case '(':
			depth++
		case ')':
			depth--
		}
	}
	return 0
}

// actionsTooDeep says whether more actions or parentheses are open at once than the library is given, which calls
// itself for each.
func actionsTooDeep(text string) bool {
	var open []int // how many actions each "end" to come closes
	actions, parentheses := 0, 0
	for i := range len(text) {
		switch {
		case text[i] == '(':
			parentheses++
		case text[i] == ')' && parentheses > 0:
			parentheses--
		case strings.HasPrefix(text[i:], "{{"):
			parentheses = 0
			switch word := firstWord(text[i+2:]); {
			case word == "end" && len(open) > 0:
				actions -= open[len(open)-1]
				open = open[:len(open)-1]
			case word == "else" && len(open) > 0: // "else if" is one in the other
				actions++
				open[len(open)-1]++
			case slices.Contains([]string{"if", "range", "with", "define", "block"}, word):
				actions++
				open = append(open, 1)
			}
		}
		if max(actions, parentheses) > maxActions {
			return true
		}
	}
	return false
}

// firstWord is what an action begins with.
func firstWord(text string) string {
	text = strings.TrimLeft(strings.TrimPrefix(text[:min(len(text), 100)], "-"), " \t\r\n")
	return text[:len(text)-len(strings.TrimLeft(text, "abcdefghijklmnopqrstuvwxyz"))]
}

// steps are the functions. Each item and each call costs a step.
func steps(count func(int), d *decisions) template.FuncMap {
	depth := 0
	enter := func(cost int) {
		count(cost)
		if depth++; depth > maxCallDepth {
			panic(ErrTooMuch)
		}
	}
	asked := func(by string, v reflect.Value) reflect.Value {
		if d.in(v).Any() {
			d.decided(by, v)
		}
		return v
	}
	return template.FuncMap{
		stepsFunction: func(over any) any {
			switch v := reflect.Indirect(reflect.ValueOf(over)); v.Kind() {
			case reflect.Slice, reflect.Array, reflect.Map:
				count(v.Len())
			default:
				if v.CanInt() {
					count(int(min(max(v.Int(), 0), maxTemplateCalls+1)))
				}
			}
			return over
		},
		countFunction: func(v any) any { count(deepCost); asked("include", reflect.ValueOf(v)); return v },
		enterFunction: func(name string) string { enter(1); asked("include", reflect.ValueOf(name)); return name },
		textFunction: func(text string) (string, error) {
			enter(tplCost)
			if d.isWritten(text) {
				d.decided("tpl", reflect.ValueOf(text))
			}
			return withSteps("", text)
		},
		leaveFunction: func(text string) string { depth--; return text },
		truthFunction: func(by string, v reflect.Value) reflect.Value {
			if d.maybeEmpty(v) {
				d.decided(by, v)
			}
			return v
		},
		askedFunction: asked,
		quietFunction: func(on bool) string { d.quiet = on; return "" },
	}
}

// isWritten says whether words stand in the actions of a template, or become some there.
func (d *decisions) isWritten(text string) bool {
	if !d.words.In(text).Any() {
		return false
	}
	all, err := parsed("", text)
	if err != nil {
		return true
	}
	var outside strings.Builder
	within := false
	for name, t := range all {
		within = within || d.words.In(name).Any()
		eachAction(t.Root, func(action string) { within = within || d.words.In(action).Any() }, func(text string) { outside.WriteString(text + "\x00") })
	}
	held := d.words.In(outside.String())
	return within || !held.Whole || !d.words.Shared(text, []string{outside.String()})
}

// parsed is what a text says, with the templates that it defines.
func parsed(name, text string) (map[string]*parse.Tree, error) {
	tree := parse.New(name)
	tree.Mode = parse.SkipFuncCheck
	all := map[string]*parse.Tree{}
	_, err := tree.Parse(text, "", "", all)
	return all, err
}

// eachAction visits the actions of a template, and the texts between them.
func eachAction(n parse.Node, action, between func(string)) {
	branch := func(b *parse.BranchNode) {
		action(b.Pipe.String())
		eachAction(b.List, action, between)
		if b.ElseList != nil {
			eachAction(b.ElseList, action, between)
		}
	}
	switch n := n.(type) {
	case *parse.ListNode:
		for _, child := range n.Nodes {
			eachAction(child, action, between)
		}
	case *parse.TextNode:
		between(string(n.Text))
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	default:
		action(n.String())
	}
}
