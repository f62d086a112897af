package sources

import (
	"bytes"
	"path"
	"slices"
	"strings"
)

// envReaders are the packages that read the files of variables in an app's directory; any that has "env" or "config" in its
// name may, too.
var envReaders = []string{
	"next", "vite", "nuxt", "astro", "gatsby", "react-scripts", "@vue/cli-service", "expo", "react-native", "@sveltejs/kit", "@remix-run/dev", "@react-router/dev",
	"@angular-builders/custom-webpack", "parcel", "@redwoodjs/core", "@adonisjs/core", "wrangler", "vercel", "netlify-cli", "supabase", "prisma", "serverless", "vinxi",
	"@solidjs/start", "@tanstack/react-start", "@rsbuild/core", "webpack", "electron-vite", "wxt", "plasmo", "vitest", "vuepress", "vitepress", "@storybook/react", "blitz", "keystone",
}

// otherReaders are files of other languages and tools whose programs may read the files of variables beside them, and workspaceFiles those by
// which a directory is the root of apps that lie below it.
var (
	otherReaders = []string{
		"bun.lock", "bun.lockb", "bunfig.toml", "nx.json", "deno.json", "deno.jsonc", "pyproject.toml", "requirements.txt", "Pipfile", "go.mod", "Gemfile",
		"composer.json", "Cargo.toml", "pubspec.yaml", "mix.exs", "pom.xml", "build.gradle", "manage.py", "main.py", "app.py", ".envrc",
	}
	workspaceFiles = []string{"pnpm-workspace.yaml", "turbo.json", "lerna.json", "rush.json"}
)

// EnvUnread says why nothing reads the files of variables in a directory by itself: it is the root of a workspace, and its apps
// read those of their own directories. It is empty where something does, or may.
func (r *Repository) EnvUnread(dir string) string {
	has := func(names []string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return r.File(path.Join(dir, n)) != nil })
	}
	manifest := r.packageAt(dir)
	if r.File(path.Join(dir, "package.json")) == nil || manifest.Workspaces == nil && !has(workspaceFiles) || has(otherReaders) || manifest.readsEnv() {
		return ""
	}
	for _, f := range r.Files() {
		if path.Base(f.Path) == "package.json" && within(f.Path, dir) && r.namesEnvAbove(f.Dir()) {
			return ""
		}
	}
	return "nothing here loads it: the apps below read the files of variables in their own directories"
}

// MayReadEnv says whether something beside compose may read the files of variables in a directory: an app that lies there, or a
// script that names one.
func (r *Repository) MayReadEnv(dir string) bool {
	for _, name := range append([]string{"package.json", "Dockerfile"}, otherReaders...) {
		if r.File(path.Join(dir, name)) != nil {
			return true
		}
	}
	return r.ScriptNaming(".env").File != ""
}

// readsEnv says whether a package that is needed may read files of variables, or a script names one.
func (m packageManifest) readsEnv() bool {
	for _, list := range []map[string]any{m.Dependencies, m.DevDependencies} {
		for name := range list {
			if slices.Contains(envReaders, name) || mayReadEnv(name) {
				return true
			}
		}
	}
	return false
}

// mayReadEnv says by the name of a package that it may read files of variables.
func mayReadEnv(name string) bool {
	return (strings.Contains(name, "env") || strings.Contains(name, "config")) && !strings.Contains(name, "eslint") && !strings.Contains(name, "tsconfig") && !strings.Contains(name, "prettier")
}

// envAbove are texts by which code says that it reads a file of variables of another directory.
var envAbove = [][]byte{[]byte("envDir"), []byte("loadEnvConfig"), []byte("loadEnv("), []byte("../.env"), []byte("dotenv")}

// namesEnvAbove says whether the configuration of an app's build, or its code, may read the files of a directory above it.
func (r *Repository) namesEnvAbove(app string) bool {
	for _, f := range r.buildConfigs(app) {
		if b, err := f.peek(); err != nil || slices.ContainsFunc(envAbove, func(t []byte) bool { return bytes.Contains(b, t) }) {
			return true
		}
	}
	return r.codeNames(app, "../.env") || r.codeNames(app, "dotenv")
}
