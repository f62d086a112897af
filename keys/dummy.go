package keys

import "strings"

// IsDummy says of a text that it has a token's form, and that nobody can have signed it: its signature is shorter than any.
// Tests are given such tokens.
func IsDummy(t Text) bool {
	s := Trim(t).Reveal()
	return strings.HasPrefix(s, "ey") && strings.Count(s, ".") == 2 && len(s)-strings.LastIndexByte(s, '.')-1 < shortestSignature
}
