package render

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/internal/testrepo"
)

// fluxCases are manifests and the variables that are substituted in them.
var fluxCases = []struct{ name, variables, manifest string }{
	{"a variable, and one that nobody sets", `{A: value}`, `
apiVersion: v1
kind: ConfigMap
metadata: {name: x}
data: {a: "${A}", b: "${B}", c: "pre-${A}-post", d: "$A", e: "$$A"}
`},
	{"defaults", `{A: value, EMPTY: ""}`, `
apiVersion: v1
kind: ConfigMap
metadata: {name: x}
data:
  colon: ${UNSET:-default}
  equals: ${UNSET:=default}
  set: ${A:-default}
  empty: ${EMPTY:-default}
  dash: ${UNSET-default}
`},
	{"what is escaped", `{A: value}`, `
apiVersion: v1
kind: ConfigMap
metadata: {name: x}
data: {a: "$${A}", b: "$${B}", c: "$$$${A}"}
`},
	{"functions", `{A: Value}`, `
apiVersion: v1
kind: ConfigMap
metadata: {name: x}
data: {lower: "${A,,}", upper: "${A^^}", length: "${#A}", cut: "${A:1:3}", replace: "${A/l/L}", prefix: "${A#Va}"}
`},
	{"an object that is left alone, by annotation", `{A: value}`, `
apiVersion: v1
kind: ConfigMap
metadata: {name: x, annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}}
data: {a: "${A}"}
`},
	{"and by label", `{A: value}`, `
apiVersion: v1
kind: ConfigMap
metadata: {name: x, labels: {kustomize.toolkit.fluxcd.io/substitute: disabled}}
data: {a: "${A}"}
`},
	{"no variables at all", `{}`, `
apiVersion: v1
kind: ConfigMap
metadata: {name: x}
data: {a: "${A}", b: "${B:-default}"}
`},
	{"Kong's configuration and a script", `{DOMAIN: example.org}`, `
apiVersion: v1
kind: ConfigMap
metadata: {name: kong}
data:
  kong.yml: |
    consumers:
      - username: anon
        keyauth_credentials:
          - key: ${SUPABASE_ANON_KEY}
          - key: $SUPABASE_ANON_KEY
    url: https://${DOMAIN}/
  run.sh: |
    sed "s|\${ANON}|${ANON}|" < in > out
    [ -z "${X:-}" ] && echo $(date)
`},
	{"a number and a boolean", `{N: "3", T: "true"}`, `
apiVersion: apps/v1
kind: Deployment
metadata: {name: x}
spec: {replicas: ${N}, paused: ${T}}
`},
	{"a value of several lines", `{A: "one\ntwo"}`, `
apiVersion: v1
kind: ConfigMap
metadata: {name: x}
data: {a: "${A}"}
`},
	{"no expression", `{A: value}`, `
apiVersion: v1
kind: ConfigMap
metadata: {name: x}
data: {a: "${A", b: "${}", c: "${A B}"}
`},
}

// TestSubstitutionAgainstFlux substitutes here and with Flux' own library.
func TestSubstitutionAgainstFlux(t *testing.T) {
	program := testrepo.Oracle(t, "fluxsub")
	for _, test := range fluxCases {
		t.Run(test.name, func(t *testing.T) {
			manifest := strings.ReplaceAll(test.manifest, "{name: x", "{name: supabase") // for which it is read
			kustomization := `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: x, namespace: flux-system}
spec:
  path: ./x
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild: {substitute: ` + test.variables + `}
`
			dir := t.TempDir()
			for name, text := range map[string]string{"ks.yaml": kustomization, "x.yaml": manifest} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			command := exec.Command(program, filepath.Join(dir, "ks.yaml"), filepath.Join(dir, "x.yaml"))
			var stdout, stderr bytes.Buffer
			command.Stdout, command.Stderr = &stdout, &stderr
			theirs := command.Run()
			repo := open(t, "-- ks.yaml --\n"+kustomization+"-- x/x.yaml --\n"+manifest)
			units := Units(repo)
			u := unit(t, units, "Flux Kustomization flux-system/x")
			var text string
			for _, o := range u.Objects {
				s, err := yaml.String(o.Root)
				if err != nil {
					t.Fatal(err)
				}
				text += s + "---\n"
			}
			noted := false
			for _, n := range repo.Notes() {
				noted = noted || strings.Contains(n.Message, "Flux Kustomization flux-system/x cannot substitute") || strings.Contains(n.Message, "is not YAML")
			}
			if theirs != nil {
				if !noted {
					t.Errorf("flux refuses it (%s), and nothing is said here", stderr.Bytes())
				}
				return
			}
			got, want := strings.Join(testrepo.Manifests(text), "---\n"), strings.Join(testrepo.Manifests(stdout.String()), "---\n")
			if got != want || noted {
				t.Errorf("keylint\n%s\nflux\n%s", got, want)
			}
		})
	}
}
