package lint

import (
	"regexp"
	"strings"

	"github.com/keylint/keylint/keys"
)

// placeholder matches a credential that is nothing but a reference.
var placeholder = regexp.MustCompile(`^\$(?:\{([A-Za-z_][A-Za-z0-9_]*)(?::?-[^}]*)?\}|([A-Za-z_][A-Za-z0-9_]*))$`)

// placeholderName is the name in "$NAME" or "${NAME}"; empty for anything else.
func placeholderName(s string) string {
	m := placeholder.FindStringSubmatch(strings.Trim(strings.TrimSpace(s), `"'`))
	if m == nil || m[2] != "" && !isVariableName(m[2]) {
		return ""
	}
	return m[1] + m[2]
}

// isVariableName tells the name of a variable from a secret that begins with "$": it is
// in capitals or in small letters throughout, or a name that means something here.
func isVariableName(s string) bool {
	return len(s) <= 64 && (strings.ToUpper(s) == s || strings.ToLower(s) == s) || wellKnown.Of(s).Slot != ""
}

// otherStyle writes a reference in the style that it is not written in: "${NAME}" for
// "$NAME", and the reverse.
func otherStyle(s string) string {
	name := placeholderName(s)
	switch {
	case name == "":
		return ""
	case strings.Contains(s, "${"):
		return "$" + name
	}
	return "${" + name + "}"
}

// decK matches a reference that decK fills in when it syncs, and Kong never
// (developer.konghq.com/deck/reference/env-variables).
var decK = regexp.MustCompile(`^\$\{\{\s*env\s+"?'?DECK_\w+"?'?\s*\}\}$`)

// vault matches a reference to a vault, which Kong follows in fields that are
// "referenceable": a key-auth key is none, and the text itself becomes the key
// (kong/plugins/key-auth/daos.lua).
var vault = regexp.MustCompile(`^\{vault://[^}]*\}$`)

// wellKnown are the names that are in use everywhere.
var wellKnown keys.Names
