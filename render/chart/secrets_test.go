package chart

import (
	"strings"
	"testing"

	"helm.sh/helm/v4/pkg/chart/loader/archive"

	"github.com/keylint/keylint/keys"
)

// TestSecretsInTemplates: what only moves the word of a secret leaves it whole; of what makes something of its text nothing is known, and what
// decides by it is told.
func TestSecretsInTemplates(t *testing.T) {
	const secret = "a-long-secret-of-this-test-0123456789-abcdef\n"
	const isSecret, isUnknown, isText = "secret", "unknown", "text"
	tests := []struct {
		template string
		is       string
		compares bool
	}{
		{`{{ .Values.key | quote }}`, isSecret, false},
		{`{{ .Values.key | b64enc | quote }}`, isSecret, false},
		{`{{ .Values.key | b64enc | b64dec | quote }}`, isSecret, false},
		{`{{ printf "Bearer %s" .Values.key | quote }}`, isSecret, false},
		{`{{ .Values.key | default "x" | quote }}`, isSecret, false},
		{`{{ .Values.key | trim | quote }}`, isUnknown, false},
		{`{{ .Values.key | replace "\n" "" | quote }}`, isUnknown, false},
		{`{{ (dict "k" .Values.key).k | quote }}`, isSecret, false},
		{`{{ .Values.key | lower | quote }}`, isUnknown, false},
		{`{{ .Values.key | upper | quote }}`, isUnknown, false},
		{`{{ .Values.key | trunc 20 | quote }}`, isUnknown, false},
		{`{{ .Values.key | sha256sum | quote }}`, isUnknown, false},
		{`{{ .Values.key | splitList "-" | last | quote }}`, isUnknown, false},
		{`{{ .Values.key | trimSuffix "f" | quote }}`, isUnknown, false},
		{`{{ kindOf .Values.key | quote }}`, isText, false},
		{`{{ get .Values "name" | quote }}`, isText, false},
		{`{{ keys .Values | sortAlpha | join "," | quote }}`, isText, false},
		{`{{ "given" | default .Values.key | quote }}`, isText, false},
		{`{{ if .Values.key }}"yes"{{ end }}`, isText, false},
		{`{{ if eq .Values.key "" }}"no"{{ else }}"yes"{{ end }}`, isText, false},
		{`{{ if eq .Values.key "short" }}"no"{{ else }}"yes"{{ end }}`, isText, false},
		{`{{ if eq .Values.key .Values.key }}"yes"{{ end }}`, isText, false},
		{`{{ if hasPrefix "a-long" .Values.key }}"yes"{{ else }}"no"{{ end }}`, isText, true},
		{`{{ if contains "secret" .Values.key }}"yes"{{ else }}"no"{{ end }}`, isText, true},
		{`{{ if eq .Values.key "b-long-secret-of-this-test-0123456789-abcdef\n" }}"yes"{{ else }}"no"{{ end }}`, isText, true},
	}
	for _, test := range tests {
		words := &keys.Standins{}
		values := map[string]any{"key": words.Secret(keys.NewText(secret)), "name": "web"}
		files := []*archive.BufferedFile{
			{Name: "Chart.yaml", Data: []byte("apiVersion: v2\nname: a\nversion: 1.0.0\n")},
			{Name: "templates/a.yaml", Data: []byte("k: " + test.template)},
		}
		out, by, err := renderTemplates(files, values, "r", "n", words, func(int) bool { return true })
		if err != nil {
			t.Errorf("%s: %v", test.template, err)
			continue
		}
		text := strings.TrimPrefix(strings.Trim(out["a/templates/a.yaml"], `"`), `k: `)
		text = strings.ReplaceAll(strings.ReplaceAll(strings.Trim(text, `"`), `\n`, "\n"), `\\n`, "\n")
		any, _ := words.Holds(text)
		is := isText
		if v := words.Resolve(keys.NewText(text)); !v.IsKnown() {
			is = isUnknown
		} else if any {
			is = isSecret
		}
		if is != test.is || (by != "") != test.compares {
			t.Errorf("%s is %s, compares by %q: %q", test.template, is, by, text)
		}
	}
}
