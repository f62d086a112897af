package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/sources"
)

// hook is what .pre-commit-hooks.yaml says of one hook.
type hook struct {
	ID            string   `json:"id"`
	Entry         string   `json:"entry"`
	PassFilenames *bool    `json:"pass_filenames"`
	RequireSerial bool     `json:"require_serial"`
	AlwaysRun     bool     `json:"always_run"`
	Files         string   `json:"files"`
	Exclude       string   `json:"exclude"`
	Types         []string `json:"types"`
}

func preCommitHooks(t *testing.T) []hook {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", ".pre-commit-hooks.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var hooks []hook
	if err := yaml.Unmarshal(b, &hooks); err != nil {
		t.Fatal(err)
	}
	return hooks
}

// starts says whether a hook of this pattern starts for a changed file. The pattern is
// one of Python's. Go knows no (?!…), of which the pattern has one, at the beginning of
// the file's own name: so it is taken apart there.
func starts(t *testing.T, exclude string) func(name string) bool {
	t.Helper()
	parts := regexp.MustCompile(`^(.*\(\^\|/\))\(\?!((?:[^()]|\([^()]*\))*)\)(.*)$`).FindStringSubmatch(exclude)
	if parts == nil {
		t.Fatalf("the pattern has not the form that this test understands: %s", exclude)
	}
	unless, left := regexp.MustCompile(parts[1]+parts[2]+"[^/]*$"), regexp.MustCompile(parts[1]+parts[3])
	return func(name string) bool { return !left.MatchString(name) || unless.MatchString(name) }
}

// TestHooks holds what all hooks have in common.
func TestHooks(t *testing.T) {
	hooks := preCommitHooks(t)
	for _, h := range hooks {
		if h.PassFilenames == nil || *h.PassFilenames || !h.RequireSerial || h.AlwaysRun || h.Files != "" || h.Types == nil || len(h.Types) > 0 || h.Exclude != hooks[0].Exclude {
			t.Errorf("the hook %s differs from the others: %+v", h.ID, h)
		}
	}
	info, err := os.Stat(filepath.Join("..", "..", filepath.FromSlash(hooks[0].Entry)))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode()&0o111 == 0 {
		t.Errorf("%s cannot be executed", hooks[0].Entry)
	}
}

// TestHookPage holds the page's rev to the release that the tree belongs to, and its hooks
// to those that there are.
func TestHookPage(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", "pre-commit.md"))
	if err != nil {
		t.Fatal(err)
	}
	version, err := os.ReadFile(filepath.Join("..", "..", "VERSION"))
	if err != nil {
		t.Fatal(err)
	}
	page, want := string(b), "rev: v"+strings.TrimSpace(string(version))+"\n"
	if !strings.Contains(want, "-dev") && !strings.Contains(page, want) {
		t.Errorf("docs/pre-commit.md does not say %q", want)
	}
	for _, h := range preCommitHooks(t) {
		if !strings.Contains(page, "| `"+h.ID+"` |") {
			t.Errorf("docs/pre-commit.md does not list the hook %s", h.ID)
		}
	}
}

// TestHookStarts holds the pattern against names that matter and names that cannot.
func TestHookStarts(t *testing.T) {
	starts := starts(t, preCommitHooks(t)[0].Exclude)
	for _, name := range []string{
		".keylint.yaml", "k8s/.keylint.yaml", ".keylint-baseline.json", ".sops.yaml", ".gitignore", "web/.dockerignore", "chart/.helmignore",
		".env", ".env.production", "web.env", ".env.go", "Dockerfile", "Dockerfile.go", "deploy/dockerfile.PHP", "web.Dockerfile", "Containerfile.rs",
		"docker-compose.yml", "compose.override.yaml", "web/package.json", "Makefile", "Taskfile.js", "deploy.sh", "render.py", "gateway.rb", "deploy.ps1",
		"k8s/kustomization.yml", "Kustomization", "chart/Chart.lock", "chart/templates/_helpers.tpl", "secret.yaml.enc", "kong.yml.tmpl", "kong.conf.template",
		"secrets/anon_key", "secrets/anon.txt", "jwt.sql", "supabase/config.toml", "settings.properties", "a/submodule", "weird\nname.yaml",
		"notes.md/secret.yaml", "md", "go", ".go.yaml", "README.md", "src/app.ts", "src/App.TSX", "web/next.config.js", "main.go", "a/b/page.vue", "logo.svg",
	} {
		if !starts(name) {
			t.Errorf("the hook does not start for %q", name)
		}
	}
	for _, name := range []string{
		"static/logo.PNG", "font.woff2", "app.apk", "img/dockerfiles/main.webp", "Dockerfile/main.pdf",
	} {
		if starts(name) {
			t.Errorf("the hook starts for %q", name)
		}
	}
}

// TestHookStartsForKinds fails where keylint reads, by its name alone, a file that the
// pattern leaves out. The names are made of all that the pattern's extensions could
// stand behind.
func TestHookStartsForKinds(t *testing.T) {
	exclude := preCommitHooks(t)[0].Exclude
	starts := starts(t, exclude)
	list := regexp.MustCompile(`\\\.\(([a-z0-9|]+)\)\$$`).FindStringSubmatch(exclude)
	if list == nil {
		t.Fatalf("the pattern lists no extensions: %s", exclude)
	}
	dir := t.TempDir()
	for _, ext := range strings.Split(list[1], "|") {
		for _, stem := range []string{"x", "Dockerfile", "Dockerfile.x", "x.Dockerfile", "Containerfile", "compose", "docker-compose", ".env", ".env.x", "x.env", "values", "kustomization", "Chart", "kong.yaml", "x.json", "x.sops"} {
			if err := os.WriteFile(filepath.Join(dir, stem+"."+ext), []byte("# SUPABASE_ANON_KEY\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	repo, err := sources.Open(sources.Options{Paths: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	files := repo.Files()
	if len(files) == 0 {
		t.Error("keylint reads none of the files")
	}
	for _, f := range files {
		if !starts(f.Path) {
			t.Errorf("keylint reads %s, and the hook does not start for it", f.Path)
		}
	}
}

// TestHookMissesNothing fails where a file that the pattern leaves out has a part in what
// keylint says of a fixture: the report names it, or becomes another one where the file
// says something else, or is not there.
func TestHookMissesNothing(t *testing.T) {
	starts := starts(t, preCommitHooks(t)[0].Exclude)
	keys, err := allKeys()
	if err != nil {
		t.Fatal(err)
	}
	var all atomic.Int32
	t.Run("fixtures", func(t *testing.T) {
		for _, name := range fixtureNames(t) {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				all.Add(missesNothing(t, name, keys, starts))
			})
		}
	})
	if all.Load() == 0 {
		t.Error("no fixture has a file that the pattern leaves out")
	}
}

// missesNothing holds one fixture to that, and counts the files that the pattern leaves out.
func missesNothing(t *testing.T, name string, keys []string, starts func(string) bool) int32 {
	before := lintedFixture(t, name).unlocked.reports["json"]
	for _, file := range namedFiles(t, before) {
		if !starts(file) {
			t.Errorf("the report names %s, and the hook does not start for it", file)
		}
	}
	dir := copyFixture(t, name)
	left := filesBelow(t, dir, func(file string) bool { return !starts(file) })
	if len(left) == 0 {
		return 0
	}
	report := func() string {
		return keylint(slices.Concat([]string{"--format=json", now, dir}, keys)...).stdout
	}
	for _, file := range left {
		if err := os.WriteFile(file, []byte("SUPABASE_ANON_KEY="+testkeys.Key(testkeys.Secret, "anon", 1767225600)+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if after := report(); after != before {
		t.Errorf("other text in %q changes the report:\n%s", left, lineDifference(before, after))
	}
	for _, file := range left {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	if after := report(); after != before {
		t.Errorf("without %q the report is another one:\n%s", left, lineDifference(before, after))
	}
	return int32(len(left))
}

// filesBelow lists the regular files of a directory whose name there, with slashes, is one.
func filesBelow(t *testing.T, dir string, is func(name string) bool) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		rel, err := filepath.Rel(dir, file)
		if err == nil && is(filepath.ToSlash(rel)) {
			files = append(files, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// namedFiles lists what a JSON report names under "file", wherever.
func namedFiles(t *testing.T, report string) []string {
	t.Helper()
	var top any
	if err := json.Unmarshal([]byte(report), &top); err != nil {
		t.Fatal(err)
	}
	var files []string
	var visit func(any)
	visit = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				visit(e)
			}
		case map[string]any:
			if file, ok := v["file"].(string); ok && file != "" {
				files = append(files, file)
			}
			for _, e := range v {
				visit(e)
			}
		}
	}
	visit(top)
	return files
}
