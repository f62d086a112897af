package sources

import (
	"regexp"
	"strings"

	"github.com/keylint/keylint/keys"
)

var (
	// tomlHeaders matches the table of the headers that a middleware sets, tomlHeader a line of it, in a file of
	// Traefik's in TOML (doc.traefik.io/traefik: providers/file).
	tomlHeaders = regexp.MustCompile(`(?im)^\s*\[http\.middlewares\.([^.\]]+)\.headers\.customRequestHeaders\]`)
	tomlTable   = regexp.MustCompile(`^\s*\[`)
	tomlHeader  = regexp.MustCompile(`^\s*"?([\w-]+)"?\s*=\s*(?:"([^"\\]*)"|'([^']*)')`)
)

// tomlHeaderKeys finds the keys that Traefik sets by a file in TOML.
func tomlHeaderKeys(text string) []ProxyHeader {
	var out []ProxyHeader
	middleware := ""
	for n, line := range strings.Split(text, "\n") {
		if m := tomlHeaders.FindStringSubmatch(line); m != nil {
			middleware = m[1]
			continue
		}
		if tomlTable.MatchString(line) {
			middleware = ""
		}
		m := tomlHeader.FindStringSubmatchIndex(line)
		if middleware == "" || m == nil {
			continue
		}
		from, till := max(m[4], m[6]), max(m[5], m[7])
		name := line[m[2]:m[3]]
		key, ok := keys.InHeader(name, line[from:till])
		if !ok {
			continue
		}
		h := ProxyHeader{Directive: "middleware " + middleware + " " + name, Scheme: key.Scheme, Key: key.Text, Line: n + 1, Column: from + key.Offset + 1, EndColumn: till + 1}
		if v := traefikVariable.FindStringSubmatch(key.Reveal()); v != nil {
			h.Variable = v[1]
		}
		out = append(out, h)
	}
	return out
}
