package keys

import "strings"

// IsDummy says of a text that it has a key's form, and that nobody can have made it: a token whose signature is shorter than any,
// an opaque key of words ("sb_publishable_placeholder_for_builds"). Tests are given such.
func IsDummy(t Text) bool {
	s := Trim(t).Reveal()
	if prefix := opaquePrefix(s); prefix != "" {
		return !LooksRandom(s)
	}
	return strings.HasPrefix(s, "ey") && strings.Count(s, ".") == 2 && len(s)-strings.LastIndexByte(s, '.')-1 < shortestSignature
}
