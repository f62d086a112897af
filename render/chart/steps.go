package chart

import (
	"reflect"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"
)

// stepsFunction counts what a template goes through. It is put round whatever a "range" goes
// over, where that is written, because the library that executes templates counts nothing:
// lists in lists of the values would go on for hours without one call.
const stepsFunction = "keylintSteps"

// withSteps puts the function into the text of a template. Lines stay where they are; a text
// that is no template stays as it is, and Helm says so.
func withSteps(name, text string) string {
	if !strings.Contains(text, "range") {
		return text
	}
	tree := parse.New(name)
	tree.Mode = parse.SkipFuncCheck
	all := map[string]*parse.Tree{}
	if _, err := tree.Parse(text, "", "", all); err != nil {
		return text
	}
	var at []int
	for _, t := range all {
		at = append(at, rangesIn(t.Root)...)
	}
	slices.Sort(at)
	for _, start := range slices.Backward(slices.Compact(at)) {
		if end := actionEnd(text, start); end > 0 {
			before := text[:start]
			if strings.HasSuffix(before, "range") { // "range.items" and "range(list)" need no space
				before += " "
			}
			text = before + stepsFunction + " (" + text[start:end] + ")" + text[end:]
		}
	}
	return text
}

// rangesIn are the places of what the ranges of a node go over.
func rangesIn(n parse.Node) []int {
	var out []int
	branch := func(b *parse.BranchNode) {
		out = append(out, rangesIn(b.List)...)
		if b.ElseList != nil {
			out = append(out, rangesIn(b.ElseList)...)
		}
	}
	switch n := n.(type) {
	case *parse.ListNode:
		for _, c := range n.Nodes {
			out = append(out, rangesIn(c)...)
		}
	case *parse.RangeNode:
		out = append(out, int(n.Pipe.Cmds[0].Position()))
		branch(&n.BranchNode)
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	}
	return out
}

// actionEnd is where the pipeline that begins at start ends: before the "}}" that is in no
// string, and the "-" and white space before that.
func actionEnd(text string, start int) int {
	for i := start; i < len(text); i++ {
		switch c := text[i]; c {
		case '"', '\'', '`':
			for i++; i < len(text) && text[i] != c; i++ {
				if text[i] == '\\' && c != '`' {
					i++
				}
			}
		case '}':
			if strings.HasPrefix(text[i:], "}}") {
				pipeline := text[start:i]
				if trimmed := strings.TrimSuffix(pipeline, "-"); len(trimmed) < len(pipeline) && strings.TrimRight(trimmed, " \t\r\n") != trimmed {
					pipeline = trimmed
				}
				return start + len(strings.TrimRight(pipeline, " \t\r\n"))
			}
		}
	}
	return 0
}

// steps is the function: each item costs one step.
func steps(count func(int)) template.FuncMap {
	return template.FuncMap{stepsFunction: func(over any) any {
		switch v := reflect.Indirect(reflect.ValueOf(over)); v.Kind() {
		case reflect.Slice, reflect.Array, reflect.Map:
			count(v.Len())
		default:
			if v.CanInt() {
				count(int(min(max(v.Int(), 0), maxTemplateCalls+1)))
			}
		}
		return over
	}}
}
