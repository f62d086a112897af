package substitute

import (
	"errors"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// The bounds on a script. The library that parses it calls itself for each bracket, and for words and signs that
// need none ("if if if"), of which a script of this length has too few to matter.
const (
	maxScript = 256 << 10
	maxNested = 300
)

// ErrTooDeep says that a script is not parsed, because it is too long, or nested deeper than anybody writes.
var ErrTooDeep = errors.New("the script is too long or too deep to be followed")

// ParseShell parses a script for bash.
func ParseShell(name, text string) (*syntax.File, error) {
	if len(text) > maxScript || TooDeep(text) {
		return nil, ErrTooDeep
	}
	return syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), name)
}

// TooDeep says whether more brackets are open at once than is bearable. What closes none counts for nothing.
func TooDeep(text string) bool {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '(', '{', '[':
			depth++
		case ')', '}', ']':
			depth = max(depth-1, 0)
		}
		if depth > maxNested {
			return true
		}
	}
	return false
}
