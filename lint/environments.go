package lint

import (
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
)

// IsProduction says whether one of the words of a text means the environment in which the outage
// hurts.
func IsProduction(text string) bool {
	return slices.ContainsFunc(Words(text), func(w string) bool { return keys.Environment(w) == keys.Production })
}

// Variant is a text with one of its words taken out that names an environment. Two texts of one
// frame differ in nothing but that.
type Variant struct {
	Frame       string
	Environment string
}

// Variants are those of a text, one for each such word.
func Variants(text string) []Variant {
	var out []Variant
	for _, at := range word.FindAllStringIndex(strings.ToLower(text), -1) {
		if e := keys.Environment(text[at[0]:at[1]]); e != "" {
			out = append(out, Variant{text[:at[0]] + "\x00" + text[at[1]:], e})
		}
	}
	return out
}
