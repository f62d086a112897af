package sources

import (
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
)

// userInfo is the part of a URL that may hold a password, or a token: https://ghp_…@github.com.
var userInfo = regexp.MustCompile(`//[^/@\s]*@`)

// Shown is a path, a URL or a name as it may be repeated in a message: without a password,
// without a key that was pasted there, without a query but its ref, and not at any length.
func Shown(text string) string {
	for _, k := range slices.Backward(keys.Find([]byte(text))) {
		text = text[:k.Start] + keys.Mask + text[k.End:]
	}
	text, query, found := strings.Cut(text, "?")
	text = userInfo.ReplaceAllStringFunc(text, func(by string) string {
		if by == "//git@" { // whom everybody is by SSH
			return by
		}
		return "//"
	})
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
