//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/keylint/keylint/internal/fixtures"
	"github.com/keylint/keylint/internal/testkeys"
)

// BenchmarkCommand measures what a user waits for, as whole processes: keylint, and in
// the same run what else one could do with the same files. peak-MB is the peak memory
// of the process, cpu-ms what all cores worked, which other work on the machine changes less.
func BenchmarkCommand(b *testing.B) {
	keylint := buildKeylint(b)
	b.Run("start", func(b *testing.B) { measure(b, b.TempDir(), keylint, "version") })

	homelab := b.TempDir()
	if err := os.CopyFS(homelab, os.DirFS(filepath.Join(fixturesDir, "homelab-in-sync"))); err != nil {
		b.Fatal(err)
	}
	keys, err := fixtures.Key("")
	if err != nil {
		b.Fatal(err)
	}
	b.Run("homelab/keylint", func(b *testing.B) {
		measure(b, homelab, keylint, "--age-key", filepath.Join(keys, "age.txt"), "--sealed-secrets-key", filepath.Join(keys, "sealed-secrets.yaml"), ".")
	})
	drifted := b.TempDir()
	if err := os.CopyFS(drifted, os.DirFS(filepath.Join(fixturesDir, "homelab-drift-sealed-secret"))); err != nil {
		b.Fatal(err)
	}
	for _, command := range []string{"lint", "fix"} {
		args := []string{"--age-key", filepath.Join(keys, "age.txt"), "--sealed-secrets-key", filepath.Join(keys, "sealed-secrets.yaml"), "."}
		if command == "fix" {
			args = append([]string{command}, args...)
		}
		b.Run("homelab-drifted/"+command, func(b *testing.B) { measure(b, drifted, keylint, args...) })
	}
	b.Run("homelab/kustomize-build", func(b *testing.B) { measureKustomize(b, homelab, "k8s/overlays/home") })

	overlays, roots := manyOverlays(b, homelab)
	b.Run("1000-overlays/keylint", func(b *testing.B) { measure(b, overlays, keylint, ".") })
	b.Run("1000-overlays/rg", func(b *testing.B) { measureRipgrep(b, overlays) })
	b.Run("1000-overlays/kustomize-build-of-10", func(b *testing.B) { measureKustomize(b, overlays, roots[:10]...) })

	vendored := b.TempDir()
	if err := os.CopyFS(vendored, os.DirFS(filepath.Join(fixturesDir, "chart-vendored-in-sync"))); err != nil {
		b.Fatal(err)
	}
	b.Run("vendored-chart/keylint", func(b *testing.B) { measure(b, vendored, keylint, ".") })
	b.Run("vendored-chart/helm-template", func(b *testing.B) {
		helm := filepath.Join(os.Getenv("KEYLINT_ORACLES"), "helm")
		if _, err := exec.LookPath(helm); err != nil {
			b.Skip("there is no helm in $KEYLINT_ORACLES")
		}
		measure(b, vendored, helm, "template", "platform", "charts/platform", "-f", "charts/platform/values-prod.yaml")
	})

	monorepo := fluxMonorepo(b)
	b.Run("300-flux-kustomizations/keylint", func(b *testing.B) { measure(b, monorepo, keylint, ".") })
	b.Run("300-flux-kustomizations/rg", func(b *testing.B) { measureRipgrep(b, monorepo) })

	agreeing := tenThousandSites(b, func(int) string { return benchKey(0) })
	b.Run("10000-sites/keylint", func(b *testing.B) { measure(b, agreeing, keylint, ".") })
	wrong := tenThousandSites(b, func(i int) string { return benchKey(i + 1) })
	b.Run("10000-sites-5000-of-them-wrong/keylint", func(b *testing.B) { measure(b, wrong, keylint, ".") })

	for _, r := range []struct {
		name string
		make func(testing.TB) string
	}{
		{"60-vendored-charts", vendoredCharts}, {"1200-kustomizations-with-near-names", nearNames},
		{"10000-files", tenThousandFiles}, {"40000-sources", fortyThousandSources}, {"200-apps", twoHundredApps},
	} {
		dir := r.make(b)
		b.Run(r.name+"/keylint", func(b *testing.B) { measure(b, dir, keylint, ".") })
		b.Run(r.name+"/rg", func(b *testing.B) { measureRipgrep(b, dir) })
	}
}

// measureRipgrep lists the files in which one of the strongest marks stands, whatever they are
// called: what reading costs at least.
func measureRipgrep(b *testing.B, dir string) {
	b.Helper()
	if _, err := exec.LookPath("rg"); err != nil {
		b.Skip("there is no rg (ripgrep) on this machine")
	}
	measure(b, dir, "rg", "-uu", "-l", "-i", "supabase|gotrue|pgrst_|postgrest|keyauth_credentials|kong_declarative_config|kongconsumer|anon.?key|service_role|sb_publishable_|sb_secret_|eyJhbGci", ".")
}

func buildKeylint(b *testing.B) string {
	b.Helper()
	bin := filepath.Join(b.TempDir(), "keylint")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return bin
}

// measure runs a program once for each turn. An exit status is no failure: grep has one
// where it finds nothing, keylint where it finds something.
func measure(b *testing.B, dir, program string, args ...string) {
	b.Helper()
	var peak int64
	var cpu time.Duration
	for b.Loop() {
		cmd := exec.Command(program, args...)
		cmd.Dir = dir
		if _, err := cmd.Output(); err != nil {
			if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() > 1 {
				b.Fatalf("%s: %v", program, err)
			}
		}
		if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			peak = max(peak, usage.Maxrss) // kilobytes on Linux
		}
		cpu += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	b.ReportMetric(float64(peak)/1024, "peak-MB")
	b.ReportMetric(float64(cpu.Milliseconds())/float64(b.N), "cpu-ms/op")
}

func measureKustomize(b *testing.B, dir string, roots ...string) {
	b.Helper()
	kustomize := filepath.Join(os.Getenv("KEYLINT_ORACLES"), "kustomize")
	if _, err := exec.LookPath(kustomize); err != nil {
		b.Skip("there is no kustomize in $KEYLINT_ORACLES")
	}
	for b.Loop() {
		for _, root := range roots {
			cmd := exec.Command(kustomize, "build", root)
			cmd.Dir = dir
			if err := cmd.Run(); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// manyOverlays is a repository of 1,000 overlays of one base, of which three deploy
// Supabase.
func manyOverlays(b *testing.B, homelab string) (dir string, roots []string) {
	b.Helper()
	dir = b.TempDir()
	write(b, dir, "base/kustomization.yaml", "resources:\n  - deployment.yaml\n  - service.yaml\n")
	write(b, dir, "base/deployment.yaml", `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: nginx:1.29
          env:
            - name: GREETING
              value: hello
`)
	write(b, dir, "base/service.yaml", "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector: {app: web}\n  ports: [{port: 80}]\n")
	for i := range 997 {
		root := fmt.Sprintf("overlays/team-%03d", i)
		roots = append(roots, root)
		write(b, dir, root+"/kustomization.yaml", fmt.Sprintf("namespace: team-%03d\nresources:\n  - ../../base\npatches:\n  - path: patch.yaml\n", i))
		write(b, dir, root+"/patch.yaml", fmt.Sprintf("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: %d\n", i%5+1))
	}
	for i := range 3 {
		if err := os.CopyFS(filepath.Join(dir, fmt.Sprintf("supabase-%d", i)), os.DirFS(filepath.Join(homelab, "k8s"))); err != nil {
			b.Fatal(err)
		}
	}
	return dir, roots
}

// fluxMonorepo is a cluster of 300 Flux Kustomizations, of which two hold Supabase: the
// system, and an app.
func fluxMonorepo(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(fixturesDir, "flux-two-in-sync"))); err != nil {
		b.Fatal(err)
	}
	for i := range 298 {
		name := fmt.Sprintf("app-%03d", i)
		write(b, dir, "clusters/home/apps/"+name+".yaml", fmt.Sprintf(`apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: %[1]s
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps/%[1]s
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild:
    substitute: {APP: %[1]s}
`, name))
		write(b, dir, "apps/"+name+"/kustomization.yaml", "resources:\n  - release.yaml\n  - config.yaml\n")
		write(b, dir, "apps/"+name+"/release.yaml", fmt.Sprintf(`apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: %s
spec:
  chart:
    spec:
      chart: app-template
      version: 4.4.0
      sourceRef: {kind: HelmRepository, name: bjw-s}
  values:
    controllers:
      main:
        containers:
          main:
            image: {repository: registry.example.org/app, tag: 1.0.%d}
            env: {TZ: Europe/Berlin}
`, name, i))
		write(b, dir, "apps/"+name+"/config.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  app: ${APP}\n")
	}
	return dir
}

// benchKey is an anon key of its own for each number, signed with the one JWT secret.
func benchKey(n int) string { return testkeys.Key(testkeys.Secret, "anon", 1767225600+n) }

// tenThousandSites is a stack, and 5,000 Deployments that present two keys each. The anon
// key of each is that which anon makes of its number; number 0 is what the gateway accepts.
func tenThousandSites(b *testing.B, anon func(int) string) string {
	b.Helper()
	dir := b.TempDir()
	service := testkeys.Key(testkeys.Secret, "service_role", 1767225600)
	write(b, dir, "k8s/stack.yaml", fmt.Sprintf(`apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  ANON_KEY: %[1]s
  SERVICE_ROLE_KEY: %[2]s
  JWT_SECRET: %[3]s
---
apiVersion: v1
kind: ConfigMap
metadata: {name: kong, namespace: supabase}
data:
  kong.yml: |
    _format_version: "2.1"
    consumers:
      - username: anon
        keyauth_credentials: [{key: %[1]s}]
      - username: service_role
        keyauth_credentials: [{key: %[2]s}]
`, benchKey(0), service, testkeys.Secret))
	for team := range 50 {
		var manifests []string
		for app := range 100 {
			manifests = append(manifests, fmt.Sprintf(`apiVersion: apps/v1
kind: Deployment
metadata: {name: app-%d, namespace: team-%d}
spec:
  template:
    spec:
      containers:
        - name: app
          image: ghcr.io/example/app-%[1]d:1.0.0
          env:
            - {name: SUPABASE_ANON_KEY, value: %[3]s}
            - {name: SUPABASE_SERVICE_ROLE_KEY, value: %[4]s}
`, app, team, anon(team*100+app), service))
		}
		write(b, dir, fmt.Sprintf("k8s/apps/team-%d.yaml", team), strings.Join(manifests, "---\n"))
	}
	return dir
}

func write(b testing.TB, dir, name, text string) {
	b.Helper()
	name = filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
}
