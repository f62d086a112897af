package keys

import (
	"regexp"
	"strings"
)

// reference matches a credential that is nothing but a reference.
var reference = regexp.MustCompile(`^\$(?:\{([A-Za-z_][A-Za-z0-9_]*)(?::?-[^}]*)?\}|([A-Za-z_][A-Za-z0-9_]*))$`)

// ReferenceName is the name in "$NAME" or "${NAME}"; empty for anything else.
func ReferenceName(s string) string {
	m := reference.FindStringSubmatch(strings.Trim(strings.TrimSpace(s), `"'`))
	if m == nil || m[2] != "" && !isVariableName(m[2]) {
		return ""
	}
	return m[1] + m[2]
}

// isVariableName tells the name of a variable from a secret that begins with "$": it is
// in capitals or in small letters throughout, or a name that means something here.
func isVariableName(s string) bool {
	return len(s) <= 64 && (strings.ToUpper(s) == s || strings.ToLower(s) == s) || (Names{}).Of(s).Slot != ""
}

// OtherStyle writes a reference in the style that it is not written in: "${NAME}" for
// "$NAME", and the reverse.
func OtherStyle(s string) string {
	name := ReferenceName(s)
	switch {
	case name == "":
		return ""
	case strings.Contains(s, "${"):
		return "$" + name
	}
	return "${" + name + "}"
}
