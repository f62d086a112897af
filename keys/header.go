package keys

import (
	"regexp"
	"strings"
)

// Header is a key that a command sends with a request, and where it stands in the command's text.
type Header struct {
	Name      string // "Authorization", "apikey"
	Value     Text   // the key as it is written, which may be a reference
	Line      int    // from 1
	Column    int    // of bytes, from 1
	EndColumn int
}

// header matches the header that bears a key, or the parameter of a URL that stands for it.
var header = regexp.MustCompile(`(?i)\b(?:(Authorization)["']?\s*:\s*["']?Bearer\s+|(apikey)["']?\s*[:=]\s*["']?)([^\s"'&;|)\\]+)`)

// Headers finds the keys that a command sends.
func Headers(command string) []Header {
	var out []Header
	for i, line := range strings.Split(command, "\n") {
		for _, at := range header.FindAllStringSubmatchIndex(line, -1) {
			h := Header{Name: "apikey", Value: NewText(line[at[6]:at[7]]), Line: i + 1, Column: at[6] + 1, EndColumn: at[7] + 1}
			if at[2] >= 0 {
				h.Name = "Authorization"
			}
			out = append(out, h)
		}
	}
	return out
}

// InHeader is the key in the value of a header, and how far into the value it stands; false where the
// header bears none.
func InHeader(name, value string) (key Text, offset int, ok bool) {
	const scheme = "Bearer "
	switch {
	case strings.EqualFold(name, "apikey"):
	case strings.EqualFold(name, "Authorization") && len(value) > len(scheme) && strings.EqualFold(value[:len(scheme)], scheme):
		offset = len(scheme)
	default:
		return Text{}, 0, false
	}
	return NewText(value[offset:]), offset, len(value) > offset
}
