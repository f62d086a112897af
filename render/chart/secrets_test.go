package chart

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"text/template"

	"helm.sh/helm/v4/pkg/chart/loader/archive"

	"github.com/keylint/keylint/keys"
)

// What becomes of a secret in a template.
const (
	isSecret  = "secret"  // it comes out as it is, or is a part of what comes out
	isPlain   = "text"    // what comes out is the same of any
	isUnknown = "unknown" // another text comes out
	isDecided = "decided" // what is rendered is another thing, perhaps
)

// fill renders a template with the values.
func fill(t *testing.T, text string, values map[string]any, words *keys.Standins) (string, decision, error) {
	t.Helper()
	files := []*archive.BufferedFile{
		{Name: "Chart.yaml", Data: []byte("apiVersion: v2\nname: a\nversion: 1.0.0\n")},
		{Name: "templates/_a.tpl", Data: []byte(`{{ define "key" }}{{ .Values.key }}{{ end }}{{ define "longer-name" }}x{{ end }}`)},
		{Name: "templates/a.yaml", Data: []byte(text)},
	}
	out, decided, err := renderTemplates(files, values, "r", "n", &decisions{words: words}, func(int) bool { return true })
	return out["a/templates/a.yaml"], decided, err
}

// fillIn renders a template that is no chart's.
func fillIn(t *testing.T, text string, values map[string]any, words *keys.Standins) (string, decision, error) {
	t.Helper()
	d := &decisions{words: words}
	counted, err := withSteps("", text)
	if err != nil {
		t.Fatal(err)
	}
	filled, err := template.New("").Option("missingkey=zero").Funcs(boundedFunctions(d, func(int) bool { return true })).Parse(counted)
	if err != nil {
		return "", decision{}, err
	}
	var b strings.Builder
	err = filled.Execute(&b, map[string]any{"Values": values})
	return b.String(), decision{by: d.by}, err
}

// valuesOf are those of the tests, in which the secrets are what hide makes of them.
func valuesOf(key, other string, hide func(string) string) map[string]any {
	return map[string]any{"key": hide(key), "other": hide(other), "name": "web", "list": []any{"a", "b"}, "map": map[string]any{"a": "b", "longer-name": "c"}, "empty": ""}
}

// become says what becomes of a secret in a template, and holds that against what Helm makes of the secret itself.
func become(t *testing.T, fill func(*testing.T, string, map[string]any, *keys.Standins) (string, decision, error), text, key, other string) string {
	t.Helper()
	words := &keys.Standins{}
	out, decided, err := fill(t, text, valuesOf(key, other, func(s string) string { return words.Secret(keys.NewText(s)) }), words)
	real, _, failed := fill(t, text, valuesOf(key, other, func(s string) string { return s }), &keys.Standins{})
	v := words.Resolve(keys.NewText(out))
	switch {
	case decided.by != "":
		return isDecided
	case (err != nil) != (failed != nil):
		t.Errorf("%s of %q: with the word %v, with the secret %v", text, key, err, failed)
		return ""
	case err != nil:
		return isPlain
	case !v.IsKnown():
		return isUnknown
	case v.Text().Reveal() != real:
		t.Errorf("%s of %q is taken to be %q, and is %q", text, key, v.Text().Reveal(), real)
	case v.Text().Reveal() != out:
		return isSecret
	}
	return isPlain
}

const (
	plainSecret  = "a-long-secret-of-this-test-0123456789-abcdef"
	secretOfLine = plainSecret + "\n"
	otherSecret  = "another-long-secret-of-this-test-9876543210"
)

// TestSecretsInTemplates: what only moves the word of a secret leaves it whole; of what makes another text of it nothing is known; and what decides
// by it is told. Nothing that is taken for known is anything else with the secret in its place.
func TestSecretsInTemplates(t *testing.T) {
	tests := []struct{ is, templates string }{
		{isSecret, `
{{ .Values.key }}
{{ .Values.key | quote }}
{{ .Values.key | toYaml }}
{{ .Values.key | toJson }}
{{ .Values.key | b64enc }}
{{ .Values.key | b64enc | b64dec }}
{{ printf "Bearer %s" .Values.key }}
{{ print .Values.key "-" .Values.other }}
{{ .Values.key | default "x" }}
{{ coalesce .Values.empty .Values.key }}
{{ .Values.key | trim }}
{{ .Values.key | replace "\n" "" }}
{{ .Values.key | trimSuffix "\n" }}
{{ required "it" .Values.key }}
{{ ternary .Values.key "x" true }}
{{ (dict "k" .Values.key).k }}
{{ get (dict "k" .Values.key) "k" }}
{{ index (dict "k" .Values.key) "k" }}
{{ index .Values "key" }}
{{ index (list .Values.key) 0 }}
{{ list "a" .Values.key | join "," }}
{{ list "a" .Values.key | last }}
{{ dig "key" "x" (dict "key" .Values.key) }}
{{ pluck "key" .Values | first }}
{{ (pick .Values "key").key }}
{{ (omit .Values "name").key }}
{{ (set (dict) "k" .Values.key).k }}
{{ (merge (dict) (dict "k" .Values.key)).k }}
{{ include "key" . }}
{{ template "key" . }}
{{ include "key" . | b64enc }}
{{ tpl "{{ .Values.key }}" . }}
{{ tpl .Values.key . }}
{{ tpl (printf "a: {{ .Values.name }} %s" .Values.key) . }}
{{ (fromYaml (toYaml (dict "k" .Values.key))).k }}
{{ (fromJson (toJson (dict "k" .Values.key))).k }}
{{ (index (fromYamlArray (toYaml (list .Values.key))) 0) }}
{{ with .Values.key }}{{ . }}{{ end }}
{{ if .Values.key }}{{ .Values.key }}{{ else }}no{{ end }}
{{ if and .Values.key .Values.other }}{{ .Values.key }}{{ end }}
{{ or .Values.empty .Values.key }}
{{ and .Values.name .Values.key }}
{{ range list .Values.key }}{{ . }}{{ end }}
{{ range $k, $v := dict "a" .Values.key }}{{ $k }}{{ $v }}{{ end }}
{{ $x := .Values.key }}{{ if not $x }}no{{ else if $x }}{{ $x }}{{ end }}
{{ html .Values.key }}{{ js .Values.key }}{{ urlquery .Values.key }}
{{ .Values.key | indent 2 | nindent 2 }}
{{ cat .Values.key "x" }}
{{ repeat 2 .Values.key }}
{{ (list .Values.key .Values.key | uniq | first) }}
`},
		{isPlain, `
{{ kindOf .Values.key }}{{ typeOf .Values.key }}{{ kindIs "string" .Values.key }}
{{ get .Values "name" }}
{{ keys .Values | sortAlpha | join "," }}
{{ len .Values }}{{ len (list .Values.key) }}
{{ "given" | default .Values.key }}
{{ if .Values.key }}yes{{ end }}
{{ if not .Values.key }}no{{ end }}
{{ if eq .Values.key "" }}no{{ else }}yes{{ end }}
{{ if eq .Values.key "short" }}no{{ else }}yes{{ end }}
{{ if ne .Values.key .Values.key }}no{{ end }}
{{ if eq .Values.key .Values.other }}no{{ else }}yes{{ end }}
{{ if eq .Values.key .Values.name }}no{{ else }}yes{{ end }}
{{ if has .Values.key (list "a" "b") }}no{{ end }}
{{ if has "a" (list .Values.key "a") }}yes{{ end }}
{{ if hasKey .Values "key" }}yes{{ end }}
{{ if empty .Values.key }}no{{ end }}
{{ if and .Values.empty .Values.key }}no{{ end }}
{{ if or .Values.key .Values.empty }}yes{{ end }}
{{ range $k, $v := .Values.map }}{{ $k }}{{ end }}
{{ len (compact (list .Values.key "" .Values.other)) }}
{{ len (uniq (list .Values.key .Values.other)) }}
{{ len (without (list .Values.key .Values.other) .Values.key) }}
{{ fail .Values.key }}
{{ if (lookup "v1" "Secret" "n" .Values.key) }}no{{ end }}
{{ .Files.Get "x" }}
`},
		{isUnknown, `
{{ .Values.key | lower }}
{{ .Values.key | upper }}
{{ .Values.key | title }}
{{ .Values.key | trunc 20 }}
{{ .Values.key | trunc -5 }}
{{ substr 0 4 .Values.key }}
{{ .Values.key | sha256sum }}
{{ .Values.key | sha1sum | quote }}
{{ .Values.key | adler32sum }}
{{ .Values.key | b32enc }}
{{ .Values.key | trimSuffix "f" }}
{{ .Values.key | trimSuffix "/" }}
{{ .Values.key | trimPrefix "a-long" }}
{{ .Values.key | trimAll "=" }}
{{ .Values.key | replace "a" "b" }}
{{ "a-long-secret" | replace .Values.key "b" }}
{{ regexFind "secret" .Values.key }}
{{ regexReplaceAll "/$" .Values.key "" }}
{{ .Values.key | shuffle }}
{{ .Values.key | abbrev 20 }}
{{ .Values.key | initials }}
{{ .Values.key | nospace }}
{{ .Values.key | camelcase }}
{{ printf "%.5s" .Values.key }}
{{ printf "%x" .Values.key }}
{{ printf "%50s" .Values.key }}
{{ printf .Values.key }}
{{ printf "%s %.5s" .Values.key .Values.key }}
{{ .Values.key | lower | quote | b64enc }}
{{ trimPrefix "a" .Values.key | default "x" }}
{{ coalesce (trimPrefix "a" .Values.key) "x" }}
{{ regexQuoteMeta .Values.key }}
{{ .Values.key | wrap 10 }}
{{ base .Values.key }}{{ dir .Values.key }}
{{ with (printf "x%s" (lower .Values.key)) }}{{ . }}{{ end }}
`},
		{isDecided, `
{{ if eq (replace "!" "" .Values.key) .Values.key }}yes{{ end }}
{{ if ne (urlquery .Values.key) .Values.key }}yes{{ end }}
{{ len (uniq (list (html .Values.key) .Values.key)) }}
{{ if has (js .Values.key) (list .Values.key) }}yes{{ end }}
{{ get .Values.map .Values.key }}
{{ hasKey .Values.map .Values.key }}
{{ dig .Values.key "x" .Values.map }}
{{ pluck .Values.key .Values.map | first }}
{{ pick .Values.map .Values.key | len }}
{{ omit .Values.map .Values.key | len }}
{{ without (list "a" "a-long-secret-of-this-test-0123456789-abcdef") .Values.key | len }}
{{ unset .Values.map .Values.key | len }}
{{ set (dict) .Values.key "x" | len }}
{{ (dict .Values.key "x").a }}
{{ range $k, $v := dict .Values.key "x" "m" "y" }}{{ $v }}{{ end }}
{{ range $k, $v := set (dict "m" "y") .Values.key "x" }}{{ $v }}{{ end }}
{{ uniq (list .Values.key "a-long-secret-of-this-test-0123456789-abcdef") | len }}
{{ index .Values.map .Values.key }}
{{ .Values.key | index .Values.map }}
{{ index .Values.key 0 }}
{{ len .Values.key }}
{{ .Values.key | len }}
{{ splitList "-" .Values.key | len }}
{{ .Values.key | splitList "-" | last }}
{{ (split "-" .Values.key)._0 }}
{{ (splitn "-" 2 .Values.key)._9 }}
{{ sortAlpha (list .Values.key "m") | first }}
{{ if eq (sha256sum .Values.key) "x" }}yes{{ end }}
{{ if eq .Values.key "b-long-secret-of-this-test-0123456789-abcdef" }}yes{{ end }}
{{ if ne "b-long-secret-of-this-test-0123456789-abcdef" .Values.key }}yes{{ end }}
{{ if eq (printf "x%s" .Values.key) (printf "%sx" .Values.other) }}yes{{ end }}
{{ if lt .Values.key "b" }}yes{{ end }}
{{ if hasPrefix "a-long" .Values.key }}yes{{ end }}
{{ if hasSuffix .Values.key "a-long" }}yes{{ end }}
{{ if contains "secret" .Values.key }}yes{{ end }}
{{ if has .Values.key (list "b-long-secret-of-this-test-0123456789-abcdef") }}yes{{ end }}
{{ if regexMatch "^a" .Values.key }}yes{{ end }}
{{ regexFindAll "a" .Values.key -1 | len }}
{{ regexSplit "-" .Values.key -1 | len }}
{{ if trimPrefix "a-long" .Values.key }}yes{{ end }}
{{ if $x := trimPrefix "a-long" .Values.key }}{{ len $x }}{{ end }}
{{ if "" }}{{ else if regexFind "^b" .Values.key }}yes{{ end }}
{{ with regexFind "^b" .Values.key }}yes{{ else }}no{{ end }}
{{ if not (regexFind "^b" .Values.key) }}yes{{ end }}
{{ if and (regexFind "^b" .Values.key) true }}yes{{ end }}
{{ or (regexFind "^b" .Values.key) "x" | len }}
{{ regexFind "^b" .Values.key | and true }}
{{ empty (regexFind "^b" .Values.key) }}
{{ any (regexFind "^b" .Values.key) }}
{{ all (regexFind "^b" .Values.key) }}
{{ compact (list (regexFind "^b" .Values.key)) | len }}
{{ ternary "a" "b" (empty (regexFind "^b" .Values.key)) }}
{{ required "it" (regexFind "^b" .Values.key) }}
{{ default (dict) (regexFind "^b" .Values.key) | kindOf }}
{{ atoi .Values.key }}
{{ int .Values.key }}
{{ add 1 .Values.key }}
{{ if semverCompare ">1" .Values.key }}x{{ end }}
{{ toDate "2006" .Values.key }}
{{ durationSeconds .Values.key }}
{{ (urlParse .Values.key).host }}
{{ include .Values.key . }}
{{ . | include .Values.key }}
{{ tpl (printf "{{ .Values.map.%s }}" .Values.key) . }}
{{ tpl (printf "{{ get .Values.map %q }}" .Values.key) . }}
{{ tpl (printf "{{ if eq %q .Values.name }}{{ end }}" .Values.key) . }}
{{ tpl (printf "{{ include %q . }}" .Values.key) . }}
{{ tpl (printf "{{ define %q }}{{ end }}" .Values.key) . }}
{{ .Files.Get .Values.key }}
{{ .Values.key | .Files.Get }}
{{ .Capabilities.APIVersions.Has .Values.key }}
{{ ($.Files).Glob .Values.key | len }}
{{ (fromYaml (printf "%s: x" .Values.key)).a }}
{{ (fromYaml .Values.key).a }}
{{ fromJsonArray .Values.key | len }}
{{ (fromToml .Values.key).a }}
{{ deepEqual (list .Values.key) (list "x") }}
{{ index .Values.map (trunc 3 .Values.key) }}
{{ .Values.key | b64enc | len }}
{{ randInt 0 (int .Values.key) }}
`},
	}
	for _, test := range tests {
		for _, text := range strings.Split(strings.TrimSpace(test.templates), "\n") {
			if is := become(t, fill, text, plainSecret, otherSecret); is != test.is && is != "" {
				t.Errorf("%s is %s, want %s", text, is, test.is)
			}
		}
	}
	for text, want := range map[string]string{
		`{{ .Values.key | quote }}`: isSecret, `{{ .Values.key | trim }}`: isUnknown, `{{ .Values.key | replace "\n" "" }}`: isUnknown, `{{ trimSuffix "\n" .Values.key }}`: isUnknown,
	} {
		if is := become(t, fill, text, secretOfLine, otherSecret); is != want && !(want == isSecret && is == isUnknown) {
			t.Errorf("%s of a line is %s, want %s", text, is, want)
		}
	}
}

// TestDecisionIsPlaced: it is told where a template decides, and by what; of what a release only says to whom installs it nothing.
func TestDecisionIsPlaced(t *testing.T) {
	words := &keys.Standins{}
	values := valuesOf(plainSecret, otherSecret, func(s string) string { return words.Secret(keys.NewText(s)) })
	_, decided, err := fill(t, "a: b\nc:\n  {{ if hasPrefix \"a\" .Values.key }}d{{ end }}\n", values, words)
	if want := (decision{by: "hasPrefix", file: "a/templates/a.yaml", line: 3}); decided != want || err != nil {
		t.Errorf("%v, want %v; %v", decided, want, err)
	}
	files := []*archive.BufferedFile{
		{Name: "Chart.yaml", Data: []byte("apiVersion: v2\nname: a\nversion: 1.0.0\n")},
		{Name: "templates/NOTES.txt", Data: []byte(`{{- if contains "a" .Values.key }}Well done.{{ end -}}`)},
		{Name: "templates/z.yaml", Data: []byte(`a: {{ .Values.key }}`)},
	}
	if _, decided, err := renderTemplates(files, values, "r", "n", &decisions{words: words}, func(int) bool { return true }); decided.by != "" || err != nil {
		t.Errorf("the notes decide by %q; %v", decided.by, err)
	}
	files[1].Data = []byte(`{{ if contains "a" .Values.key }}{{ include "do" . }}{{ end }}{{ define "do" }}{{ $_ := set .Values "key" "b" }}{{ end }}`)
	if _, decided, err := renderTemplates(files, values, "r", "n", &decisions{words: words}, func(int) bool { return true }); decided.by != "contains" || err != nil {
		t.Errorf("the notes change a value by %q; %v", decided.by, err)
	}
}

// TestEveryFunctionIsTrusted holds each function that templates have, with a secret as each of its arguments, against what it makes of the secret: where
// no decision and no unknown text is told of, the result is the same.
func TestEveryFunctionIsTrusted(t *testing.T) {
	others := []string{`"a"`, `2`, `(list "a" "b")`, `.Values.map`, `.Values.key`}
	random := set("randAlphaNum", "randAlpha", "randAscii", "randNumeric", "randBytes", "randInt", "uuidv4", "keys", "values", "shuffle")
	secrets := []string{plainSecret, "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2lnbmF0dXJlLW9mLWl0LWFsbA", "p4ss: \"w0rd\" & <more>=#1/", "https://host.example/path/", "YS1zZWNyZXQtdGhhdC1pcy1lbmNvZGVk"}
	outcomes := map[string]int{}
	all := functions(&decisions{words: &keys.Standins{}}, func(int) {})
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if random[name] || strings.HasPrefix(name, "gen") || slices.Contains([]string{"include", "lookup", "bcrypt", "htpasswd", "encryptAES", "derivePassword", "buildCustomCert", "now", "ago", "date", "hello"}, name) {
			continue
		}
		var calls []string
		f := reflect.TypeOf(all[name])
		call := func(args ...string) {
			if f.NumIn() == len(args) || f.IsVariadic() && len(args) >= f.NumIn()-1 {
				calls = append(calls, name+" "+strings.Join(args, " "))
			}
		}
		for _, x := range []string{`(list .Values.key "b")`, `(dict "k" .Values.key "a" "b")`, `.Values.key`} {
			call(x)
			for _, a := range others {
				call(x, a)
				call(a, x)
				for _, b := range others[:2] {
					call(x, a, b)
					call(a, x, b)
					call(a, b, x)
				}
			}
		}
		for n, call := range calls {
			outcomes[become(t, fillIn, fmt.Sprintf(`{{ $x := %s }}{{ if $x }}yes {{ $x | toJson }}{{ end }}`, call), secrets[n%len(secrets)], otherSecret)]++
		}
	}
	for _, is := range []string{isSecret, isPlain, isUnknown, isDecided} {
		if outcomes[is] < 50 {
			t.Errorf("%d calls are %s: the test tries nothing", outcomes[is], is)
		}
	}
	t.Log(outcomes)
}
