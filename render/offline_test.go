package render

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/api/krusty"

	"github.com/keylint/keylint/internal/testrepo"
)

// TestOffline names the network and programs in every place where kustomize would
// follow them. The server and the programs on the PATH record that they were called.
func TestOffline(t *testing.T) {
	t.Run("taken out", func(t *testing.T) { testOffline(t, "") })
	// kustomize clones what is called like a repository when the file of that name does
	// not parse.
	t.Run("a local file", func(t *testing.T) { testOffline(t, "  - github.com/example/local\n") })
}

func testOffline(t *testing.T, local string) {
	if runtime.GOOS == "windows" {
		t.Skip("the programs are shell scripts")
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("%s was fetched", r.URL)
	}))
	defer server.Close()
	bin, calls := t.TempDir(), filepath.Join(t.TempDir(), "calls")
	for _, name := range []string{"git", "helm", "ksops", "docker", "sops", "gpg"} {
		script := "#!/bin/sh\necho " + name + " \"$@\" >> " + calls + "\nexit 1\n"
		if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin)

	archive := strings.ReplaceAll(`
-- root/kustomization.yaml --
resources:
  - secret.yaml
  - ../nested
  - URL/resource.yaml
  - URL/repo.git//base?ref=main
  - github.com/example/repo//base?ref=v1
  - GitHub.com:example/repo
  - git@example.org:example/repo.git
  - git::URL/repo
  - GIT::ssh://git@example.org/example/repo
  - file:///srv/repo
  - user@localhost:repo/base
LOCAL  - https://user:password@example.org/a/b?ref=main&sshkey=abc
bases:
  - URL/base
components:
  - URL/component
  - github.com/example/component
crds:
  - URL/crd.json
configurations:
  - URL/configuration.yaml
openapi:
  path: URL/openapi.json
patches:
  - path: URL/patch.yaml
  - path: HTTP:patch.yaml
patchesStrategicMerge:
  - URL/merge.yaml
patchesJson6902:
  - path: URL/json.yaml
    target: {kind: Secret, name: supabase-keys}
replacements:
  - path: URL/replacement.yaml
configMapGenerator:
  - name: a
    files: [URL/file.txt, key=URL/file.txt]
    envs: [URL/a.env]
    env: URL/b.env
secretGenerator:
  - name: b
    files: [URL/file.txt]
    envs: [URL/a.env]
generators:
  - URL/generator.yaml
  - github.com/example/generators
  - generators.yaml
  - plugindir
  - |-
    apiVersion: builtin
    kind: ConfigMapGenerator
    metadata: {name: inline}
    Files: [URL/file.txt]
transformers:
  - URL/transformer.yaml
  - |-
    apiVersion: builtin
    kind: PatchTransformer
    metadata: {name: inline}
    common: &x {path: URL/patch.yaml}
    <<: *x
  - |-
    apiVersion: builtin
    kind: ReplacementTransformer
    metadata: {name: inline}
    replacements: [{path: URL/replacement.yaml}]
validators:
  - URL/validator.yaml
helmCharts:
  - name: chart
    repo: URL/charts
    valuesFile: URL/values.yaml
-- root/github.com/example/local --
this: is
  not: a resource
-- root/secret.yaml --
`+secretYAML+`
-- root/plugindir/kustomization.yaml --
resources: [URL/in-plugin-directory.yaml]
-- root/generators.yaml --
apiVersion: v1
kind: ConfigMapList
items:
  - apiVersion: builtin
    kind: HelmChartInflationGenerator
    metadata: {name: chart}
    name: chart
    repo: URL/charts
---
apiVersion: builtin
kind: SecretGenerator
metadata: {name: remote}
envs: [URL/keys.env]
---
apiVersion: viaduct.ai/v1
kind: ksops
metadata:
  name: ksops
  annotations:
    config.kubernetes.io/function: |
      exec: {path: ksops}
files: [URL/secret.yaml]
-- nested/kustomization.yaml --
resources:
  - URL/nested.yaml
  - github.com/example/nested
-- nested/unused.yaml --
supabase: {}
`, "URL", server.URL)
	repo := open(t, strings.Replace(archive, "LOCAL", local, 1))
	u := unit(t, Units(repo), "root")
	if b, err := os.ReadFile(calls); err == nil {
		t.Errorf("programs were run:\n%s", b)
	}
	if built := !strings.Contains(strings.Join(u.Missing, "\n"), "does not build"); built != (local == "") {
		t.Errorf("built: %v; missing:\n%s", built, strings.Join(u.Missing, "\n"))
	}
	if len(u.Missing) < 40 {
		t.Errorf("only %d parts are told to be missing:\n%s", len(u.Missing), strings.Join(u.Missing, "\n"))
	}
	all := notes(repo) + strings.Join(u.Missing, "\n")
	for _, leak := range []string{"password", "sshkey"} {
		if strings.Contains(all, leak) {
			t.Errorf("%q is repeated in\n%s", leak, all)
		}
	}
	for _, n := range repo.Notes() {
		if n.Kind == "not-fetched" && n.At.Line == 0 {
			t.Errorf("no line: %v %s", n.At, n.Message)
		}
	}
}

// TestTraps shows that the traps of TestOffline catch: kustomize alone, over the same
// file system, fetches and runs.
func TestTraps(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the programs are shell scripts")
	}
	fetched := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { fetched = true }))
	defer server.Close()
	bin, calls := t.TempDir(), filepath.Join(t.TempDir(), "calls")
	if err := os.WriteFile(filepath.Join(bin, "git"), []byte("#!/bin/sh\necho called >> "+calls+"\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	repo := open(t, `
-- url/kustomization.yaml --
resources: [`+server.URL+`/resource.yaml]
-- git/kustomization.yaml --
resources: [github.com/example/local]
-- git/github.com/example/local --
this: is
  not: a resource
`)
	for _, dir := range []string{"/url", "/git"} {
		_, _ = krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(repo.FileSystem(), dir)
	}
	if _, err := os.Stat(calls); err != nil || !fetched {
		t.Errorf("the traps caught nothing: git called %v, fetched %v", err == nil, fetched)
	}
}

// TestOutside names files outside the repository in every way.
func TestOutside(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret.yaml")
	if err := os.WriteFile(outside, []byte(secretYAML), 0o644); err != nil {
		t.Fatal(err)
	}
	dir := testrepo.Write(t, strings.ReplaceAll(`
-- root/kustomization.yaml --
resources:
  - own.yaml
  - OUTSIDE
  - ../../../../../../../../../../../../OUTSIDE
  - ../../outside/secret.yaml
  - link/secret.yaml
configMapGenerator:
  - name: passwd
    files:
      - /etc/passwd
      - passwd2=../../../../../../../../../../../../etc/passwd
-- root/own.yaml --
`+secretYAML+`
-- etc/passwd --
the repository's own
-- outside/secret.yaml --
`+secretYAML, "OUTSIDE", outside))
	if err := os.Symlink(filepath.Dir(outside), filepath.Join(dir, "root", "link")); err != nil {
		t.Fatal(err)
	}
	repo := testrepo.Open(t, dir, nil)
	u := unit(t, Units(repo), "root")
	if got := len(u.Missing); got != 6 {
		t.Errorf("%d parts are told to be missing, want 6:\n%s\n%s", got, strings.Join(u.Missing, "\n"), notes(repo))
	}
	if got := object(t, u, "ConfigMap", "passwd").Entries(); len(got) != 0 {
		t.Errorf("the ConfigMap holds %d entries", len(got))
	}
	if len(u.Objects) != 2 {
		t.Errorf("objects: %s", summary([]*Unit{u}))
	}
}
