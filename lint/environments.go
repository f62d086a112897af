package lint

import "strings"

// environments are the words by which people tell environments apart, and which of them mean one.
var environments = map[string]string{
	"prod": "production", "production": "production", "prd": "production", "live": "production",
	"stage": "staging", "staging": "staging", "stg": "staging",
	"dev": "development", "development": "development",
	"test": "test", "qa": "qa", "preview": "preview",
}

// Environment is the one environment that the words of a text name; empty where they name none, or
// several.
func Environment(text string) string {
	only := ""
	for _, w := range Words(text) {
		switch e := environments[w]; {
		case e == "" || e == only:
		case only != "":
			return ""
		default:
			only = e
		}
	}
	return only
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
		if e := environments[strings.ToLower(text[at[0]:at[1]])]; e != "" {
			out = append(out, Variant{text[:at[0]] + "\x00" + text[at[1]:], e})
		}
	}
	return out
}
