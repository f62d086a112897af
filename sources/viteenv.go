package sources

import (
	"regexp"
	"strings"
)

// ViteEnvOrder lists the files that Vite reads in a mode, which is "production" for "vite build",
// the strongest first: a file for the mode goes before every one for all modes, other than with
// Next.js (vite packages/vite/src/node/env.ts: getEnvFilesForMode).
func ViteEnvOrder(mode string) []string {
	return []string{".env." + mode + ".local", ".env." + mode, ".env.local", ".env"}
}

// loadViteEnv merges files, the strongest first, as Vite's loadEnv does: all of them into one set, whose references are then
// expanded.
func loadViteEnv(files []EnvFile, budget *int) (winners map[string]Effective, all []Effective) {
	return loadMerged(files, budget, expandVite)
}

// viteReference is a reference of dotenv-expand 13.0.0, which Vite 8 bundles (lib/main.js: expandValue). A backslash before it makes it none.
var viteReference = regexp.MustCompile(`\$\{([^{}]+)\}|\$([A-Za-z_][A-Za-z0-9_]*)`)

// viteOperator parts the name in braces from what stands in its stead.
var viteOperator = regexp.MustCompile(`:\+|\+|:-|-`)

func expandVite(_, value string, env map[string]string, budget *int) (string, []string) {
	var names []string
	seen := map[string]bool{}
	for range maxExpansions {
		m := unescapedReference(value)
		if m == nil || len(value) > maxExpanded || *budget < 0 {
			break
		}
		seen[value] = true
		template := value[m[0]:m[1]]
		expression := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(template, "$"), "{"), "}")
		name, operator, instead := expression, "", ""
		if at := viteOperator.FindStringIndex(expression); at != nil {
			name, operator, instead = expression[:at[0]], expression[at[0]:at[1]], expression[at[1]:]
		}
		names = append(names, name)
		by := env[name]
		switch {
		case strings.HasSuffix(operator, "+"):
			if by == "" {
				instead = ""
			}
			by = instead
		case by == "" || seen[by]:
			by = instead
		}
		*budget -= len(by) + referenceCost
		if value = replaceFirst(value, template, by); value == env[name] {
			break
		}
	}
	return value, names
}

// unescapedReference is where the first reference stands that has no backslash before it.
func unescapedReference(s string) []int {
	for from := 0; from < len(s); {
		m := viteReference.FindStringIndex(s[from:])
		if m == nil {
			return nil
		}
		at := from + m[0]
		if at == 0 || s[at-1] != '\\' {
			return []int{at, from + m[1]}
		}
		from = at + 1
	}
	return nil
}
