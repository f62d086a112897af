package sources

import (
	"path"
	"regexp"
	"strings"

	"github.com/keylint/keylint/keys"
)

// NextEnvOrder lists the files that Next.js reads from a project's root in a mode, the strongest
// first: "production" is that of "next build" and "next start" (@next/env loadEnvConfig).
func NextEnvOrder(mode string) []string {
	if mode == "test" {
		return []string{".env.test.local", ".env.test", ".env"}
	}
	return []string{".env." + mode + ".local", ".env.local", ".env." + mode, ".env"}
}

// EnvFile is one file of variables.
type EnvFile struct {
	Path      string
	Variables []Variable
}

// Effective is a variable with the value that the app gets.
type Effective struct {
	Variable
	File     string
	Value    keys.Text // after $NAME and ${NAME} were expanded
	Expanded []string  // the names that were expanded in it
}

// loadNextEnv merges files, the strongest first, as @next/env does: the first one that
// defines a name wins, also with an empty value, and dotenv-expand 10 expands references.
func loadNextEnv(files []EnvFile, budget *int) (winners map[string]Effective, all []Effective) {
	env := map[string]string{}
	winners = map[string]Effective{}
	for _, f := range files {
		parsed := map[string]string{}
		last := map[string]Variable{}
		var order []string
		for _, v := range f.Variables {
			if _, ok := parsed[v.Name]; !ok {
				order = append(order, v.Name)
			}
			parsed[v.Name] = v.Value.Reveal()
			last[v.Name] = v
		}
		for _, name := range order {
			e := Effective{Variable: last[name], File: f.Path}
			own := expander{env: env, parsed: parsed, budget: budget}
			value := own.expand(parsed[name], 0)
			e.Value, e.Expanded = keys.NewText(unescapeDollar(value)), own.names
			all = append(all, e)
			if known, ok := env[name]; ok {
				parsed[name] = unescapeDollar((&expander{env: env, parsed: parsed, budget: budget}).expand(known, 0))
			} else {
				parsed[name] = e.Value.Reveal()
			}
			if _, ok := winners[name]; !ok {
				winners[name] = e
			}
		}
		for _, name := range order {
			env[name] = parsed[name]
		}
	}
	return winners, all
}

// expander is dotenv-expand 10.0.0: the last unescaped "$" first, over and over.
type expander struct {
	env, parsed map[string]string
	names       []string
	budget      *int
}

// The bounds of expansion: dotenv-expand itself would not end on A=$A.
const (
	maxExpansions = 100
	maxExpanded   = 1 << 16

	// maxAllExpanded bounds in bytes what all references of an app's files come to. What is
	// beyond stays as it is written.
	maxAllExpanded = 8 << 20

	// referenceCost is what a reference counts for beside its value, where those that it leads to may come to any number.
	referenceCost = 64
)

// expandReference is dotenv-expand's expression, at the start of what it searches.
var expandReference = regexp.MustCompile(`^\$\{?(\w+)(?::-([^}\\]*))?\}?`)

func (x *expander) expand(s string, depth int) string {
	i := lastDollar(s)
	if i < 0 || depth > maxExpansions || len(s) > maxExpanded {
		return s
	}
	m := expandReference.FindStringSubmatch(s[i:])
	if m == nil {
		return s
	}
	x.names = append(x.names, m[1])
	if *x.budget < 0 {
		return s
	}
	value := x.env[m[1]]
	if value == "" {
		value = m[2]
	}
	if value == "" {
		value = x.parsed[m[1]]
	}
	*x.budget -= len(value)
	return x.expand(replaceFirst(s, m[0], value), depth+1)
}

// lastDollar is the last "$" without a backslash before it.
func lastDollar(s string) int {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == '$' && (i == 0 || s[i-1] != '\\') {
			return i
		}
	}
	return -1
}

// replaceFirst is JavaScript's String.replace with a string pattern, in whose
// replacement "$$", "$&", "$`" and "$'" have a meaning.
func replaceFirst(s, old, replacement string) string {
	i := strings.Index(s, old)
	if i < 0 {
		return s
	}
	before, after := s[:i], s[i+len(old):]
	var b strings.Builder
	for j := 0; j < len(replacement); j++ {
		if replacement[j] == '$' && j+1 < len(replacement) {
			special := true
			switch replacement[j+1] {
			case '$':
				b.WriteByte('$')
			case '&':
				b.WriteString(old)
			case '`':
				b.WriteString(before)
			case '\'':
				b.WriteString(after)
			default:
				special = false
			}
			if special {
				j++
				continue
			}
		}
		b.WriteByte(replacement[j])
	}
	return before + b.String() + after
}

func unescapeDollar(s string) string { return strings.ReplaceAll(s, `\$`, "$") }

// EnvMode is the mode in which a .env file's name is read: "" for those that every
// mode reads (.env, .env.local) and those that are called after something else (stack.env), else
// the word for it (.env.production, .env.development.local).
func EnvMode(file string) string {
	for part := range strings.SplitSeq(strings.ToLower(path.Base(file)), ".") {
		if keys.Environment(part) != "" {
			return part
		}
	}
	return ""
}
