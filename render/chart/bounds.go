package chart

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"

	"helm.sh/helm/v4/pkg/chart/loader/archive"
)

// maxExpansions bounds how often the templates of a chart call each other, as far as that
// stands in their text: ten that each call the next ten times are ten thousand million.
const maxExpansions = 1_000_000

// expandsTooOften counts the calls of templates by "template" and "include", each template
// as often as it is called. A template that calls itself is bounded elsewhere: by Helm, or
// by what it recurses over.
func expandsTooOften(files []*archive.BufferedFile) bool {
	calls := map[string][]string{}
	var roots []string
	for _, f := range files {
		if !strings.Contains(f.Name, "templates/") {
			continue
		}
		tree := parse.New(f.Name)
		tree.Mode = parse.SkipFuncCheck
		all := map[string]*parse.Tree{}
		if _, err := tree.Parse(string(f.Data), "", "", all); err != nil {
			continue // which Helm will say
		}
		for name, t := range all {
			calls[name] = callsIn(t.Root)
			roots = append(roots, name)
		}
	}
	cost := map[string]int{}
	var count func(name string) int
	count = func(name string) int {
		if n, known := cost[name]; known {
			return n
		}
		cost[name] = 1
		total := 1
		for _, called := range calls[name] {
			if total += count(called); total > maxExpansions {
				break
			}
		}
		cost[name] = min(total, maxExpansions+1)
		return cost[name]
	}
	for _, name := range slices.Sorted(slices.Values(roots)) {
		if count(name) > maxExpansions {
			return true
		}
	}
	return false
}

// callsIn lists the templates that a node calls by name.
func callsIn(n parse.Node) []string {
	var out []string
	each := func(nodes ...parse.Node) {
		for _, c := range nodes {
			out = append(out, callsIn(c)...)
		}
	}
	branch := func(b *parse.BranchNode) {
		each(b.Pipe, b.List)
		if b.ElseList != nil {
			each(b.ElseList)
		}
	}
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			each(n.Nodes...)
		}
	case *parse.TemplateNode:
		out = append(out, n.Name)
	case *parse.ActionNode:
		each(n.Pipe)
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	case *parse.PipeNode:
		if n == nil {
			break
		}
		for _, c := range n.Cmds {
			each(c)
		}
	case *parse.CommandNode:
		if id, ok := n.Args[0].(*parse.IdentifierNode); ok && id.Ident == "include" && len(n.Args) > 1 {
			if name, ok := n.Args[1].(*parse.StringNode); ok {
				out = append(out, name.Text)
			}
		}
		each(n.Args...)
	}
	return out
}

// onlyTells says of the notes of a chart that they change nothing of what the other templates get: neither they nor what they call, as far as that
// stands in their text.
func onlyTells(notes *archive.BufferedFile, files []*archive.BufferedFile) bool {
	all := map[string]*parse.Tree{}
	for _, f := range files {
		if strings.Contains(f.Name, "templates/") {
			trees, _ := parsed(f.Name, string(f.Data))
			maps.Copy(all, trees)
		}
	}
	seen := map[string]bool{}
	var tells func(name string) bool
	tells = func(name string) bool {
		t := all[name]
		if seen[name] || t == nil {
			return seen[name]
		}
		seen[name] = true
		only := true
		eachAction(t.Root, func(action string) { only = only && !mayChange.MatchString(action) }, func(string) {})
		return only && !slices.ContainsFunc(callsIn(t.Root), func(called string) bool { return !tells(called) })
	}
	return tells(notes.Name)
}

// mayChange matches what changes a mapping, or calls a template that its text does not name.
var mayChange = regexp.MustCompile(`\b(?:set|unset|tpl|\w*[mM]erge\w*)\b|\binclude [^"]`)

// builtins are text/template's own functions that make texts of texts, each call counted:
// a text that is printed twice into itself forty times is longer than any memory.
func builtins(count func(int)) template.FuncMap {
	return template.FuncMap{
		"print":    counted(func(args ...any) string { return fmt.Sprint(args...) }, count),
		"println":  counted(func(args ...any) string { return fmt.Sprintln(args...) }, count),
		"printf":   counted(func(format string, args ...any) string { return fmt.Sprintf(format, args...) }, count),
		"html":     counted(template.HTMLEscaper, count),
		"js":       counted(template.JSEscaper, count),
		"urlquery": counted(template.URLQueryEscaper, count),
	}
}

// comparisons are text/template's own functions that compare. They are not exported: a template that consists of the call gives the answer.
func comparisons(count func(int)) template.FuncMap {
	out := template.FuncMap{}
	for _, name := range []string{"eq", "ne", "lt", "le", "gt", "ge"} {
		t := template.Must(template.New(name).Parse("{{" + name + " .A .B}}"))
		one := func(a, b any) (bool, error) {
			var said strings.Builder
			err := t.Execute(&said, map[string]any{"A": a, "B": b})
			return said.String() == "true", err
		}
		out[name] = func(a any, rest ...any) (is bool, err error) {
			count(1)
			for _, b := range rest {
				if is, err = one(a, b); is || err != nil || name != "eq" {
					break
				}
			}
			return is, err
		}
	}
	return out
}
