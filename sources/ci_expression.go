package sources

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// GitHub's expressions, as far as they say which text a variable gets (docs.github.com: Evaluate expressions in workflows and
// actions). What is not known here stays unknown; of a condition that only the run decides both ways are read, one after the
// other, where there is one such condition in a job.

// expressions reads those of one job.
type expressions struct {
	contexts   func(path []string, at Position) ciText // what a name stands for: "secrets", "X"
	assumed    string                                  // a condition that is taken to hold, or not
	holds      bool
	conditions []string // those that were asked for and are not known
}

const (
	maxExpression      = 4 << 10 // bytes of one
	maxExpressionDepth = 30
)

// segment is a part of a text: plain, or an expression.
type segment struct {
	text       string // the expression without its braces
	expression bool
	start, end int // of the whole
}

// segments cuts a text at its expressions; false where one does not end.
func segments(text string) ([]segment, bool) {
	var out []segment
	for from := 0; ; {
		i := strings.Index(text[from:], "${{")
		if i < 0 {
			if from < len(text) {
				out = append(out, segment{text: text[from:], start: from, end: len(text)})
			}
			return out, true
		}
		start := from + i
		if i > 0 {
			out = append(out, segment{text: text[from:start], start: from, end: start})
		}
		end, quoted := -1, false
		for k := start + 3; k+1 < len(text) && k < start+maxExpression; k++ {
			switch {
			case text[k] == '\'':
				quoted = !quoted // '' within a text closes it and opens it again
			case !quoted && text[k] == '}' && text[k+1] == '}':
				end = k + 2
			}
			if end > 0 {
				break
			}
		}
		if end < 0 {
			return nil, false
		}
		out = append(out, segment{text: text[start+3 : end-2], expression: true, start: start, end: end})
		from = end
	}
}

// expand is what a text comes to. place leads from a stretch of it to the disk.
func (e *expressions) expand(text string, place func(start, end int) Position) ciText {
	parts, ok := segments(text)
	if !ok {
		return ciUnknown("an expression there does not end")
	}
	if len(parts) == 0 {
		return ciKnown("", place(0, 0))
	}
	if len(parts) == 1 {
		if !parts[0].expression {
			return ciKnown(text, place(0, len(text)))
		}
		return e.evaluate(parts[0], place)
	}
	var b strings.Builder
	for _, p := range parts {
		if !p.expression {
			b.WriteString(p.text)
			continue
		}
		t := e.evaluate(p, place)
		if !t.known {
			return ciUnknown(t.why)
		}
		if b.Len()+len(t.text) > maxCIText {
			return tooLong
		}
		b.WriteString(t.text)
	}
	return ciKnown(b.String(), place(0, len(text)))
}

// evaluate is what an expression comes to.
func (e *expressions) evaluate(s segment, place func(start, end int) Position) ciText {
	tokens, err := lexExpression(s.text)
	if err == nil {
		p := &expressionParser{e: e, text: s.text, tokens: tokens, place: func(start, end int) Position { return place(s.start+3+start, s.start+3+end) }}
		t := p.or()
		if p.err == nil && p.next < len(p.tokens) {
			p.err = errExpression
		}
		if err = p.err; err == nil {
			if t.known && t.at.File == "" {
				t.at = place(s.start, s.end)
			}
			return t
		}
	}
	return ciUnknown("it is an expression that keylint does not know")
}

var errExpression = errors.New("not an expression")

type expressionToken struct {
	kind       byte // 'a' a name, 's' a text, 'n' a number, else an operator
	text       string
	start, end int
}

func lexExpression(text string) ([]expressionToken, error) {
	var out []expressionToken
	for i := 0; i < len(text); {
		start := i
		switch c := text[i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
			continue
		case c == '\'':
			var b strings.Builder
			for i++; ; i++ {
				if i >= len(text) {
					return nil, errExpression
				}
				if text[i] == '\'' {
					if i+1 < len(text) && text[i+1] == '\'' {
						i++
					} else {
						break
					}
				}
				b.WriteByte(text[i])
			}
			i++
			out = append(out, expressionToken{'s', b.String(), start, i})
		case c >= '0' && c <= '9' || c == '-' && i+1 < len(text) && text[i+1] >= '0' && text[i+1] <= '9':
			for i++; i < len(text) && (isTokenName(text[i]) || text[i] == '.'); i++ {
			}
			out = append(out, expressionToken{'n', text[start:i], start, i})
		case isTokenName(c):
			for i++; i < len(text) && isTokenName(text[i]); i++ {
			}
			out = append(out, expressionToken{'a', text[start:i], start, i})
		default:
			i++
			two := ""
			if i < len(text) {
				two = text[start : i+1]
			}
			if slices.Contains([]string{"||", "&&", "==", "!=", "<=", ">="}, two) {
				i++
			} else if !strings.ContainsRune("!<>()[].,*", rune(c)) {
				return nil, errExpression
			}
			out = append(out, expressionToken{'o', text[start:i], start, i})
		}
	}
	return out, nil
}

func isTokenName(c byte) bool { return isNamePart(c) || c == '-' }

// expressionParser reads an expression and works it out at once.
type expressionParser struct {
	e      *expressions
	text   string
	tokens []expressionToken
	next   int
	depth  int
	err    error
	place  func(start, end int) Position
}

func (p *expressionParser) is(op string) bool {
	return p.next < len(p.tokens) && p.tokens[p.next].kind == 'o' && p.tokens[p.next].text == op
}

func (p *expressionParser) take(op string) bool {
	if p.is(op) {
		p.next++
		return true
	}
	return false
}

func (p *expressionParser) want(op string) {
	if !p.take(op) && p.err == nil {
		p.err = errExpression
	}
}

// since is the text of what was read since a token.
func (p *expressionParser) since(first int) string {
	if first >= len(p.tokens) || p.next == 0 || first >= p.next {
		return ""
	}
	return strings.TrimSpace(p.text[p.tokens[first].start:p.tokens[p.next-1].end])
}

func (p *expressionParser) or() ciText {
	left := p.and()
	for p.take("||") {
		right := p.and()
		switch {
		case left.known && !left.falsy, left.chosen && left.source != "":
		case left.known:
			left = right
		case left.source != "" && right.known: // it counts where nobody sets the other
			right.trace = append(slices.Clone(right.trace), Step{At: right.at, Text: "unless " + left.source + " is set"})
			left = right
		case left.source != "" && right.source != "":
			left = ciUnknown("it is " + left.source + ", or else " + right.source)
		default:
			left = ciUnknown("what it is depends on the run")
		}
	}
	return left
}

func (p *expressionParser) and() ciText {
	first := p.next
	left := p.compare()
	for p.is("&&") {
		condition := p.since(first)
		p.next++
		right := p.compare()
		known, holds := left.known, !left.falsy
		if !known {
			known, holds = p.e.decided(condition)
		}
		switch {
		case known && holds:
			left = right
			left.chosen = true
		case known:
			left = ciText{known: true, falsy: true}
		default:
			left = ciUnknown("what it is depends on the run")
		}
	}
	return left
}

// decided says of a condition that only the run decides what is taken of it for now.
func (e *expressions) decided(condition string) (known, holds bool) {
	if !slices.Contains(e.conditions, condition) {
		e.conditions = append(e.conditions, condition)
	}
	return e.assumed != "" && e.assumed == condition, e.holds
}

func (p *expressionParser) compare() ciText {
	left := p.unary()
	for _, op := range []string{"==", "!=", "<=", ">=", "<", ">"} {
		if !p.take(op) {
			continue
		}
		right := p.unary()
		if !left.known || !right.known || op[0] == '<' || op[0] == '>' {
			return ciUnknown("what it is depends on the run")
		}
		return ciBool(strings.EqualFold(left.text, right.text) == (op == "=="))
	}
	return left
}

func ciBool(b bool) ciText { return ciText{text: strconv.FormatBool(b), known: true, falsy: !b} }

func (p *expressionParser) unary() ciText {
	if p.depth++; p.depth > maxExpressionDepth {
		p.err = errExpression
	}
	defer func() { p.depth-- }()
	switch {
	case p.err != nil || p.next >= len(p.tokens):
		p.err = errExpression
		return ciText{}
	case p.take("!"):
		if t := p.unary(); t.known {
			return ciBool(t.falsy)
		}
		return ciUnknown("what it is depends on the run")
	case p.take("("):
		t := p.or()
		p.want(")")
		return t
	}
	token := p.tokens[p.next]
	p.next++
	switch token.kind {
	case 's':
		t := ciKnown(token.text, p.place(token.start+1, token.end-1))
		return t
	case 'n':
		return ciText{text: token.text, known: true, falsy: token.text == "0"}
	case 'a':
		switch {
		case token.text == "true" || token.text == "false":
			return ciBool(token.text == "true")
		case token.text == "null":
			return ciText{known: true, falsy: true}
		case p.take("("):
			return p.call(token.text)
		}
		return p.context(token)
	}
	p.err = errExpression
	return ciText{}
}

// context reads "secrets.X", "secrets['X']", "matrix.app.key".
func (p *expressionParser) context(first expressionToken) ciText {
	path := []string{first.text}
	known := true
	for p.err == nil {
		switch {
		case p.take("."):
			switch {
			case p.take("*"):
				known = false
			case p.next < len(p.tokens) && p.tokens[p.next].kind == 'a':
				path = append(path, p.tokens[p.next].text)
				p.next++
			default:
				p.err = errExpression
			}
		case p.take("["):
			index := p.or()
			p.want("]")
			known = known && index.known
			path = append(path, index.text)
		default:
			if !known {
				return ciUnknown("which one it is depends on the run")
			}
			return p.e.contexts(path, p.place(first.start, p.tokens[p.next-1].end))
		}
	}
	return ciText{}
}

// call works out the functions that make texts, and those that compare them.
func (p *expressionParser) call(name string) ciText {
	var args []ciText
	known := true
	for !p.is(")") && p.err == nil {
		args = append(args, p.or())
		known = known && args[len(args)-1].known
		if !p.take(",") {
			break
		}
	}
	p.want(")")
	texts := make([]string, 0, len(args))
	for _, a := range args {
		texts = append(texts, a.text)
	}
	lower := func(i int) string { return strings.ToLower(texts[i]) }
	switch name := strings.ToLower(name); {
	case !known:
	case name == "format" && len(args) > 0:
		return formatted(texts)
	case len(args) != 2:
	case name == "contains":
		return ciBool(strings.Contains(lower(0), lower(1)))
	case name == "startswith":
		return ciBool(strings.HasPrefix(lower(0), lower(1)))
	case name == "endswith":
		return ciBool(strings.HasSuffix(lower(0), lower(1)))
	}
	return ciUnknown("what it is depends on the run")
}

// formatted puts the others in the places of "{0}", "{1}" of the first.
func formatted(texts []string) ciText {
	var pairs []string
	size := len(texts[0])
	for i, t := range texts[1:] {
		of := fmt.Sprintf("{%d}", i)
		pairs = append(pairs, of, t)
		size += strings.Count(texts[0], of) * len(t)
	}
	if size > maxCIText {
		return tooLong
	}
	pairs = append(pairs, "{{", "{", "}}", "}")
	text := strings.NewReplacer(pairs...).Replace(texts[0])
	return ciText{text: text, known: true, falsy: text == ""}
}
