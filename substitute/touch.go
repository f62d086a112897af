package substitute

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
)

// touches says whether an expression may find something within a value of the line, where a mark stands for it: what a program then does
// cannot be told of the mark. A word as long as a placeholder is taken to stand in no value.
func (m *marks) touches(expr *regexp.Regexp, line string) bool {
	if !strings.ContainsRune(line, valueOpen) {
		return false
	}
	parsed := m.parsed[expr]
	if parsed == nil {
		var err error
		if parsed, err = syntax.Parse(expr.String(), syntax.Perl); err != nil {
			return true
		}
		if m.parsed == nil {
			m.parsed = map[*regexp.Regexp]*syntax.Regexp{}
		}
		m.parsed[expr] = parsed
	}
	return touchesIn(parsed, line)
}

func touchesIn(re *syntax.Regexp, line string) bool {
	switch re.Op {
	case syntax.OpLiteral:
		return touchesLiteral(string(re.Rune), line)
	case syntax.OpCharClass:
		return takesSome(re)
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			if sub.Op == syntax.OpLiteral && !strings.Contains(line, string(sub.Rune)) && !touchesLiteral(string(sub.Rune), line) {
				return false // it does not match at all
			}
		}
	}
	return slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool { return touchesIn(sub, line) })
}

// touchesLiteral says whether a text, or a part of it at the edge of a mark, may stand in a value.
func touchesLiteral(text, line string) bool {
	if inValue(text) {
		return len(text) < keys.MinHidden || strings.HasPrefix(text, "eyJ") || strings.HasPrefix(text, "sb_")
	}
	for i := 1; i < len(text); i++ {
		if inValue(text[i:]) && strings.Contains(line, text[:i]+string(valueOpen)) || inValue(text[:i]) && strings.Contains(line, string(valueClose)+text[i:]) {
			return true
		}
	}
	return false
}

// inValue says whether a mark may stand for a text.
func inValue(text string) bool { return strings.Trim(text, plainSigns) == "" }

const plainSigns = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"

// takesSome says whether a class takes some of the characters of values, and not all.
func takesSome(class *syntax.Regexp) bool {
	n := 0
	for _, r := range plainSigns {
		for i := 0; i+1 < len(class.Rune); i += 2 {
			if class.Rune[i] <= r && r <= class.Rune[i+1] {
				n++
			}
		}
	}
	return n > 0 && n < len(plainSigns)
}
