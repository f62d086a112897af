package render

import (
	"math"
	"strings"

	"github.com/fluxcd/pkg/envsubst/parse"
)

// maxExpressions is how deep expressions stand in each other: ${A:-${B:-…}}. The library that reads them calls itself for each.
const maxExpressions = 100

// substitutionCost is what it costs to substitute in a text: how much is made on the way, told
// from the lengths before any of it is made. A variable of a megabyte that is used ten thousand
// times is longer than any memory. It is false where the text is no template, or too deep a one.
func substitutionCost(text string, length func(name string) int) (cost int, ok bool) {
	depth := 0
	for i := range len(text) {
		switch {
		case strings.HasPrefix(text[i:], "${"):
			if depth++; depth > maxExpressions {
				return math.MaxInt, true
			}
		case text[i] == '}' && depth > 0:
			depth--
		}
	}
	tree, err := parse.Parse(text)
	if err != nil {
		return 0, false
	}
	s := sizing{length, 0}
	made := s.of(tree.Root)
	return min(made+s.work, mostCost), true
}

// sizing adds up what substitutions cost besides the length of what they make.
type sizing struct {
	length func(name string) int
	work   int
}

// of is how long the text of a node becomes at the most.
func (s *sizing) of(n parse.Node) int {
	switch n := n.(type) {
	case *parse.TextNode:
		return len(n.Value)
	case *parse.ListNode:
		total := 0
		for _, item := range n.Nodes {
			total = min(total+s.of(item), mostCost)
		}
		return total
	case *parse.FuncNode:
		value, args := s.length(n.Param), 0
		for _, arg := range n.Args {
			args = min(args+s.of(arg), mostCost)
		}
		switch n.Name {
		case "//": // each byte may give way to the argument
			return times(value+1, args+1)
		case "#", "##", "%", "%%": // each end is held against the pattern
			s.work = min(s.work+times(times(value, value), args+1), mostCost)
		}
		return min(value+args, mostCost)
	}
	return 0
}

// mostCost is more than any budget, and may be added to itself.
const mostCost = math.MaxInt >> 2

// times is the product, or mostCost where that is less.
func times(a, b int) int {
	if a > 0 && b > mostCost/a {
		return mostCost
	}
	return a * b
}
