package substitute

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
)

// sedCommand is one command of a sed program. Modelled are s, d, p, q, a, i, c, = is
// not, nor are labels and the hold space.
type sedCommand struct {
	from, to *sedAddress
	inverted bool
	name     byte
	block    []sedCommand // of "{"
	text     string       // of a, i and c

	pattern     *regexp.Regexp // of s
	replacement []sedPart
	global      bool
	number      int // replace this match only
	print       bool

	inRange bool
}

type sedAddress struct {
	line    int
	last    bool
	pattern *regexp.Regexp
}

// sedPart is a piece of a replacement: a text, or a group of the match (0 for "&").
type sedPart struct {
	text  string
	group int
}

// sedError is an error that sed itself reports: it then prints nothing.
type sedError struct {
	message string
	command string // the command at fault, with marks
}

func (e *sedError) Error() string { return e.message }

// errSed is a program that is not followed.
var errSed = errors.New("a sed program that is not followed")

// sedParser reads a program.
type sedParser struct {
	text     string
	at       int
	extended bool
	marks    *marks
}

func (p *sedParser) program(inBlock bool) ([]sedCommand, error) {
	var out []sedCommand
	for {
		for p.at < len(p.text) && strings.IndexByte(" \t\n;", p.text[p.at]) >= 0 {
			p.at++
		}
		if p.at >= len(p.text) {
			if inBlock {
				return nil, errSed
			}
			return out, nil
		}
		switch p.text[p.at] {
		case '#':
			p.skipLine()
			continue
		case '}':
			if !inBlock {
				return nil, errSed
			}
			p.at++
			return out, nil
		}
		c, err := p.command()
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
}

func (p *sedParser) skipLine() {
	for p.at < len(p.text) && p.text[p.at] != '\n' {
		p.at++
	}
}

func (p *sedParser) command() (c sedCommand, err error) {
	start := p.at
	if c.from, err = p.address(); err != nil {
		return c, err
	}
	if c.from != nil && p.at < len(p.text) && p.text[p.at] == ',' {
		p.at++
		if c.to, err = p.address(); err != nil || c.to == nil {
			return c, errSed
		}
	}
	p.spaces()
	for p.at < len(p.text) && p.text[p.at] == '!' {
		c.inverted = true
		p.at++
		p.spaces()
	}
	if p.at >= len(p.text) {
		return c, &sedError{"missing command", p.text[start:]}
	}
	c.name = p.text[p.at]
	p.at++
	switch c.name {
	case '{':
		c.block, err = p.program(true)
		return c, err
	case 'd', 'p', 'q':
		return c, p.end(start)
	case 'a', 'i', 'c':
		return c, p.lineText(&c)
	case 's':
		return c, p.substitution(&c, start)
	}
	return c, errSed
}

func (p *sedParser) spaces() {
	for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\t') {
		p.at++
	}
}

// end goes past what ends a command.
func (p *sedParser) end(start int) error {
	p.spaces()
	if p.at < len(p.text) && strings.IndexByte("\n;}#", p.text[p.at]) < 0 {
		return &sedError{"extra characters after command", p.text[start:]}
	}
	return nil
}

func (p *sedParser) lineText(c *sedCommand) error {
	rest := p.text[p.at:]
	rest = strings.TrimPrefix(strings.TrimLeft(rest, " \t"), "\\\n")
	p.at = len(p.text) - len(rest)
	var b strings.Builder
	for p.at < len(p.text) && p.text[p.at] != '\n' {
		if p.text[p.at] == '\\' && p.at+1 < len(p.text) {
			p.at++
		}
		b.WriteByte(p.text[p.at])
		p.at++
	}
	c.text = strings.TrimLeft(b.String(), " \t")
	return nil
}

func (p *sedParser) address() (*sedAddress, error) {
	p.spaces()
	if p.at >= len(p.text) {
		return nil, nil
	}
	switch c := p.text[p.at]; {
	case c >= '0' && c <= '9':
		start := p.at
		for p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9' {
			p.at++
		}
		n, err := strconv.Atoi(p.text[start:p.at])
		return &sedAddress{line: n}, err
	case c == '$':
		p.at++
		return &sedAddress{last: true}, nil
	case c == '/' || c == '\\':
		if c == '\\' {
			p.at++
		}
		if p.at >= len(p.text) {
			return nil, errSed
		}
		delimiter := p.text[p.at]
		p.at++
		expr, ok := p.until(delimiter, false)
		if !ok {
			return nil, &sedError{"unterminated address regex", p.text}
		}
		ignoreCase := p.at < len(p.text) && p.text[p.at] == 'I'
		if ignoreCase {
			p.at++
		}
		re, err := p.compile(expr, ignoreCase)
		return &sedAddress{pattern: re}, err
	}
	return nil, nil
}

// until reads up to the delimiter, which a backslash before it makes a character. A line
// break ends the command, but in a replacement one behind a backslash stands for itself.
func (p *sedParser) until(delimiter byte, replacement bool) (string, bool) {
	var b strings.Builder
	inBrackets := false
	for p.at < len(p.text) {
		c := p.text[p.at]
		p.at++
		switch {
		case c == '\n' && !inBrackets:
			return "", false
		case c == '\\' && p.at < len(p.text):
			next := p.text[p.at]
			p.at++
			if next == '\n' && !replacement {
				return "", false
			}
			if next != delimiter {
				b.WriteByte('\\')
			}
			b.WriteByte(next)
		case c == delimiter && !inBrackets:
			return b.String(), true
		default:
			if !replacement && c == '[' && !inBrackets {
				inBrackets = strings.IndexByte(p.text[p.at:], ']') >= 0
			} else if c == ']' && inBrackets && !strings.HasSuffix(b.String(), "[") && !strings.HasSuffix(b.String(), ":") && !strings.HasSuffix(b.String(), "[^") {
				inBrackets = false
			}
			b.WriteByte(c)
		}
	}
	return "", false
}

func (p *sedParser) compile(expr string, ignoreCase bool) (*regexp.Regexp, error) {
	if expr == "" {
		return nil, errSed // the last one that was used
	}
	if valueMark.MatchString(expr) { // it looks for a value
		v, _ := p.marks.resolve(expr)
		if !v.IsKnown() || p.marks.holdsSecret(expr) {
			return nil, errSed
		}
		expr = v.Text().Reveal()
	}
	re, err := translate(expr, p.extended)
	if err != nil || !ignoreCase {
		return re, err
	}
	re, err = regexp.Compile("(?i)" + re.String())
	if err == nil {
		re.Longest()
	}
	return re, err
}

func (p *sedParser) substitution(c *sedCommand, start int) error {
	unterminated := func() error { return &sedError{"unterminated `s' command", p.text[start:p.at]} }
	if p.at >= len(p.text) {
		return unterminated()
	}
	delimiter := p.text[p.at]
	p.at++
	if delimiter == '\n' || delimiter == '\\' || delimiter >= 0x80 {
		return errSed
	}
	expr, ok := p.until(delimiter, false)
	if !ok {
		return unterminated()
	}
	replacement, ok := p.until(delimiter, true)
	if !ok {
		return unterminated()
	}
	ignoreCase := false
	for ; p.at < len(p.text); p.at++ {
		switch f := p.text[p.at]; {
		case f == 'g':
			c.global = true
		case f == 'p':
			c.print = true
		case f == 'I' || f == 'i':
			ignoreCase = true
		case f >= '1' && f <= '9':
			if c.number > 0 {
				return errSed
			}
			c.number = int(f - '0')
		case strings.IndexByte(" \t\n;}#", f) >= 0:
			return p.finish(c, expr, replacement, ignoreCase, start)
		case f == 'e' || f == 'w' || f == 'm' || f == 'M':
			return errSed
		default:
			return &sedError{"unknown option to `s'", p.text[start:p.at]}
		}
	}
	return p.finish(c, expr, replacement, ignoreCase, start)
}

func (p *sedParser) finish(c *sedCommand, expr, replacement string, ignoreCase bool, start int) (err error) {
	if c.pattern, err = p.compile(expr, ignoreCase); err != nil {
		return err
	}
	if c.replacement, err = sedReplacement(replacement); err != nil {
		return err
	}
	for _, part := range c.replacement {
		if part.group > c.pattern.NumSubexp() {
			return errSed // an error for GNU sed, nothing for busybox'
		}
	}
	return p.end(start)
}

// sedReplacement reads the right side of an s command.
func sedReplacement(s string) ([]sedPart, error) {
	var parts []sedPart
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			parts = append(parts, sedPart{b.String(), -1})
			b.Reset()
		}
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '&':
			flush()
			parts = append(parts, sedPart{group: 0})
		case c == '\\' && i+1 < len(s):
			i++
			switch e := s[i]; {
			case e >= '0' && e <= '9':
				flush()
				parts = append(parts, sedPart{group: int(e - '0')})
			case strings.IndexByte("LUElucdoxafv", e) >= 0:
				return nil, errSed // case conversion, or a character that busybox' does not know
			case strings.IndexByte("ntr", e) >= 0:
				b.WriteByte("\n\t\r"[strings.IndexByte("ntr", e)])
			default:
				b.WriteByte(e)
			}
		default:
			b.WriteByte(c)
		}
	}
	flush()
	return parts, nil
}
