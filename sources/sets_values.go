package sources

import "regexp"

// SetsValues says of a patch, or of a path in one, whether it names what it has to, to change a variable, or what a Secret or ConfigMap holds.
func SetsValues(text string) bool { return setsValues.MatchString(text) }

var setsValues = regexp.MustCompile(`\b(?:env|envFrom|command|args|data|stringData)\b`)
