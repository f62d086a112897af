package render

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testrepo"
	"github.com/keylint/keylint/sources"
)

// packed is an archive as "helm package" makes it: of each file its name and its text.
func packed(t testing.TB, files ...string) string {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	w := tar.NewWriter(zip)
	for i := 0; i < len(files); i += 2 {
		if err := w.WriteHeader(&tar.Header{Name: "any/" + files[i], Mode: 0o644, Size: int64(len(files[i+1]))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// withPacked is a repository with a chart that depends on one which lies packed beside it.
func withPacked(t testing.TB, archive string) *sources.Repository {
	t.Helper()
	dir := testrepo.Write(t, `
-- charts/web/Chart.yaml --
apiVersion: v2
name: web
version: 1.0.0
dependencies: [{name: keys, version: 0.1.0, repository: "https://charts.example.org", alias: supabase}]
-- charts/web/values.yaml --
supabase:
  anonKey: from-the-parent
-- apps/web.yaml --
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  destination: {server: https://kubernetes.default.svc, namespace: web}
  source: {repoURL: https://git.example.org/ops/platform.git, path: charts/web}
`)
	name := filepath.Join(dir, "charts/web/charts/keys-0.1.0.tgz")
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(archive), 0o644); err != nil {
		t.Fatal(err)
	}
	return testrepo.Open(t, dir, nil)
}

// TestPackedCharts: a dependency that lies packed in charts/ is rendered with its own defaults, and with what the
// parent gives it.
func TestPackedCharts(t *testing.T) {
	inner := packed(t, "Chart.yaml", "{apiVersion: v2, name: inner, version: 0.1.0}", "templates/inner.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: inner}, data: {ANON_KEY: of-the-inner}}")
	repo := withPacked(t, packed(t,
		"Chart.yaml", "{apiVersion: v2, name: keys, version: 0.1.0}",
		"values.yaml", "{anonKey: of-its-own, serviceKey: of-its-own}",
		"templates/secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\nstringData:\n  ANON_KEY: {{ .Values.anonKey }}\n  SERVICE_ROLE_KEY: {{ .Values.serviceKey }}\n",
		"charts/inner-0.1.0.tgz", inner,
	))
	u := unit(t, Units(repo), "Argo CD Application argocd/web")
	secret := object(t, u, "Secret", "keys")
	given := entry(t, secret, "ANON_KEY")
	if given.Value.Text().Reveal() != "from-the-parent" || given.At.String() != "charts/web/values.yaml:2:12" {
		t.Errorf("%s at %s", given.Value.Text().Reveal(), given.At)
	}
	own := entry(t, secret, "SERVICE_ROLE_KEY")
	if own.Value.Text().Reveal() != "of-its-own" || own.At.File != "apps/web.yaml" { // who installs it is where a person would set another
		t.Errorf("%s at %s", own.Value.Text().Reveal(), own.At)
	}
	object(t, u, "ConfigMap", "inner")
}

// TestPackedBounds: an archive that is none, or too much, is told, and costs nothing.
func TestPackedBounds(t *testing.T) {
	huge := strings.Repeat("{{/* supabase */}}", 8<<20)
	loops := strings.Repeat(`{{ range until 1000 }}`, 4) + strings.Repeat(`{{ end }}`, 4)
	nested := packed(t, "Chart.yaml", "{apiVersion: v2, name: end, version: 0.1.0}")
	for range 6 {
		nested = packed(t, "Chart.yaml", "{apiVersion: v2, name: keys, version: 0.1.0}", "charts/a-1.tgz", nested)
	}
	for name, archive := range map[string]string{
		"no archive":        "supabase",
		"too large":         packed(t, "Chart.yaml", "{apiVersion: v2, name: keys, version: 0.1.0}", "templates/x.yaml", huge),
		"outside":           packed(t, "Chart.yaml", "{apiVersion: v2, name: keys, version: 0.1.0}", "../../../etc/passwd", "x"),
		"a template's work": packed(t, "Chart.yaml", "{apiVersion: v2, name: keys, version: 0.1.0}", "templates/x.yaml", loops),
		"in each other":     nested,
	} {
		t.Run(name, func(t *testing.T) {
			repo := withPacked(t, archive)
			Units(repo)
			if !strings.Contains(notes(repo), "render-failed") {
				t.Errorf("notes: %s", notes(repo))
			}
		})
	}
}
