package render

import (
	"fmt"
	"strings"
	"testing"
)

const secretYAML = `apiVersion: v1
kind: Secret
metadata:
  name: supabase-keys
stringData:
  ANON_KEY: some-value
`

const plainYAML = `apiVersion: v1
kind: ConfigMap
metadata:
  name: nothing
data:
  a: b
`

// summary lists units as "name (kind): objects", with the reasons for what is missing.
func summary(units []*Unit) string {
	var b strings.Builder
	for _, u := range units {
		var objects []string
		for _, o := range u.Objects {
			objects = append(objects, o.Kind+"/"+o.Name)
		}
		fmt.Fprintf(&b, "%s (%s): %s", u.Name, u.Kind, strings.Join(objects, " "))
		for _, m := range u.Missing {
			fmt.Fprintf(&b, " | %s", m)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// unitTests are small repositories and what becomes of them. TestOracle builds them
// again with kustomize itself.
func unitTests() []unitTest {
	return []unitTest{
		{
			name: "a base that an overlay uses is no root, and neither is a component",
			archive: `
-- base/kustomization.yaml --
resources: [secret.yaml]
-- base/secret.yaml --
` + secretYAML + `
-- component/kustomization.yaml --
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
namePrefix: c-
-- prod/kustomization.yml --
resources: [../base]
components: [../component]
namePrefix: prod-
-- dev/Kustomization --
bases: [../base]
`,
			want: "dev (kustomization): Secret/supabase-keys\nprod (kustomization): Secret/prod-c-supabase-keys\n",
		},
		{
			name: "a root without anything that bears keys is not rendered",
			archive: `
-- a/kustomization.yaml --
resources: [config.yaml, https://example.org/base]
-- a/config.yaml --
` + plainYAML + `
-- b/kustomization.yaml --
configMapGenerator:
  - name: supabase
`,
			want:  "b (kustomization): ConfigMap/supabase-6ct58987ht\n",
			notes: "not-fetched a/kustomization.yaml:1:26 what a/kustomization.yaml takes from elsewhere was not fetched, and into which namespace it goes is not known: whether it changes what holds keys cannot be told\n",
		},
		{
			name: "values of a HelmRelease that a generator makes",
			archive: `
-- a/kustomization.yaml --
namespace: supabase
resources: [release.yaml]
configMapGenerator:
  - name: values
    files: [values.yaml]
configurations: [names.yaml]
-- a/names.yaml --
nameReference:
  - kind: ConfigMap
    version: v1
    fieldSpecs: [{path: spec/valuesFrom/name, kind: HelmRelease}]
-- a/values.yaml --
secret: {anonKey: SUPABASE_ANON_KEY}
-- a/release.yaml --
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: supabase}
spec:
  chart: {spec: {chart: unheard-of, sourceRef: {kind: HelmRepository, name: x}}}
  valuesFrom: [{kind: ConfigMap, name: values}]
`,
			want: "HelmRelease supabase/supabase (Helm release):  | HelmRelease supabase/supabase: the chart unheard-of is not in the repository, so of its values only environment variables are read\n" +
				"a (kustomization): HelmRelease/supabase ConfigMap/values-8h27gcm84m\n",
			notes: "not-fetched a/release.yaml:5:25 HelmRelease supabase/supabase: the chart unheard-of is not in the repository, so of its values only environment variables are read\n",
		},
		{
			name: "values of a HelmRelease from a kustomization that does not build",
			archive: `
-- a/kustomization.yaml --
resources: [release.yaml, missing.yaml]
configMapGenerator:
  - name: values
    files: [values.yaml]
-- a/values.yaml --
secret: {anonKey: SUPABASE_ANON_KEY}
-- a/release.yaml --
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: supabase, namespace: supabase}
spec:
  chart: {spec: {chart: unheard-of, sourceRef: {kind: HelmRepository, name: x}}}
  valuesFrom: [{kind: ConfigMap, name: values}]
`,
			want: "HelmRelease supabase/supabase (Helm release):  | HelmRelease supabase/supabase: the chart unheard-of is not in the repository, so of its values only environment variables are read\n" +
				"a (kustomization): ConfigMap/values-8h27gcm84m HelmRelease/supabase | the kustomization does not build: a/missing.yaml does not exist\n",
			notes: "render-failed a/kustomization.yaml:1:27 a does not build: a/missing.yaml does not exist; keylint fell back to the one file it lists and the one part that builds, without patches and prefixes\n" +
				"not-fetched a/release.yaml:5:25 HelmRelease supabase/supabase: the chart unheard-of is not in the repository, so of its values only environment variables are read\n" +
				"not-fetched a/release.yaml:6:40 HelmRelease supabase/supabase: its values come from ConfigMap supabase/values, which is not in what is known of a (the kustomization does not build: a/missing.yaml does not exist)\n",
		},
		{
			name: "a key in a file of a kind that the walk leaves out",
			archive: `
-- a/kustomization.yaml --
configMapGenerator:
  - name: app
    options: {disableNameSuffixHash: true}
    files: [config.ini]
-- a/config.ini --
SUPABASE_URL=x
`,
			want: "a (kustomization): ConfigMap/app\n",
		},
		{
			name: "a cycle is told once and read as it is",
			archive: `
-- a/kustomization.yaml --
resources: [../b, secret.yaml]
-- a/secret.yaml --
` + secretYAML + `
-- b/kustomization.yaml --
resources: [../a]
`,
			want:  "a (kustomization): Secret/supabase-keys | the kustomization does not build: kustomizations form a cycle: a uses b uses a\n",
			notes: "render-failed a/kustomization.yaml:1:13 kustomizations form a cycle: a uses b uses a; none of them builds, and keylint fell back to the files that they list, without patches and prefixes\n",
		},
		{
			name: "a kustomization that uses itself",
			archive: `
-- a/kustomization.yaml --
resources: [., secret.yaml]
-- a/secret.yaml --
` + secretYAML,
			want:  "a (kustomization): Secret/supabase-keys | the kustomization does not build: kustomizations form a cycle: a uses a\n",
			notes: "render-failed a/kustomization.yaml:1:13 kustomizations form a cycle: a uses a; none of them builds, and keylint fell back to the files that they list, without patches and prefixes\n",
		},
		{
			name: "a missing file is told at its entry; the namespace is applied all the same",
			archive: `
-- a/kustomization.yaml --
namespace: prod
namePrefix: p-
resources:
  - secret.yaml
  - missing.yaml
-- a/secret.yaml --
` + secretYAML,
			want:  "a (kustomization): Secret/supabase-keys | the kustomization does not build: a/missing.yaml does not exist\n",
			notes: "render-failed a/kustomization.yaml:5:5 a does not build: a/missing.yaml does not exist; keylint fell back to the one file it lists, without patches and prefixes\n",
		},
		{
			name: "a patch for what is not there",
			archive: `
-- a/kustomization.yaml --
resources: [secret.yaml]
patchesStrategicMerge: [patch.yaml]
-- a/secret.yaml --
` + secretYAML + `
-- a/patch.yaml --
apiVersion: v1
kind: Secret
metadata:
  name: other
stringData:
  ANON_KEY: do-not-repeat-this
`,
			want:  "a (kustomization): Secret/supabase-keys | the kustomization does not build: a patch is for Secret.v1.[noGrp]/other.[noNs], which is not among its resources\n",
			notes: "render-failed a/kustomization.yaml a does not build: a patch is for Secret.v1.[noGrp]/other.[noNs], which is not among its resources; keylint fell back to the one file it lists, without patches and prefixes\n",
		},
		{
			name: "a field that kustomize does not know",
			archive: `
-- a/kustomization.yaml --
resources: [secret.yaml]
resourcez: []
-- a/secret.yaml --
` + secretYAML,
			want:  "a (kustomization): Secret/supabase-keys | the kustomization does not build: a/kustomization.yaml cannot be read: it has a field resourcez, which kustomize does not know\n",
			notes: "render-failed a/kustomization.yaml a does not build: a/kustomization.yaml cannot be read: it has a field resourcez, which kustomize does not know; keylint fell back to the one file it lists, without patches and prefixes\n",
		},
		{
			name: "a resource that is not YAML is named",
			archive: `
-- a/kustomization.yaml --
resources: [secret.yaml, broken.yaml]
-- a/secret.yaml --
` + secretYAML + `
-- a/broken.yaml --
a: b
  c: [
`,
			want:  "a (kustomization): Secret/supabase-keys | the kustomization does not build: a/broken.yaml is not YAML\n",
			notes: "render-failed a/broken.yaml:2 a does not build: a/broken.yaml is not YAML; keylint fell back to the 2 files it lists, without patches and prefixes\nunreadable a/broken.yaml:2 this is not YAML: mapping values are not allowed in this context\n",
		},
		{
			name: "two kustomizations in a directory",
			archive: `
-- a/kustomization.yaml --
resources: [secret.yaml]
-- a/kustomization.yml --
resources: [secret.yaml]
-- a/secret.yaml --
` + secretYAML,
			want:  "a (kustomization): Secret/supabase-keys | the kustomization does not build: a holds two kustomizations, kustomization.yaml and kustomization.yml\n",
			notes: "render-failed a/kustomization.yaml a does not build: a holds two kustomizations, kustomization.yaml and kustomization.yml; keylint fell back to the one file it lists, without patches and prefixes\n",
		},
		{
			name: "a chart that is not at hand, and is not the one that is known",
			archive: `
-- a/kustomization.yaml --
resources: [secret.yaml]
helmCharts:
  - name: shop
    repo: https://example.org/charts
    valuesFile: values.yaml
-- a/values.yaml --
env:
  SUPABASE_ANON_KEY: x
-- a/secret.yaml --
` + secretYAML,
			want:  "a (kustomization): Secret/supabase-keys Deployment/shop | the Helm chart shop in a/kustomization.yaml: the chart shop is not in the repository, so of its values only environment variables are read\n",
			notes: "not-fetched a/kustomization.yaml:3:11 the Helm chart shop in a/kustomization.yaml: the chart shop is not in the repository, so of its values only environment variables are read\n",
		},
		{
			name: "plain manifests: a unit a directory, and what stands beside a kustomization",
			archive: `
-- plain/a.yaml --
` + secretYAML + `---
no: object
-- plain/b.yaml --
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: ConfigMap
    metadata: {name: listed}
    data: {SUPABASE_URL: x}
-- plain/values.yaml --
supabase: {}
-- plain/secret.example.yaml --
` + secretYAML + `
-- k8s/kustomization.yaml --
resources: [secret.yaml]
-- k8s/secret.yaml --
` + secretYAML + `
-- k8s/stale/secret.yaml --
` + secretYAML,
			want: "k8s (kustomization): Secret/supabase-keys\nk8s/stale (not deployed): Secret/supabase-keys\nplain (directory): Secret/supabase-keys ConfigMap/listed\n",
		},
		{
			name: "an item of a generator merges into the base's",
			archive: `
-- base/kustomization.yaml --
secretGenerator:
  - name: keys
    literals: [ANON_KEY=old, JWT_SECRET=kept]
generatorOptions: {disableNameSuffixHash: true}
-- prod/kustomization.yaml --
resources: [../base]
secretGenerator:
  - name: keys
    behavior: merge
    literals: [ANON_KEY=new]
`,
			want: "prod (kustomization): Secret/keys\n",
		},
		{
			name: "ksops generators are what they generate",
			archive: `
-- a/kustomization.yaml --
generators:
  - generators/ksops.yaml
  - |-
    apiVersion: viaduct.ai/v1
    kind: ksops
    metadata: {name: inline}
    secretFrom:
      - metadata:
          name: made
          labels: {a: b}
        envs: [keys.env]
-- a/keys.env --
ANON_KEY=from-env
-- a/generators/ksops.yaml --
apiVersion: viaduct.ai/v1
kind: ksops
metadata:
  name: generator
  annotations:
    config.kubernetes.io/function: |
      exec: {path: ksops}
files:
  - secret.yaml
-- a/generators/secret.yaml --
` + secretYAML,
			want: "a (kustomization): Secret/supabase-keys Secret/made\n",
		},
		{
			name: "builtin plugins stay, others are left out and told",
			archive: `
-- a/kustomization.yaml --
resources: [secret.yaml]
transformers:
  - prefix.yaml
  - exec.yaml
generators:
  - |-
    apiVersion: builtin
    kind: HelmChartInflationGenerator
    metadata: {name: chart}
    name: chart
-- a/prefix.yaml --
apiVersion: builtin
kind: PrefixTransformer
metadata: {name: prefix}
prefix: p-
fieldSpecs:
  - path: metadata/name
-- a/exec.yaml --
apiVersion: example.org/v1
kind: Runner
metadata:
  name: exec
  annotations:
    config.kubernetes.io/function: |
      exec: {path: ./run.sh}
-- a/secret.yaml --
` + secretYAML,
			want: "a (kustomization): Secret/p-supabase-keys | the plugin HelmChartInflationGenerator was not run: keylint executes nothing | the plugin Runner (example.org/v1) was not run: keylint executes nothing\n",
			notes: "render-failed a/kustomization.yaml:4:5 the plugin Runner (example.org/v1) was not run: keylint executes nothing\n" +
				"render-failed a/kustomization.yaml:7:5 the plugin HelmChartInflationGenerator was not run: keylint executes nothing\n",
		},
		{
			name: "bases that double on every level are not followed",
			archive: doubling(20) + `
-- l00/secret.yaml --
` + secretYAML,
			want:  "top (kustomization): Secret/supabase-keys | the kustomization does not build: it loads more than 5,000 kustomizations or 256 MiB, its bases counted as often as they are listed\n",
			notes: "bound top/kustomization.yaml top does not build: it loads more than 5,000 kustomizations or 256 MiB, its bases counted as often as they are listed; keylint fell back to the one file it lists, without patches and prefixes\n",
		},
	}
}

type unitTest struct{ name, archive, want, notes string }

func TestUnits(t *testing.T) {
	for _, tt := range unitTests() {
		t.Run(tt.name, func(t *testing.T) {
			repo := open(t, tt.archive)
			if got := summary(Units(repo)); got != tt.want {
				t.Errorf("units\n%s\nwant\n%s", got, tt.want)
			}
			if got := notes(repo); got != tt.notes {
				t.Errorf("notes\n%s\nwant\n%s", got, tt.notes)
			}
		})
	}
}

// doubling is a tower of kustomizations each of which is used twice by the next.
func doubling(levels int) string {
	var b strings.Builder
	b.WriteString("-- l00/kustomization.yaml --\nresources: [secret.yaml]\n")
	for i := 1; i <= levels; i++ {
		for _, side := range []string{"a", "b"} {
			below := fmt.Sprintf("../l%02da, ../l%02db", i-1, i-1)
			if i == 1 {
				below = "../l00"
			}
			fmt.Fprintf(&b, "-- l%02d%s/kustomization.yaml --\nresources: [%s]\nnamePrefix: %s\n", i, side, below, side)
		}
	}
	fmt.Fprintf(&b, "-- top/kustomization.yaml --\nresources: [../l%02da, ../l%02db]\n", levels, levels)
	return b.String()
}

func TestManyOverlays(t *testing.T) {
	var b strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&b, "-- apps/a%03d/kustomization.yaml --\nresources: [../../base, config.yaml]\nnamespace: n%d\n", i, i)
		body := plainYAML
		if i%400 == 0 {
			body = secretYAML
		}
		fmt.Fprintf(&b, "-- apps/a%03d/config.yaml --\n%s", i, body)
	}
	b.WriteString("-- base/kustomization.yaml --\nresources: [service.yaml]\n-- base/service.yaml --\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n")
	var names []string
	for _, u := range Units(open(t, b.String())) {
		names = append(names, u.Name)
	}
	if got := strings.Join(names, " "); got != "apps/a000 apps/a400 apps/a800" {
		t.Errorf("rendered: %s", got)
	}
}
