package sources

import (
	"bytes"
	"io"
	"regexp"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/sirupsen/logrus"

	"github.com/keylint/keylint/keys"
)

// init silences what compose's parser writes by itself: it names variables that are not set, and what stands behind a "$" in a secret is none.
func init() { logrus.SetOutput(io.Discard) }

// ParseComposeEnv reads a .env or env_file with compose's own parser, and finds the
// places by ours. Where compose refuses the file nothing is read.
func ParseComposeEnv(b []byte, lookup func(string) (string, bool)) []Variable {
	values, err := dotenv.ParseWithLookup(bytes.NewReader(b), lookup)
	if err != nil {
		return nil
	}
	var out []Variable
	seen := map[string]int{}
	for _, v := range ParseDotenv(b) {
		value, ok := values[v.Name]
		if !ok {
			continue
		}
		v.Value = keys.NewText(value)
		if i, again := seen[v.Name]; again {
			out[i] = v
			continue
		}
		seen[v.Name] = len(out)
		out = append(out, v)
	}
	return out
}

// Interpolate is compose's ${NAME:-default} and $$ over a value. names are the
// variables that were asked for; ok is false where compose refuses the text.
func Interpolate(raw string, lookup func(string) (string, bool)) (text string, names []string, ok bool) {
	text, err := template.SubstituteWithOptions(raw, func(name string) (string, bool) {
		names = append(names, name)
		return lookup(name)
	}, template.WithoutLogging)
	return text, names, err == nil
}

var required = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*):?\?`)

// Required is the first variable without which compose refuses to start: ${NAME:?why}.
func Required(raw string) string {
	if m := required.FindStringSubmatch(raw); m != nil {
		return m[1]
	}
	return ""
}
