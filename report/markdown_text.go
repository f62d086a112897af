package report

import "strings"

// Nothing from a repository may become anything in Markdown: no link, image, mention,
// reference to an issue, HTML, nor the end of a table's cell. What is a name stands in a code
// span, where nothing is obeyed; what is a sentence is escaped sign by sign.

// code is a name as a code span. A backquote would end it and a bar the cell that it stands
// in, and neither can be escaped there: a look-alike stands for each.
func code(s string) string {
	s = strings.NewReplacer("`", "ˋ", "|", "ǀ", "\t", " ", "##", "#\u2060#").Replace(oneLine(s))
	if strings.TrimSpace(s) == "" {
		return ""
	}
	return "`" + s + "`"
}

// joiner is U+2060, which takes no room, and keeps apart what forges would join: they look for
// "@name", "#12", ":name:" and "https://" in text that is rendered already, behind any escape.
const joiner = "\u2060"

// listMarker says whether the sign at i makes a list, a rule or a heading of a line that
// begins like this.
func listMarker(s string, i int) bool {
	switch s[i] {
	case '-', '+', '=':
		return i == 0
	case '.', ')':
		return i > 0 && strings.Trim(s[:i], "0123456789") == ""
	}
	return false
}

// prose is a sentence in which every sign stands for itself.
func prose(s string) string {
	s = strings.Join(strings.Fields(oneLine(s)), " ") // what is indented is code
	var b strings.Builder
	for i, r := range s {
		rest := s[i+len(string(r)):]
		switch {
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '&':
			b.WriteString("&amp;")
		case r == '@' || r == '#':
			b.WriteString(`\` + string(r) + joiner)
		case r == ':' && !strings.HasPrefix(rest, " ") && rest != "":
			b.WriteString(`\:` + joiner)
		case r == '.' && i >= 3 && strings.EqualFold(s[i-3:i], "www"):
			b.WriteString(`\.` + joiner)
		case r == '-' && i >= 2 && strings.EqualFold(s[i-2:i], "gh"):
			b.WriteString(`\-` + joiner)
		case strings.ContainsRune("!$*[\\]^_`|~", r), listMarker(s, i):
			b.WriteString(`\` + string(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
