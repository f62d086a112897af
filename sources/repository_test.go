package sources

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"
)

// tree writes files (a name that ends in "/" is a directory, "a -> b" a link) and returns
// the directory.
func writeTree(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		link, target, isLink := strings.Cut(name, " -> ")
		path := filepath.Join(dir, filepath.FromSlash(link))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		switch {
		case isLink:
			err = os.Symlink(target, path)
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(path, 0o755)
		default:
			err = os.WriteFile(path, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func openPaths(t testing.TB, paths ...string) *Repository {
	t.Helper()
	repo, err := Open(Options{Paths: paths})
	if err != nil {
		t.Fatal(err)
	}
	return repo
}

func names(repo *Repository, keep func(*File) bool) string {
	var out []string
	for _, f := range repo.Files() {
		if keep(f) {
			out = append(out, f.Path)
		}
	}
	return strings.Join(out, " ")
}

const secret = "apiVersion: v1\nkind: Secret\nstringData: {SUPABASE_ANON_KEY: x}\n"

func TestWalk(t *testing.T) {
	dir := writeTree(t, map[string]string{
		".git/":                                  "",
		".gitignore":                             "ignored/\n*.local.yaml\n/.env*\n",
		"k8s/secret.yaml":                        secret,
		"k8s/plain.yaml":                         "just: text\n",
		"k8s/dev.local.yaml":                     secret,
		"ignored/secret.yaml":                    secret,
		"ignored/.env":                           "SUPABASE_ANON_KEY=x\n",
		".env":                                   "SUPABASE_ANON_KEY=x\n",
		"apps/web/.env.production -> ../../.env": "",
		"apps/web/leaving.yaml -> /etc/hostname": "",
		"node_modules/x/secret.yaml":             secret,
		"vendor/secret.yaml":                     secret,
		"docs/secret.yaml":                       secret,
		"apps/web/.env.example":                  "SUPABASE_ANON_KEY=x\n",
		"k8s/secret.example.yaml":                secret,
		"main.go":                                "package main // supabase\n",
	})
	repo := openPaths(t, filepath.Join(dir, "k8s"))
	if got, want := names(repo, func(f *File) bool { return f.BearsKeys() && !f.Example }),
		".env apps/web/.env.production ignored/.env k8s/secret.yaml"; got != want {
		t.Errorf("read %s\nwant %s", got, want)
	}
	if got, want := names(repo, func(f *File) bool { return f.Example }),
		"apps/web/.env.example docs/secret.yaml k8s/secret.example.yaml"; got != want {
		t.Errorf("examples %s\nwant %s", got, want)
	}
	if got, want := names(repo, func(f *File) bool { return repo.Selected(f.Path) }),
		"k8s/plain.yaml k8s/secret.example.yaml k8s/secret.yaml"; got != want {
		t.Errorf("selected %s\nwant %s", got, want)
	}
	notes := repo.Notes()
	if len(notes) != 1 || notes[0].Kind != NoteRefused || notes[0].At.File != "apps/web/leaving.yaml" {
		t.Errorf("notes %+v", notes)
	}
}

// TestNamedIsRead: what the user names is linted whatever it is called.
func TestNamedIsRead(t *testing.T) {
	dir := writeTree(t, map[string]string{
		".git/": "", ".gitignore": "generated/\n",
		"testdata/repo/secret.yaml": secret, "generated/secret.yaml": secret, "vendor/secret.yaml": secret, "docs/secret.yaml": secret,
	})
	repo := openPaths(t, filepath.Join(dir, "testdata/repo"), filepath.Join(dir, "generated"), filepath.Join(dir, "vendor"))
	if got, want := names(repo, func(f *File) bool { return !f.Example }),
		"generated/secret.yaml testdata/repo/secret.yaml vendor/secret.yaml"; got != want {
		t.Errorf("read %s\nwant %s", got, want)
	}
}

// TestTwoTrees: paths in two work trees are one world, each under its own name.
func TestTwoTrees(t *testing.T) {
	one := writeTree(t, map[string]string{"gitops/.git/": "", "gitops/k8s/secret.yaml": secret})
	two := writeTree(t, map[string]string{"web/.git": "gitdir: elsewhere\n", "web/.env.production": "SUPABASE_ANON_KEY=x\n"})
	repo := openPaths(t, filepath.Join(one, "gitops", "k8s"), filepath.Join(two, "web"))
	if got, want := names(repo, func(f *File) bool { return repo.Selected(f.Path) }), "gitops/k8s/secret.yaml web/.env.production"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if repo.File("gitops/../../../../etc/passwd") != nil || repo.File("/etc/passwd") != nil {
		t.Error("a file outside of the trees is served")
	}
}

// TestLargeFile is told and not read.
// TestTemplateOfChart: what is a template of a chart is told of by what renders it, and any other where it is read.
func TestTemplateOfChart(t *testing.T) {
	const template = "{{- if .Values.on }}\nanon_key: SUPABASE_ANON_KEY\n{{- end }}\n"
	repo := openPaths(t, writeTree(t, map[string]string{"chart/Chart.yaml": "name: x", "chart/templates/a/x.yaml": template, "other/templates/x.yaml": template}))
	for _, f := range repo.Files() {
		f.Documents()
	}
	var got []string
	for _, n := range repo.Notes() {
		got = append(got, n.At.File)
	}
	if want := []string{"other/templates/x.yaml"}; !slices.Equal(got, want) {
		t.Errorf("told of %v, want %v", got, want)
	}
}

func TestLargeFile(t *testing.T) {
	dir := writeTree(t, map[string]string{"secret.yaml": secret})
	if err := os.Truncate(filepath.Join(dir, "secret.yaml"), 200<<20); err != nil {
		t.Fatal(err)
	}
	repo := openPaths(t, dir)
	if notes := repo.Notes(); len(notes) != 1 || notes[0].Kind != NoteBound {
		t.Errorf("notes %+v", notes)
	}
}

// TestGitignoreOracle compares with git itself.
func TestGitignoreOracle(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	files := map[string]string{
		".gitignore":          "*.log.yaml\n/root-only.yaml\nbuild/\n!build/keep.yaml\ndeep/**/skip.yaml\nspace\\ name.yaml\n[ab].yaml\n!b.yaml\n# no.yaml\n",
		"apps/.gitignore":     "local.yaml\n!/apps.log.yaml\n",
		"apps/sub/.gitignore": "*\n!kept.yaml\n",
		"x.log.yaml":          secret, "apps/apps.log.yaml": secret, "apps/other.log.yaml": secret,
		"root-only.yaml": secret, "apps/root-only.yaml": secret, "build/keep.yaml": secret, "apps/build/x.yaml": secret,
		"deep/skip.yaml": secret, "deep/1/2/skip.yaml": secret, "space name.yaml": secret, "a.yaml": secret, "b.yaml": secret,
		"no.yaml": secret, "apps/local.yaml": secret, "local.yaml": secret, "apps/sub/gone.yaml": secret, "apps/sub/kept.yaml": secret,
	}
	dir := writeTree(t, files)
	if out, err := exec.Command("git", "-C", dir, "init", "-q").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var want []string
	for name := range files {
		if filepath.Ext(name) != ".yaml" {
			continue
		}
		if exec.Command("git", "-C", dir, "-c", "core.excludesFile=/dev/null", "check-ignore", "-q", name).Run() != nil {
			want = append(want, name)
		}
	}
	sort.Strings(want)
	repo, err := Open(Options{Paths: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	if got := names(repo, func(f *File) bool { return !f.Ignored }); got != strings.Join(want, " ") {
		t.Errorf("keylint reads\n%s\ngit tracks\n%s", strings.ReplaceAll(got, " ", "\n"), strings.Join(want, "\n"))
	}
}
