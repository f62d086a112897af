package sources

import (
	"strings"

	"github.com/keylint/keylint/keys"
)

// ParseRawEnv reads a file as those do that know no quotes: kustomize's "envs", kubectl's
// --from-env-file, docker's --env-file and compose's "format: raw". What stands behind the
// first "=" is the value, quotes, comments and trailing spaces included (kustomize api/kv:
// keyValuesFromLine; docker/cli pkg/kvfile). A name without "=" is left out: its value
// would come from the environment of the machine that reads it.
func ParseRawEnv(b []byte) []Variable {
	var out []Variable
	for i, line := range splitLines(b) {
		line = strings.TrimSuffix(line, "\r")
		if i == 0 {
			line = strings.TrimPrefix(line, "\ufeff")
		}
		text := strings.TrimLeft(line, " \t\v\f\u0085\u00a0")
		if text == "" || text[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			continue
		}
		column := len(line) - len(value) + 1
		out = append(out, Variable{Name: name, Value: keys.NewText(value), Line: i + 1, Column: column, EndColumn: len(line) + 1})
	}
	return out
}
