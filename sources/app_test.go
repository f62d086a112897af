package sources

import (
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestApp reads what builds an app, and what its configuration says of the files of variables.
func TestApp(t *testing.T) {
	vite := "-- app/package.json --\n{\"devDependencies\": {\"vite\": \"7.1.0\"}}\n-- app/vite.config.ts --\n"
	for name, of := range map[string]struct {
		archive string
		by      string   // the frameworks
		dir     string   // where the files lie; "?" where that is not known
		public  []string // the prefixes; none where they are not known
	}{
		"nothing":           {"-- app/package.json --\n{}\n", "", "app", nil},
		"a dependency":      {"-- app/package.json --\n{\"dependencies\": {\"next\": \"15\"}}\n", "Next.js", "app", []string{"NEXT_PUBLIC_"}},
		"a configuration":   {"-- app/package.json --\n{}\n-- app/vue.config.js --\n", "Vue CLI", "app", []string{"VUE_APP_"}},
		"built on another":  {"-- app/package.json --\n{\"devDependencies\": {\"vite\": \"7\", \"@sveltejs/kit\": \"2\"}, \"scripts\": {\"build\": \"vite build\"}}\n", "SvelteKit", "app", []string{"PUBLIC_", "VITE_"}},
		"a script says":     {"-- app/package.json --\n{\"devDependencies\": {\"vite\": \"7\", \"react-scripts\": \"5\"}, \"scripts\": {\"build\": \"vite build\"}}\n", "Vite", "app", []string{"VITE_"}},
		"two":               {"-- app/package.json --\n{\"dependencies\": {\"next\": \"15\", \"expo\": \"53\"}}\n", "Next.js Expo", "app", []string{"NEXT_PUBLIC_", "EXPO_PUBLIC_"}},
		"a text":            {vite + `export default defineConfig({ envDir: "../config", envPrefix: 'APP_' })`, "Vite", "config", []string{"APP_"}},
		"a list":            {vite + `export default { envPrefix: ["VITE_", "SUPABASE_"] }`, "Vite", "app", []string{"VITE_", "SUPABASE_"}},
		"a path":            {vite + `export default { envDir: path.join(__dirname, '..', 'env'), plugins: [] }`, "Vite", "env", []string{"VITE_"}},
		"of the process":    {vite + `export default { envDir: resolve(process.cwd(), '..') }`, "Vite", ".", []string{"VITE_"}},
		"a URL":             {vite + `export default { envDir: fileURLToPath(new URL('../', import.meta.url)) }`, "Vite", ".", []string{"VITE_"}},
		"its own":           {vite + `export default { envDir: import.meta.dirname }`, "Vite", "app", []string{"VITE_"}},
		"a comment":         {vite + "// envDir: '..'\nexport default {}", "Vite", "app", []string{"VITE_"}},
		"computed":          {vite + `export default { envDir: root(), envPrefix: prefixes }`, "Vite", "?", nil},
		"a template":        {vite + "export default { envDir: `../${name}` }", "Vite", "?", []string{"VITE_"}},
		"shorthand":         {vite + `const envDir = '..'; export default { envDir }`, "Vite", "?", []string{"VITE_"}},
		"one of two":        {vite + `export default prod ? { envDir: '..' } : { envDir: '../env' }`, "Vite", "?", []string{"VITE_"}},
		"a choice":          {vite + `export default { envDir: prod ? '..' : '.' }`, "Vite", "?", []string{"VITE_"}},
		"out of here":       {vite + `export default { envDir: '../..' }`, "Vite", "?", []string{"VITE_"}},
		"by kit":            {"-- app/package.json --\n{\"devDependencies\": {\"@sveltejs/kit\": \"2\"}}\n-- app/svelte.config.js --\nexport default { kit: { env: { dir: '../', publicPrefix: 'X_' }, files: { dir: 'x' } } }", "SvelteKit", ".", []string{"VITE_", "X_"}},
		"svelte is no kit":  {"-- app/package.json --\n{\"devDependencies\": {\"vite\": \"7\", \"svelte\": \"5\"}}\n-- app/svelte.config.js --\n", "Vite", "app", []string{"VITE_"}},
		"not JSON, and not": {"-- app/package.json --\n{\"dependencies\": \n-- app/vite.config.ts --\nexport default { envDir: '", "Vite", "?", []string{"VITE_"}},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{}
			for _, f := range txtar.Parse([]byte(of.archive)).Files {
				files[f.Name] = string(f.Data)
			}
			a := openPaths(t, writeTree(t, files)).appIn("app")
			var by []string
			for _, w := range a.frameworks {
				by = append(by, w.name)
			}
			dir, public := a.EnvDir, a.public
			if a.openDir != "" {
				dir = "?"
			}
			if a.openPublic {
				public = nil
			}
			if strings.Join(by, " ") != of.by || dir != of.dir || !slices.Equal(public, of.public) {
				t.Errorf("built by %q in %s with %q", by, dir, public)
			}
		})
	}
}

// TestFrameworksDocumented holds the table in docs/resolution.md to the one here.
func TestFrameworksDocumented(t *testing.T) {
	doc, err := os.ReadFile("../docs/resolution.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(doc), "## Which files of variables a build reads")
	for _, w := range frameworks {
		_, row, ok := strings.Cut(section, "\n| "+w.name)
		row, _, _ = strings.Cut(row, "\n")
		if !ok {
			t.Errorf("%s is not there", w.name)
		}
		for _, p := range w.public {
			if p != "" && !strings.Contains(row, "`"+p+"`") {
				t.Errorf("%s: %s is not there", w.name, p)
			}
		}
	}
}

func FuzzAppConfig(f *testing.F) {
	for _, text := range []string{
		"export default { envDir: path.resolve(__dirname, '../..'), envPrefix: ['VITE_', \"SUPABASE_\"] }", "const envDir = `../${x}`; export default { envDir }",
		"export default { kit: { env: { dir: '..', publicPrefix: 'X_' } } } // envDir: '.'", "envDir: (((", "envPrefix: }", "env: { env: { env: {",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a := &App{Dir: "app", EnvDir: "app"}
		c := appConfig{file: &File{Path: "app/vite.config.ts"}, starts: lineStarts(text)}
		a.configureBy(c, settingTokens(text, scriptToken), frameworkNamed("SvelteKit"))
		if a.EnvDir == ".." || strings.HasPrefix(a.EnvDir, "../") || strings.HasPrefix(a.EnvDir, "/") {
			t.Errorf("the files lie in %s", a.EnvDir)
		}
	})
}
