package keys

import (
	"regexp"
	"strings"
)

// Header is a key that a command sends with a request, and where it stands in the command's text.
type Header struct {
	Name      string // "Authorization", "apikey"
	Scheme    bool   // the word Bearer stands before it where the key alone belongs
	Value     Text   // the key as it is written, which may be a reference
	Line      int    // from 1
	Column    int    // of bytes, from 1
	EndColumn int
}

// header matches the header that bears a key, or the parameter of a URL that stands for it.
var header = regexp.MustCompile(`(?i)\b(?:(Authorization)["']?\s*:\s*["']?Bearer\s+|(apikey)["']?\s*[:=]\s*["']?(Bearer\s+)?)([^\s"'&;|)\\]+)`)

// Headers finds the keys that a command sends.
func Headers(command string) []Header {
	var out []Header
	for i, line := range strings.Split(command, "\n") {
		for _, at := range header.FindAllStringSubmatchIndex(line, -1) {
			h := Header{Name: "apikey", Scheme: at[6] >= 0, Value: NewText(line[at[8]:at[9]]), Line: i + 1, Column: at[8] + 1, EndColumn: at[9] + 1}
			if at[2] >= 0 {
				h.Name = "Authorization"
			}
			out = append(out, h)
		}
	}
	return out
}

// HeaderKey is the key in the value of a header.
type HeaderKey struct {
	Text
	Offset int  // how far into the value it stands
	Scheme bool // as in Header
}

// InHeader is the key in the value of a header; false where the header bears none. Kong's key-auth and Envoy compare
// the whole of apikey with their keys: a Bearer there is no part of any.
func InHeader(name, value string) (HeaderKey, bool) {
	const scheme = "Bearer "
	var h HeaderKey
	if len(value) > len(scheme) && strings.EqualFold(value[:len(scheme)], scheme) {
		h.Offset = len(scheme)
	}
	switch {
	case strings.EqualFold(name, "apikey"):
		h.Scheme = h.Offset > 0
	case !strings.EqualFold(name, "Authorization") || h.Offset == 0:
		return HeaderKey{}, false
	}
	h.Text = NewText(value[h.Offset:])
	return h, h.Len() > 0
}
