package sources

import (
	"regexp"
	"strings"
)

// loadExpoEnv merges files, the strongest first, as Expo does (@expo/env 2.6.0 build/index.js: parseEnvFiles): all of them into one set,
// whose references are then expanded as dotenv-expand 11 does (build/parse.js).
func loadExpoEnv(files []EnvFile, budget *int) (winners map[string]Effective, all []Effective) {
	return loadMerged(files, budget, func(name, value string, env map[string]string, budget *int) (string, []string) {
		x := expoExpander{env: env, budget: budget}
		return x.expand(name, value, 0), x.names
	})
}

// expoReference is dotenv-expand 11's expression: a backslash that makes it none, the name, and what stands in its stead, which may
// have references of its own.
var expoReference = regexp.MustCompile(`(\\)?\$\{?([\w.]+)(?::?-((?:\$\{(?:\$\{(?:\$\{[^}]*\}|[^}])*\}|[^}])*\}|[^}])+))?\}?`)

type expoExpander struct {
	env    map[string]string
	names  []string
	budget *int
}

func (x *expoExpander) expand(of, value string, depth int) string {
	if depth > maxExpansions || len(value) > maxExpanded {
		return value
	}
	var b strings.Builder
	rest := 0
	for _, m := range expoReference.FindAllStringSubmatchIndex(value, -1) {
		b.WriteString(value[rest:m[0]])
		rest = m[1]
		if m[2] >= 0 {
			b.WriteString(value[m[0]+1 : m[1]])
			continue
		}
		name, instead := value[m[4]:m[5]], ""
		if m[6] >= 0 {
			instead = value[m[6]:m[7]]
		}
		x.names = append(x.names, name)
		if *x.budget < 0 {
			b.WriteString(value[m[0]:m[1]])
			continue
		}
		by := instead
		if known := x.env[name]; known != "" && name != of {
			by = x.expand(name, known, depth+1)
		} else if strings.HasPrefix(instead, "$") {
			by = x.expand(name, instead, depth+1)
		}
		*x.budget -= len(by) + referenceCost
		b.WriteString(by)
	}
	b.WriteString(value[rest:])
	return b.String()
}
