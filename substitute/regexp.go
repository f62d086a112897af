package substitute

import (
	"errors"
	"regexp"
	"strings"
)

var errRegexp = errors.New("a regular expression that is not followed")

// translate turns a POSIX regular expression into Go's: a basic one with GNU's \+, \?
// and \|, or an extended one. Matches are leftmost-longest, as POSIX has it. Back
// references do not exist in Go's and are refused.
func translate(expr string, extended bool) (*regexp.Regexp, error) {
	var b strings.Builder
	begins := true // where "^" is an anchor and "*" a character
	for i := 0; i < len(expr); i++ {
		c := expr[i]
		wasBegin := begins
		begins = false
		switch {
		case c == '\\':
			if i++; i == len(expr) {
				return nil, errRegexp
			}
			switch e := expr[i]; {
			case strings.IndexByte(`(){}|+?`, e) >= 0 && !extended:
				if e == '{' && wasBegin {
					return nil, errRegexp
				}
				b.WriteByte(e)
				begins = e == '(' || e == '|'
			case e == 'n':
				b.WriteString(`\n`)
			case e == 't':
				b.WriteString(`\t`)
			case e >= '0' && e <= '9' || strings.IndexByte("wWsSbB<>`'", e) >= 0:
				return nil, errRegexp
			default:
				b.WriteString(regexp.QuoteMeta(string(rune(e))))
			}
		case c == '[':
			end, class := bracket(expr[i:])
			if end == 0 {
				return nil, errRegexp
			}
			b.WriteString(class)
			i += end - 1
		case c == '*':
			if wasBegin {
				b.WriteString(`\*`)
			} else {
				b.WriteByte('*')
			}
		case c == '^':
			if wasBegin || extended {
				b.WriteByte('^')
				begins = true
			} else {
				b.WriteString(`\^`)
			}
		case c == '$':
			rest := expr[i+1:]
			ends := rest == "" || strings.HasPrefix(rest, `\)`) || strings.HasPrefix(rest, `\|`)
			if ends || extended {
				b.WriteByte('$')
			} else {
				b.WriteString(`\$`)
			}
		case c == '.':
			b.WriteString(`(?s:.)`)
		case strings.IndexByte(`(){}|+?`, c) >= 0:
			if !extended {
				b.WriteByte('\\')
			} else if wasBegin && c != '(' && c != ')' || c == '{' && !strings.ContainsAny(expr[i+1:min(i+2, len(expr))], "0123456789,") {
				return nil, errRegexp // GNU refuses it, or takes it literally by version
			}
			b.WriteByte(c)
			begins = extended && (c == '(' || c == '|')
		default:
			b.WriteByte(c)
		}
	}
	re, err := regexp.Compile(b.String())
	if err != nil {
		return nil, errRegexp
	}
	re.Longest()
	return re, nil
}

// bracket reads a bracket expression and writes it in Go's form: in POSIX a backslash
// in it is a character like any other.
func bracket(s string) (length int, class string) {
	i := 1
	if i < len(s) && s[i] == '^' {
		i++
	}
	if i < len(s) && s[i] == ']' {
		i++
	}
	for i < len(s) && s[i] != ']' {
		if s[i] == '[' && i+1 < len(s) && s[i+1] == ':' {
			end := strings.Index(s[i:], ":]")
			if end < 0 {
				return 0, ""
			}
			i += end + 1
		}
		i++
	}
	if i >= len(s) {
		return 0, ""
	}
	body := s[1:i]
	negated := strings.HasPrefix(body, "^")
	body = strings.TrimPrefix(body, "^")
	var b strings.Builder
	b.WriteByte('[')
	if negated {
		b.WriteByte('^')
	}
	for j := 0; j < len(body); j++ {
		switch {
		case body[j] == '[' && j+1 < len(body) && body[j+1] == ':':
			end := strings.Index(body[j:], ":]") + 2
			b.WriteString(body[j : j+end])
			j += end - 1
		case strings.IndexByte(`\[]^&~`, body[j]) >= 0:
			b.WriteByte('\\')
			b.WriteByte(body[j])
		default:
			b.WriteByte(body[j])
		}
	}
	b.WriteByte(']')
	return i + 1, b.String()
}
