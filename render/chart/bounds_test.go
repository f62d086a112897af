package chart

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helm.sh/helm/v4/pkg/chart/loader/archive"

	"github.com/keylint/keylint/keys"
)

// renderText renders a chart with one template.
func renderText(template string) (string, error) {
	files := []*archive.BufferedFile{
		{Name: "Chart.yaml", Data: []byte("{apiVersion: v2, name: demo, version: 1.0.0}")},
		{Name: "templates/out.yaml", Data: []byte(template)},
	}
	out, _, err := renderTemplates(files, map[string]any{"list": make([]any, 50)}, "rel", "ns", &decisions{words: &keys.Standins{}}, func(int) bool { return true })
	return out["demo/templates/out.yaml"], err
}

// TestChartBounds renders charts that would take all time and memory there is.
func TestChartBounds(t *testing.T) {
	chain := ""
	for i := range 12 {
		chain += fmt.Sprintf("{{ define \"t%d\" }}%s{{ end }}\n", i, strings.Repeat(fmt.Sprintf(`{{ template "t%d" . }}`, i+1), 10))
	}
	includes := strings.ReplaceAll(chain, "{{ template", "{{ include")
	nested := "`" + strings.Repeat(`{"n":`, 60) + `{"n":0}` + strings.Repeat(`}`, 60) + "`"
	tests := map[string]string{
		"a text of any length":                `{{ repeat 2000000000 "ab" }}`,
		"an indent of any depth":              `{{ nindent 2000000000 "a" }}`,
		"a list of any length":                `{{ range until 2000000000 }}{{ end }}`,
		"steps without end":                   `{{ range untilStep 0 2000000000 1 }}{{ end }}`,
		"a sequence":                          `{{ seq 1 2000000000 }}`,
		"lists in lists":                      strings.Repeat(`{{ range until 1000 }}`, 4) + strings.Repeat(`{{ end }}`, 4),
		"lists of the values in lists":        strings.Repeat("{{- range $i, $x := $.Values.list -}}", 5) + strings.Repeat(`{{ end }}`, 5),
		"the same, by many ways":              strings.Repeat("{{ range ( $.Values.list | default (list \"}}\" '}') )\n\t -}}", 5) + strings.Repeat(`{{ end }}`, 5),
		"numbers":                             strings.Repeat(`{{ range 2000000000 }}`, 3) + strings.Repeat(`{{ end }}`, 3),
		"a text printed into itself":          `{{ $x := "0123456789" }}` + strings.Repeat(`{{ $x = print $x $x }}`, 60),
		"the same with printf":                `{{ $x := "0123456789" }}` + strings.Repeat(`{{ $x = printf "%s%s" $x $x }}`, 60),
		"templates that call each other":      chain + `{{ define "t12" }}x{{ end }}{{ template "t0" . }}`,
		"the same with include":               includes + `{{ define "t12" }}x{{ end }}{{ include "t0" . }}`,
		"what calls itself twice":             `{{ define "a" }}{{ if . }}{{ include "a" .n }}{{ include "a" .n }}{{ end }}{{ end }}{{ include "a" (fromJson ` + nested + `) }}`,
		"the same with template":              `{{ define "a" }}{{ if . }}{{ template "a" .n }}{{ template "a" .n }}{{ end }}{{ end }}{{ template "a" (fromJson ` + nested + `) }}`,
		"a range in a text that tpl fills in": `{{ tpl "{{ range 99999999999 }}{{ end }}" . }}`,
		"a text that fills in itself":         `{{ define "a" }}{{ tpl (print "{{ include \"a\" . }}") . }}{{ end }}{{ include "a" . }}`,
		"a mapping that holds itself":         `{{ $d := dict }}{{ $_ := set $d "a" $d }}{{ print $d }}`,
		"one that holds one that holds it":    `{{ $d := dict }}{{ $e := dict "list" (list $d) }}{{ $_ := set $d "a" $e }}{{ toYaml $d }}`,
		"the same, merged":                    `{{ $d := dict }}{{ $_ := merge $d (dict "a" $d) }}{{ toYaml $d }}`,
		"a list of twice itself":              `{{ $l := list 1 }}` + strings.Repeat(`{{ $l = list $l $l }}`, 60) + `{{ toYaml $l }}`,
		"actions in actions":                  strings.Repeat(`{{ if 1 }}`, 100_000) + strings.Repeat(`{{ end }}`, 100_000),
		"else if without end":                 `{{ if 1 }}` + strings.Repeat(`{{ else if 1 }}`, 100_000) + `{{ end }}`,
		"parentheses in parentheses":          `{{ ` + strings.Repeat(`(`, 100_000) + `1` + strings.Repeat(`)`, 100_000) + `}}`,
		"a template that includes itself":     `{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}`,
	}
	for name, template := range tests {
		t.Run(name, func(t *testing.T) {
			out, err := renderText(template)
			if err == nil {
				t.Fatalf("it renders, to %d bytes", len(out))
			}
			if _, _, why := explainChart(err); name != "a template that includes itself" && !strings.Contains(why, "more, than is bearable") {
				t.Errorf("it is said to fail because %s: %v", why, err)
			}
		})
	}
}

// TestChartsReachNothing renders a chart that asks for what is outside of it.
func TestChartsReachNothing(t *testing.T) {
	t.Setenv("KEYLINT_TEST_SECRET", "of the environment")
	outside := filepath.Join(t.TempDir(), "outside.txt")
	if err := os.WriteFile(outside, []byte("of a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{ // "" is nothing, "!" a refusal
		`{{ env "KEYLINT_TEST_SECRET" }}`:                           "!",
		`{{ expandenv "$KEYLINT_TEST_SECRET" }}`:                    "!",
		`{{ getHostByName "localhost" }}`:                           "",
		`{{ lookup "v1" "Secret" "a" "b" | toJson }}`:               "{}",
		`{{ .Files.Get "` + outside + `" }}`:                        "",
		`{{ .Files.Get "../../../../../../etc/passwd" }}`:           "",
		`{{ range $k, $v := .Files.Glob "/**" }}{{ $k }} {{ end }}`: "",
		`{{ randAlphaNum 20 }}`:                                     "keylint-unknown-00000-x",
		`{{ now | date "2006-01-02" }}`:                             "1970-01-01",
		`{{ (genCA "a" 1).Cert }}`:                                  "keylint-unknown-00000-x",
	}
	for template, want := range tests {
		out, err := renderText(template)
		switch {
		case want == "!" && err == nil:
			t.Errorf("%s gives %q", template, out)
		case want != "!" && (err != nil || out != want):
			t.Errorf("%s gives %q (%v), want %q", template, out, err, want)
		}
	}
}

// FuzzChart renders templates and values of any kind: nothing panics, and everything ends.
func FuzzChart(f *testing.F) {
	for _, test := range chartCases {
		for _, part := range strings.Split(test.archive, "\n-- ") {
			if _, text, ok := strings.Cut(part, " --\n"); ok {
				f.Add(text)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4_000 {
			return
		}
		_, err := renderText(text)
		if err != nil {
			explainChart(err)
		}
	})
}

// TestSteps counts what templates go through, and looks at what they decide by, without another word changing.
func TestSteps(t *testing.T) {
	for before, after := range map[string]string{
		"a":                                       "a",
		"{{ range .a }}x{{ end }}":                "{{ range keylintSteps (.a) }}x{{ end }}",
		"{{- range $k, $v := .a -}}x{{- end -}}":  "{{- range $k, $v := keylintSteps (.a) -}}x{{- end -}}",
		"{{range .a}}{{range .b}}{{end}}{{end}}":  "{{range keylintSteps (.a)}}{{range keylintSteps (.b)}}{{end}}{{end}}",
		`{{ range split "}}" .a | uniq }}{{end}}`: `{{ range keylintSteps (split "}}" .a | uniq) }}{{end}}`,
		"{{ define \"a\" }}{{ if .x }}{{ range\n .y }}{{ else }}{{ range .z }}{{ end }}{{ end }}{{ end }}{{ end }}": "{{ define \"a\" }}{{ if .x | keylintTruth `if` }}{{ range\n keylintSteps (.y) }}{{ else }}{{ range keylintSteps (.z) }}{{ end }}{{ end }}{{ end }}{{ end }}",
		"{{ range }}":                                        "{{ range }}",
		`{{ include "a" . | indent 2 }}`:                     `{{ keylintLeave (include (keylintEnter "a") .) | indent 2 }}`,
		`{{- eq (include "a" (dict "x" 1)) "}}|" -}}`:        `{{- eq (keylintLeave (include (keylintEnter "a") (dict "x" 1))) "}}|" -}}`,
		`{{ . | include (print .x ")") }}`:                   `{{ . | include (keylintCount (print .x ")")) }}`,
		`{{ $x := tpl .Values.text $ }}`:                     `{{ $x := keylintLeave (tpl (keylintText .Values.text) $) }}`,
		`{{- template "a" . -}}{{ template "b" }}`:           `{{- template "a" keylintCount ( .) -}}{{ template "b" }}`,
		`{{ range include "a" . | fromJsonArray }}{{ end }}`: `{{ range keylintSteps (keylintLeave (include (keylintEnter "a") .) | fromJsonArray) }}{{ end }}`,
		"{{ range.a.b }}x{{ end }}{{range(list 1)}}{{end}}":  "{{ range keylintSteps (.a.b) }}x{{ end }}{{range keylintSteps ((list 1))}}{{end}}",
		`{{- if and .a (not .b.c) -}}{{ else if $x := include "a" . }}{{ end }}`: "{{- if and (keylintTruth `and` .a) (keylintTruth `and` (not (keylintTruth `not` .b.c))) | keylintTruth `if` -}}" +
			"{{ else if $x := keylintLeave (include (keylintEnter \"a\") .) | keylintTruth `if` }}{{ end }}",
		`{{ with index .a (list "x y" | first) "b" }}{{ end }}`: "{{ with index (keylintAsked `index` .a) (keylintAsked `index` (list \"x y\" | first)) (keylintAsked `index` \"b\") | keylintTruth `with` }}{{ end }}",
		`{{ .a.b | len }}{{ $.Files.Get (.x.y) }}{{ (.a).b }}`:  "{{ .a.b | keylintAsked `len` | len }}{{ $.Files.Get (keylintAsked `a method` (.x.y)) }}{{ (.a).b }}",
	} {
		if got, err := withSteps("t", before); err != nil || got != after {
			t.Errorf("%s\nbecomes %s (%v)\nwant    %s", before, got, err, after)
		}
	}
}
