package sources

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// framework is what builds an app, and what that takes from the files of variables beside it.
type framework struct {
	name string

	packages []string       // by which a package.json tells it
	configs  []string       // by which its own files do, without the extension that their language gives them
	builds   *regexp.Regexp // a command that builds with it
	over     []string       // those that it is built on, and reads in place of

	files func(mode string) []string // that it reads, the strongest first; nil where it reads none
	parse func([]byte) []Variable    // one of them
	merge envMerge                   // all of them
	only  string                     // which those are, where others of the same names are passed over
	modes bool                       // --mode behind its command says in which it builds
	moves bool                       // envDir and envPrefix of its configuration say where they lie, and what it builds in

	// public begins the names of those variables that it writes into what the browser, or whoever has the app, gets; usual begins those that people
	// give it, where it writes in whatever stands in its file.
	public []string
	usual  string
}

// envMerge merges files, the strongest first: the winners are by name, and all lists every definition, file by file, with the value that it
// gives, or would give if it counted.
type envMerge func(files []EnvFile, budget *int) (winners map[string]Effective, all []Effective)

// frameworks is all that is known of what builds apps. Where the files' order, grammar and references are another program's, they were
// read in its source and are compared with it (testdata/nextenv, viteenv, appenv):
//
//   - Next.js: @next/env, whose dotenv is 16 and whose dotenv-expand is 10.
//   - Vite: packages/vite/src/node/env.ts (loadEnv). So read, with another prefix or one more, Astro (packages/astro/src/env/env-loader.ts),
//     SvelteKit (packages/kit/src/exports/vite/index.js: kit.env), SolidStart (vinxi). React Router, Remix and TanStack Start are Vite's plugins.
//   - Nuxt: of the order only what Vite and Nuxt have in common is taken; its variables count where it runs, too (NuxtAtRunTime).
//   - Create React App: react-scripts config/env.js; craco and react-app-rewired call it.
//   - Vue CLI: @vue/cli-service lib/Service.js (loadEnv), lib/util/resolveClientEnv.js.
//   - Expo: @expo/env (getEnvFiles); babel-preset-expo writes in EXPO_PUBLIC_.
//   - Gatsby: gatsby/src/utils/webpack.config.js (processEnv): the mode's file and no other, but all that is in it.
//   - Angular: none; with @ngx-env/builder those beside angular.json.
var frameworks = []*framework{
	{
		name: "Next.js", packages: []string{"next"}, configs: []string{"next.config"}, builds: regexp.MustCompile(`\bnext build\b`),
		files: NextEnvOrder, parse: ParseDotenv, merge: loadNextEnv, public: []string{"NEXT_PUBLIC_"},
	},
	{
		name: "Nuxt", packages: []string{"nuxt"}, configs: []string{"nuxt.config"}, builds: regexp.MustCompile(`\b(?:nuxt|nuxi) (?:build|generate)\b`), over: []string{"Vite"},
		files: ViteEnvOrder, parse: ParseDotenv, merge: loadViteEnv, public: []string{"NUXT_PUBLIC_", "VITE_"},
	},
	{
		name: "Astro", packages: []string{"astro"}, configs: []string{"astro.config"}, builds: regexp.MustCompile(`\bastro build\b`), over: []string{"Vite"},
		files: ViteEnvOrder, parse: ParseDotenv, merge: loadViteEnv, modes: true, moves: true, public: []string{"PUBLIC_"},
	},
	{
		name: "SvelteKit", packages: []string{"@sveltejs/kit"}, builds: viteBuild, over: []string{"Vite"},
		files: ViteEnvOrder, parse: ParseDotenv, merge: loadViteEnv, modes: true, moves: true, public: []string{"PUBLIC_", "VITE_"},
	},
	{
		name: "SolidStart", packages: []string{"@solidjs/start", "solid-start"}, builds: regexp.MustCompile(`\b(?:vinxi|solid-start|vite) build\b`), over: []string{"Vite"},
		files: ViteEnvOrder, parse: ParseDotenv, merge: loadViteEnv, modes: true, moves: true, public: []string{"VITE_"},
	},
	{
		name: "Vite", packages: []string{"vite"}, configs: []string{"vite.config"}, builds: viteBuild,
		files: ViteEnvOrder, parse: ParseDotenv, merge: loadViteEnv, modes: true, moves: true, public: []string{"VITE_"},
	},
	{
		name: "Create React App", packages: []string{"react-scripts"}, builds: regexp.MustCompile(`\b(?:react-scripts|craco|react-app-rewired) build\b`),
		files: NextEnvOrder, parse: ParseDotenvLines, merge: loadLinesEnv, public: []string{"REACT_APP_"},
	},
	{
		name: "Vue CLI", packages: []string{"@vue/cli-service"}, configs: []string{"vue.config"}, builds: regexp.MustCompile(`\bvue-cli-service build\b`), modes: true,
		files: ViteEnvOrder, parse: ParseDotenvLines, merge: loadLinesEnv, public: []string{"VUE_APP_"},
	},
	{
		name: "Expo", packages: []string{"expo"}, builds: regexp.MustCompile(`\b(?:expo (?:export|build|prebuild)|eas build)\b`),
		files: NextEnvOrder, parse: ParseDotenv, merge: loadExpoEnv, public: []string{"EXPO_PUBLIC_"},
	},
	{
		name: "Gatsby", packages: []string{"gatsby"}, configs: []string{"gatsby-config"}, builds: regexp.MustCompile(`\bgatsby build\b`),
		files: func(mode string) []string { return []string{".env." + mode} }, only: ".env.production when it builds, and no other file",
		parse: ParseDotenvLines, merge: loadWritten, public: []string{""}, usual: "GATSBY_",
	},
	{
		name: "Angular", packages: []string{"@angular/cli"}, configs: []string{"angular"}, builds: regexp.MustCompile(`\bng build\b`),
		only: "no file of variables",
	},
}

var viteBuild = regexp.MustCompile(`\bvite build\b`)

// usual are the frameworks whose rules hold for an app of which it cannot be told by what it is built: names that begin with VITE_ are read as Vite
// reads them, all others as Next.js does.
var usual = []*framework{frameworkNamed("Next.js"), frameworkNamed("Vite")}

func frameworkNamed(name string) *framework {
	return frameworks[slices.IndexFunc(frameworks, func(f *framework) bool { return f.name == name })]
}

// reads says whether it reads a file of that name in some mode.
func (w *framework) reads(name string) bool {
	return w.files != nil && slices.Contains(w.files(modeOf(name)), path.Base(name))
}

// modeOf is the word between ".env." and ".local" in the name of a file of variables, which may be a mode.
func modeOf(name string) string {
	rest, _ := strings.CutPrefix(path.Base(name), ".env")
	return strings.TrimPrefix(strings.TrimSuffix(rest, ".local"), ".")
}
