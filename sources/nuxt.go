package sources

import "regexp"

// nuxtAtRunTime are the variables that @nuxtjs/supabase reads when the app is built, each with the
// one by which Nuxt replaces what was built in when the server starts: NUXT_ and the path in its
// runtimeConfig, and no other (nuxt-modules/supabase src/module.ts;
// https://nuxt.com/docs/guide/going-further/runtime-config).
var nuxtAtRunTime = map[string]string{
	"SUPABASE_KEY": "NUXT_PUBLIC_SUPABASE_KEY", "SUPABASE_PUBLISHABLE_KEY": "NUXT_PUBLIC_SUPABASE_KEY", "SUPABASE_ANON_KEY": "NUXT_PUBLIC_SUPABASE_KEY",
	"NUXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY": "NUXT_PUBLIC_SUPABASE_KEY", "NUXT_PUBLIC_SUPABASE_ANON_KEY": "NUXT_PUBLIC_SUPABASE_KEY",
	"SUPABASE_SERVICE_KEY": "NUXT_SUPABASE_SERVICE_KEY",
	"SUPABASE_SECRET_KEY":  "NUXT_SUPABASE_SECRET_KEY", "SUPABASE_SERVICE_ROLE_KEY": "NUXT_SUPABASE_SECRET_KEY",
}

// NuxtAtRunTime is the variable that the Nuxt app in a directory takes in place of one which
// @nuxtjs/supabase reads only when the app is built; empty where the app is none, or code of its
// own names the variable.
func (r *Repository) NuxtAtRunTime(dir, variable string) string {
	instead := nuxtAtRunTime[variable]
	if instead == "" || !r.IsNuxt(dir) || !r.packageAt(dir).needs("@nuxtjs/supabase") || r.codeNames(dir, variable) {
		return ""
	}
	return instead
}

// IsNuxt says whether the app in a directory is a Nuxt app.
func (r *Repository) IsNuxt(dir string) bool { return r.packageAt(dir).needs("nuxt") }

// generates matches a command that makes static pages of a Nuxt app: there is then no server that
// could take anything from its environment.
var generates = regexp.MustCompile(`\b(?:nuxt|nuxi|npm run|(?:pnpm|yarn|bun)(?: run)?) generate\b`)

// Generates says whether the text of a Dockerfile, or the build script of the app in a directory,
// makes static pages of a Nuxt app.
func (r *Repository) Generates(dir, dockerfile string) bool {
	return generates.MatchString(dockerfile) || generates.MatchString(r.packageAt(dir).Scripts["build"])
}
