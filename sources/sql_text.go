package sources

import (
	"regexp"
	"strings"
)

// maxSQLText bounds in bytes how far the end of a function's body, or of a call's arguments, is looked for.
const maxSQLText = 64 << 10

// dollarQuote matches what begins, and ends, a text without escapes: $$ or $name$.
var dollarQuote = regexp.MustCompile(`^\$(?:[A-Za-z_]\w*)?\$`)

// quotedEnd is the offset behind the string, quoted name or dollar quote that begins at i; i where none does.
// An escape string ends as any other does here: \' is rare in keys.
func quotedEnd(text string, i int) int {
	switch c := text[i]; c {
	case '\'', '"':
		for j := i + 1; j < len(text); j++ {
			if text[j] == c {
				if j+1 < len(text) && text[j+1] == c { // doubled
					j++
					continue
				}
				return j + 1
			}
		}
		return len(text)
	case '$':
		tag := dollarQuote.FindString(text[i:])
		if tag == "" {
			return i
		}
		body := text[i+len(tag):]
		if end := strings.Index(body[:min(len(body), maxSQLText)], tag); end >= 0 {
			return i + len(tag) + end + len(tag)
		}
	}
	return i
}

// withoutComments puts spaces in place of comments, also of those in the bodies of functions. Every place
// stays as it is.
func withoutComments(text string) string {
	out := []byte(text)
	blank := func(from, to int) {
		for i := from; i < to; i++ {
			if out[i] != '\n' {
				out[i] = ' '
			}
		}
	}
	for i := 0; i < len(text); {
		switch {
		case strings.HasPrefix(text[i:], "--"):
			end := strings.IndexByte(text[i:], '\n')
			if end < 0 {
				end = len(text) - i
			}
			blank(i, i+end)
			i += end
		case strings.HasPrefix(text[i:], "/*"):
			end := strings.Index(text[i+2:], "*/")
			if end < 0 {
				end = len(text) - i - 4
			}
			blank(i, i+end+4)
			i += end + 4
		case text[i] == '$': // the body is SQL as well, and is gone through
			i += max(len(dollarQuote.FindString(text[i:])), 1)
		default:
			i = max(quotedEnd(text, i), i+1)
		}
	}
	return string(out)
}

// statements are the parts between semicolons. A function's body is part of its statement.
func statements(text string) []span {
	var out []span
	from := 0
	for i := 0; i < len(text); {
		if text[i] == ';' {
			out, from = append(out, span{from, i}), i+1
		}
		i = max(quotedEnd(text, i), i+1)
	}
	return append(out, span{from, len(text)})
}

// list reads what stands between commas from the offset behind a bracket on, and finds the offset behind
// the one that closes it.
func (s *sqlReader) list(at int) (items []span, end int) {
	depth, from := 0, at
	last := min(len(s.text), at+maxSQLText)
	for i := at; i < last; {
		switch s.text[i] {
		case '(':
			depth++
		case ',':
			if depth == 0 {
				items, from = append(items, span{from, i}), i+1
			}
		case ')':
			if depth--; depth < 0 {
				return append(items, span{from, i}), i + 1
			}
		}
		i = max(quotedEnd(s.text, i), i+1)
	}
	return append(items, span{from, max(from, last)}), last
}

// arguments gives each parameter what a call has for it, by place or by name.
func (s *sqlReader) arguments(args []span, parameters []string) map[string]span {
	out := map[string]span{}
	for i, a := range args {
		if m := named.FindStringSubmatch(s.of(a)); m != nil {
			out[strings.ToLower(m[1])] = span{a.from + len(named.FindString(s.of(a))), a.to}
		} else if i < len(parameters) {
			out[parameters[i]] = a
		}
	}
	return out
}

// endOfValue is where the value ends that begins at the offset: at a comma, or with the statement.
func (s *sqlReader) endOfValue(at, end int) int {
	for i := at; i < end; {
		if s.text[i] == ',' || s.text[i] == ' ' || s.text[i] == '\n' {
			return i
		}
		i = max(quotedEnd(s.text, i), i+1)
	}
	return end
}

// literalForm matches a string, or a text between dollars, with nothing but a cast behind it.
var literalForm = regexp.MustCompile(`(?s)^\s*[eE]?('(?:[^']|'')*'|\$\w*\$.*\$\w*\$)\s*(?:::\s*\w+)?\s*$`)

// literal is the text that a part of a statement is; ok is false of any other expression.
func (s *sqlReader) literal(p span) (text string, at span, ok bool) {
	m := literalForm.FindStringSubmatchIndex(s.of(p))
	if m == nil {
		return "", p, false
	}
	at = span{p.from + m[2], p.from + m[3]}
	if s.text[at.from] == '$' {
		tag := len(dollarQuote.FindString(s.text[at.from:at.to]))
		if tag == 0 || at.to-at.from < 2*tag {
			return "", p, false
		}
		at = span{at.from + tag, at.to - tag}
		return s.of(at), at, true
	}
	at = span{at.from + 1, at.to - 1}
	return strings.ReplaceAll(s.of(at), "''", "'"), at, true
}
