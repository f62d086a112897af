package sources

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestAppEnvGenerated compares with the loaders of Create React App, Vue CLI, Expo and Gatsby on many generated directories.
func TestAppEnvGenerated(t *testing.T) {
	for _, of := range []struct {
		framework, npmPackage, prefix string
		values                        []string
	}{
		{"Create React App", "react-scripts", "REACT_APP_", slices.Concat(plainValues, oddValues)},
		{"Vue CLI", "@vue/cli-service", "VUE_APP_", slices.Concat(plainValues, oddValues)},
		{"Expo", "@expo/env", "EXPO_PUBLIC_", plainValues},
		{"Gatsby", "gatsby", "GATSBY_", slices.Concat(plainValues, oddValues)},
	} {
		t.Run(of.framework, func(t *testing.T) {
			projects := generatedProjects(400, of.prefix, of.values)
			want := runLoader(t, filepath.Join("testdata", "appenv"), of.npmPackage, projects, of.npmPackage)
			compareLoader(t, of.framework, projects, want, loading(of.framework))
		})
	}
}

// plainValues are what all loaders read alike but for the references and comments in it; the others, oddValues, depend on the loader, and on its version:
// Vite since 8 and @expo/env since 2.1 leave them to the util.parseEnv of the Node.js that they run in.
var (
	plainValues = []string{
		"KEY", `"KEY"`, "'KEY'", "  KEY", "KEY  ", "", `""`, "''", `"a b"`, "a b", "https://x.example/v1?a=b", "x=y==", "abc+/def==", "KEY # comment", `"KEY" # comment`,
		`"a#b"`, "'a#b'", "a#b", "# comment", "$A", "${A}", "${B}/x", "$A$B", "${A}${C}", "a$", "$", "5$", `\$A`, `\${A}`, `"$A"`, "$MISSING", "${MISSING}", "x${MISSING}y",
		"$P_A", "${P_B}", "$P_C/rest", "${MISSING:-KEY}", "${A:-KEY}", "${A-KEY}", "${MISSING:-}", "schlüssel", "a$$b",
	}
	oddValues = []string{
		`"half`, "'half", `half"`, "it's", `"a\nb"`, `'a\nb'`, "`KEY`", `"a"b"`, `"x" y`, `"KEY"  `, "\tKEY\t", `a\nb`, "\u00a0KEY\u00a0", `"a$b&c|d#e"`, "a$&b", "a$`b", `'$A'`,
	}
)

// generatedProjects are directories of .env files, always the same ones. KEY stands for a key's form, and P_ for a framework's prefix.
func generatedProjects(count int, prefix string, values []string) []map[string]string {
	r := rand.New(rand.NewPCG(1, 2))
	names := []string{"A", "B", "C", "P_A", "P_B", "P_C", "P_SUPABASE_ANON_KEY", "SUPABASE_SERVICE_ROLE_KEY"}
	odd := slices.Contains(values, "it's")
	line := func() string {
		i, value := r.IntN(len(names)), values[r.IntN(len(values))]
		name := names[i]
		for _, later := range names[i:] { // a circle of references ends no loader but ours
			if strings.Contains(value, "$"+later) || strings.Contains(value, "${"+later) {
				value = "KEY"
			}
		}
		value = strings.ReplaceAll(value, "KEY", fmt.Sprintf("eyJhbGciOiJIUzI1NiJ9.e30.%08x_-", r.Uint32()))
		switch r.IntN(16) {
		case 0:
			return "# " + name + "=" + value
		case 1:
			return ""
		case 2:
			return "export " + name + "=" + value
		case 3:
			return name + " = " + value
		case 4:
			return "  " + name + "=" + value
		case 5:
			if odd {
				return name + ": " + value
			}
		case 6:
			if odd {
				return name
			}
		}
		return name + "=" + value
	}
	var out []map[string]string
	for range count {
		project := map[string]string{}
		for _, file := range []string{".env", ".env.local", ".env.production", ".env.production.local", ".env.development"} {
			if r.IntN(2) == 0 {
				continue
			}
			end := "\n"
			if r.IntN(6) == 0 {
				end = "\r\n"
			}
			var text strings.Builder
			for range 1 + r.IntN(6) {
				text.WriteString(strings.ReplaceAll(line(), "P_", prefix) + end)
			}
			project[file] = text.String()
		}
		out = append(out, project)
	}
	return out
}

// TestExpansionIsBounded gives small files whose references come to gigabytes, or never end.
func TestExpansionIsBounded(t *testing.T) {
	var many strings.Builder
	many.WriteString("A=" + strings.Repeat("x", 60_000) + "\n")
	for i := range 20_000 {
		fmt.Fprintf(&many, "B%d=$A\n", i)
	}
	for _, w := range frameworks {
		if w.merge == nil {
			continue
		}
		for _, text := range []string{many.String(), "A=$A\n", "A=$B$B\nB=$A$A\nC=${A}${B}$A\n"} {
			budget := maxAllExpanded
			_, all := w.merge([]EnvFile{{".env", w.parse([]byte(text))}}, &budget)
			total := 0
			for _, e := range all {
				total += e.Value.Len()
			}
			if total > 2*maxAllExpanded+(1<<20) {
				t.Errorf("%s: %d bytes", w.name, total)
			}
		}
	}
}
