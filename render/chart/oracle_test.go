package chart

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testrepo"
)

// chartCases are charts in the directory "chart", with values in "values.yaml".
var chartCases = []struct{ name, archive string }{
	{"values, defaults and what is deleted", `
-- chart/Chart.yaml --
{apiVersion: v2, name: demo, version: 1.2.3, appVersion: "9"}
-- chart/values.yaml --
a: {b: one, c: two, d: three}
list: [1, 2]
number: 1234567
-- chart/templates/out.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-{{ .Chart.Name }}, namespace: {{ .Release.Namespace }}}
data:
  values: {{ .Values | toJson | quote }}
  chart: {{ .Chart.Version }}+{{ .Chart.AppVersion }}
  number: {{ .Values.number | quote }}
  template: {{ .Template.Name }}
  kube: {{ .Capabilities.KubeVersion.Version }}
-- values.yaml --
a: {b: changed, c: null}
list: [3]
`},
	{"helpers, tpl, include, files and hooks", `
-- chart/Chart.yaml --
{apiVersion: v2, name: demo, version: 1.0.0}
-- chart/values.yaml --
who: '{{ .Release.Name }}'
-- chart/files/a.txt --
first line
second {{ line }}
-- chart/files/b.txt --
b
-- chart/templates/_helpers.tpl --
{{- define "demo.labels" -}}
app: {{ .Chart.Name }}
{{- with .extra }}
extra: {{ . }}
{{- end }}
{{- end -}}
-- chart/templates/config.yaml --
apiVersion: v1
kind: ConfigMap
metadata:
  name: config
  annotations: {helm.sh/hook: pre-install}
  labels: {{- include "demo.labels" . | nindent 4 }}
data:
  who: {{ tpl .Values.who . }}
  {{- (.Files.Glob "files/*").AsConfig | nindent 2 }}
  a: |-
    {{- .Files.Get "files/a.txt" | nindent 4 }}
  sum: {{ .Files.Get "files/b.txt" | sha256sum }}
  missing: {{ .Files.Get "../outside" | quote }}
-- chart/templates/NOTES.txt --
not a manifest
-- chart/templates/empty.yaml --
{{- if false }}
apiVersion: v1
{{- end }}
`},
	{"subcharts, aliases, conditions, globals and imports", `
-- chart/Chart.yaml --
apiVersion: v2
name: parent
version: 1.0.0
dependencies:
  - {name: child, version: 0.1.0, alias: first, condition: first.enabled}
  - {name: child, version: 0.1.0, alias: second, condition: second.enabled, import-values: [{child: exported, parent: imported}]}
-- chart/values.yaml --
global: {domain: example.org}
first: {enabled: true, text: of the parent}
second: {enabled: true}
-- chart/charts/child/Chart.yaml --
{apiVersion: v2, name: child, version: 0.1.0}
-- chart/charts/child/values.yaml --
text: of the child
exported: {x: 1}
-- chart/charts/child/templates/out.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Chart.Name }}}
data: {text: {{ .Values.text }}, domain: {{ .Values.global.domain }}}
-- chart/templates/out.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: parent}
data: {imported: {{ .Values.imported | toJson | quote }}}
-- values.yaml --
first: {enabled: false}
`},
	{"the functions of sprig that are bounded", `
-- chart/Chart.yaml --
{apiVersion: v2, name: demo, version: 1.0.0}
-- chart/templates/out.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: out}
data:
  until: {{ until 3 | toJson | quote }}
  step: {{ untilStep 10 0 -3 | toJson | quote }}
  seq: {{ seq 1 2 9 | quote }}
  repeat: {{ repeat 3 "ab" }}
  indent: {{ indent 2 "x" | quote }}
  nindent: {{ nindent 2 "x" | quote }}
  env: {{ list | len | quote }}
  merge: {{ merge (dict "a" 1) (dict "a" 2 "b" 3) | toJson | quote }}
  regex: {{ regexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W" }}
  b64: {{ b64enc "text" }}
  semver: {{ semverCompare ">=1.20" .Capabilities.KubeVersion.Version }}
  api: {{ .Capabilities.APIVersions.Has "apps/v1" }}
  lookup: {{ lookup "v1" "Secret" "default" "x" | toJson | quote }}
  host: {{ getHostByName "example.org" | quote }}
`},
	{"a schema, a list of documents, and what .helmignore leaves out", `
-- chart/Chart.yaml --
{apiVersion: v2, name: demo, version: 1.0.0}
-- chart/values.schema.json --
{"type": "object", "required": ["keys"], "properties": {"keys": {"type": "array"}}}
-- chart/.helmignore --
templates/ignored.yaml
-- chart/templates/ignored.yaml --
{{ fail "this is not there" }}
-- chart/templates/out.yaml --
{{- range $i, $key := .Values.keys }}
---
apiVersion: v1
kind: Secret
metadata: {name: key-{{ $i }}}
stringData: {key: {{ $key | quote }}}
{{- end }}
-- values.yaml --
keys: [one, two]
`},
	{"a value that is required", `
-- chart/Chart.yaml --
{apiVersion: v2, name: demo, version: 1.0.0}
-- chart/templates/out.yaml --
apiVersion: v1
kind: Secret
metadata: {name: out}
data: {key: {{ required "a key is needed" .Values.key | b64enc }}}
`},
	{"a library that is not there", `
-- chart/Chart.yaml --
{apiVersion: v2, name: demo, version: 1.0.0}
-- chart/templates/out.yaml --
{{ include "common.all" . }}
`},
	{"the environment", `
-- chart/Chart.yaml --
{apiVersion: v2, name: demo, version: 1.0.0}
-- chart/templates/out.yaml --
home: {{ env "HOME" }}
`},
	{"values that the schema refuses", `
-- chart/Chart.yaml --
{apiVersion: v2, name: demo, version: 1.0.0}
-- chart/values.schema.json --
{"type": "object", "properties": {"keys": {"type": "array"}}}
-- chart/templates/out.yaml --
a: b
-- values.yaml --
keys: none
`},
}

// TestChartsAgainstHelm renders each chart here and with "helm template", and the model and
// the vendored fixture too.
func TestChartsAgainstHelm(t *testing.T) {
	program := testrepo.Oracle(t, "helm")
	type job struct{ name, Chart, values string }
	var jobs []job
	for _, test := range chartCases {
		dir := testrepo.Write(t, test.archive+"\n")
		values := filepath.Join(dir, "values.yaml")
		if !strings.Contains(test.archive, "\n-- values.yaml --") {
			values = ""
		}
		jobs = append(jobs, job{test.name, filepath.Join(dir, "chart"), values})
	}
	vendored := copied(t, "../../testdata/fixtures/chart-vendored-in-sync/charts/platform")
	model := copied(t, "model")
	jobs = append(jobs, job{"the vendored fixture", vendored, filepath.Join(vendored, "values-prod.yaml")}, job{"the model", model, ""})
	for _, j := range jobs {
		t.Run(j.name, func(t *testing.T) {
			args := []string{"template", "rel", j.Chart, "--namespace", "ns", "--kube-version", usualVersion}
			if j.values != "" {
				args = append(args, "-f", j.values)
			}
			command := exec.Command(program, args...)
			command.Env = []string{"HOME=" + t.TempDir()}
			var stdout, stderr bytes.Buffer
			command.Stdout, command.Stderr = &stdout, &stderr
			theirs := command.Run()
			ours, err := renderChartAt(t, j.Chart, j.values)
			if (theirs == nil) != (err == nil) {
				t.Fatalf("keylint: %v\nhelm: %v %s", err, theirs, stderr.Bytes())
			}
			if theirs != nil {
				_, _, why := explainChart(err)
				t.Logf("both refuse it: %s", why)
				if why == "Helm cannot render it" {
					t.Errorf("it is not said why: %v", err)
				}
				return
			}
			if want := testrepo.Manifests(stdout.String()); strings.Join(ours, "---\n") != strings.Join(want, "---\n") {
				t.Errorf("keylint\n%s\nhelm\n%s", strings.Join(ours, "---\n"), strings.Join(want, "---\n"))
			}
		})
	}
}

// copied is a chart in a repository of its own.
func copied(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(testrepo.Write(t, ""), "chart")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

func renderChartAt(t *testing.T, dir, values string) ([]string, error) {
	t.Helper()
	root := filepath.Dir(dir)
	repo := testrepo.Open(t, root, nil)
	rel, err := filepath.Rel(root, dir)
	if err != nil {
		t.Fatal(err)
	}
	c := NewCharts(repo).At(filepath.ToSlash(rel))
	if c == nil {
		t.Fatalf("no chart in %s", rel)
	}
	layers := c.layers
	if values != "" {
		name, _ := filepath.Rel(root, values)
		layers = append(layers, FileLayers(repo.File(filepath.ToSlash(name)))...)
	}
	merged, err := mergeLayers(layers, repo, defaults{})
	if err != nil {
		return nil, err
	}
	rendered, _, err := renderTemplates(c.files, merged, "rel", "ns", &decisions{words: repo.Standins()}, repo.Spend)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, template := range slices.Sorted(maps.Keys(rendered)) {
		if strings.HasSuffix(template, ".yaml") {
			all = append(all, testrepo.Manifests(rendered[template])...)
		}
	}
	sort.Strings(all)
	return all, nil
}
