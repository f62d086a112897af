package sources

import (
	"regexp"
	"strings"
)

// userInfo is the part of a URL that may hold a password.
var userInfo = regexp.MustCompile(`//[^/@\s]*:[^/@\s]*@`)

// Shown is a path, a URL or a name as it may be repeated in a message: without a password,
// without a query but its ref, and not at any length.
func Shown(text string) string {
	text, query, found := strings.Cut(text, "?")
	text = userInfo.ReplaceAllString(text, "//")
	if found {
		for _, part := range strings.Split(query, "&") {
			if ref, ok := strings.CutPrefix(part, "ref="); ok && len(ref) <= 64 {
				text += "?ref=" + ref
			}
		}
	}
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > 200 {
		text = strings.ToValidUTF8(text[:200], "") + "…"
	}
	return text
}
