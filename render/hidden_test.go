package render

import (
	"bufio"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/internal/testrepo"
	"github.com/keylint/keylint/sources/decrypt"
)

// window is how many characters of a secret in a row are too many.
const window = 8

// pieces are all runs of the secrets of the test keys, in whatever way one may be written.
func pieces(t testing.TB) map[string]bool {
	out := map[string]bool{}
	add := func(form string) {
		for i := 0; i+window <= len(form); i++ {
			out[form[i:i+window]] = true
		}
	}
	f, err := os.Open("../testdata/keys/supabase-new.env")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		name, secret, ok := strings.Cut(lines.Text(), "=")
		if !ok || !strings.HasPrefix(name, "ANON") && !strings.HasPrefix(name, "SERVICE") {
			continue
		}
		if dot := strings.LastIndexByte(secret, '.'); strings.HasPrefix(secret, "eyJ") {
			secret = secret[dot+1:] // the signature: what stands before it says "supabase" in base64, as other texts do
		}
		reversed := []byte(secret)
		slices.Reverse(reversed)
		for _, s := range []string{secret, string(reversed)} {
			add(s)
			add(strings.ToLower(s))
			add(strings.ToUpper(s))
			add(hex.EncodeToString([]byte(s)))
			add(base32.StdEncoding.EncodeToString([]byte(s)))
			add(strings.ToLower(base32.StdEncoding.EncodeToString([]byte(s))))
			for offset := range 3 { // wherever it stands in what is encoded
				once := base64.StdEncoding.EncodeToString([]byte(s[offset : offset+(len(s)-offset)/3*3]))
				add(once)
				add(base64.StdEncoding.EncodeToString([]byte(once)))
			}
		}
	}
	if len(out) < 1000 {
		t.Fatalf("%d pieces", len(out))
	}
	return out
}

// encryptedSecret is one of the fixtures' files, which SOPS encrypted.
func encryptedSecret(t testing.TB) string {
	b, err := os.ReadFile("../testdata/fixtures/homelab-in-sync/k8s/overlays/home/web/secret.sops.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestRenderersSeeNoSecret: whatever a kustomization, a chart's template, that of a SealedSecret or Flux' substitution makes of a secret, and wherever
// it puts that, none of it leaves the renderer: it never got one. The transformations are drawn at random.
func TestRenderersSeeNoSecret(t *testing.T) {
	keyring, err := decrypt.Load(decrypt.KeyFiles{Age: []string{"../testdata/keys/age.txt"}, SealedSecrets: []string{"../testdata/keys/sealed-secrets.pem"}, Getenv: func(string) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	secrets := pieces(t)
	draw := rand.New(rand.NewPCG(1, 2))
	for name, renderer := range map[string]func(*rand.Rand) string{"kustomize": byKustomize, "chart": byChart, "flux": byFlux, "sealed": bySealed} {
		t.Run(name, func(t *testing.T) {
			rendered, got := 0, 0
			for range 60 {
				archive := renderer(draw)
				repo := testrepo.Open(t, testrepo.Write(t, archive+"\n-- k8s/secret.yaml --\n"+encryptedSecret(t)), keyring)
				var out strings.Builder
				for _, u := range Units(repo) {
					fmt.Fprintln(&out, u.Name, u.Path, u.Inputs)
					for _, o := range u.Objects {
						text, err := yaml.String(o.Root)
						if err != nil {
							t.Fatal(err)
						}
						fmt.Fprintln(&out, o.Kind, o.Namespace, o.Name, o.File)
						out.WriteString(text)
						if strings.Contains(text, "SUPABASE_ANON_KEY: eyJkl") {
							got++
						}
						rendered++
					}
				}
				for _, n := range repo.Notes() {
					fmt.Fprintln(&out, n.At, n.Message)
				}
				all := out.String()
				for i := 0; i+window <= len(all); i++ {
					if secrets[all[i:i+window]] {
						t.Fatalf("%q left the renderer of\n%s\n%s", all[max(0, i-40):min(len(all), i+60)], archive, all)
					}
				}
			}
			if rendered < 60 || got < 60 {
				t.Errorf("of %d objects that were rendered %d hold a word for a secret: the test tries nothing", rendered, got)
			}
		})
	}
}

// TestCutIsUnknown: nothing is known of what a replacement cuts out of a secret, were it ever so short.
func TestCutIsUnknown(t *testing.T) {
	keyring, err := decrypt.Load(decrypt.KeyFiles{Age: []string{"../testdata/keys/age.txt"}, Getenv: func(string) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	for _, options := range []string{`{delimiter: "k", index: 0}`, `{delimiter: ".", index: 1}`, `{delimiter: "l", index: 1}`} {
		repo := testrepo.Open(t, testrepo.Write(t, `
-- k8s/kustomization.yaml --
resources: [secret.yaml, target.yaml]
replacements:
  - source: {kind: Secret, fieldPath: stringData.SUPABASE_ANON_KEY, options: `+options+`}
    targets: [{select: {kind: ConfigMap}, fieldPaths: [data.key]}]
-- k8s/target.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: supabase}
data: {key: x, other: y}
-- k8s/secret.yaml --
`+encryptedSecret(t)), keyring)
		o := unit(t, Units(repo), "k8s").Find("ConfigMap", "", "supabase")
		if e := entry(t, o, "key"); e.Value.IsKnown() {
			t.Errorf("of %s %q is known", options, e.Value.Text().Reveal())
		}
		if e := entry(t, o, "other"); !e.Value.IsKnown() {
			t.Errorf("of %s nothing is known", options)
		}
	}
}

func one(draw *rand.Rand, of ...string) string { return of[draw.IntN(len(of))] }

// byKustomize moves a field of the Secret, or a part of it, to somewhere else.
func byKustomize(draw *rand.Rand) string {
	options := one(draw, "", "", `, options: {delimiter: ".", index: `+one(draw, "0", "1", "2", "-1")+`}`, `, options: {delimiter: "`+one(draw, "a", "k", "x", "J", "_")+`", index: 1}`)
	target := one(draw, "metadata.name", "metadata.namespace", "metadata.annotations.a", "metadata.labels.b", "data.key", "metadata.annotations.[x/y]", "kind")
	return `
-- k8s/kustomization.yaml --
resources: [secret.yaml, target.yaml]
namePrefix: ` + one(draw, "p-", "eyJ", `""`) + `
replacements:
  - source: {kind: Secret, fieldPath: stringData.SUPABASE_` + one(draw, "ANON_KEY", "SERVICE_ROLE_KEY") + options + `}
    targets:
      - select: {kind: ConfigMap}
        fieldPaths: [` + target + `]
        options: {create: true` + one(draw, "", `, delimiter: "-", index: 0`) + `}
secretGenerator:
  - {name: generated, files: [` + one(draw, "secret.yaml", "k=secret.yaml") + `]}
-- k8s/target.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: target-of-it, labels: {b: c}}
data: {key: x}
`
}

// byChart lets a template make something of a value.
func byChart(draw *rand.Rand) string {
	step := func() string {
		return one(draw, "upper", "lower", "b32enc", "b64enc", "sha256sum", "trunc 20", "trunc -20", "substr 4 40", "title", "swapcase", "snakecase", "camelcase", "initials", "nospace", "quote", "squote",
			"replace \"a\" \"b\"", "trimSuffix \"x\"", "splitList \".\" | last", "splitList \"\" | reverse | join \"\"", "printf \"%x\"", "printf \"%.30s\"", "printf \"%q\"", "abbrev 30", "urlquery", "toJson",
			"(regexReplaceAll \"([a-z])([A-Z])\" %s \"${2}${1}\")", "(regexFind \"[A-Za-z]{9,}\" %s)", "indent 2", "repeat 2", "cat \"-\"", "list | toString", "wrap 10", "b64enc | b64enc", "b64enc | lower", "adler32sum",
			"dict \"k\" | toYaml", "default \"x\"", "trimAll \"e\"", "substr 0 12 | b32enc", "(regexSplit \"e\" %s -1 | join \"\")")
	}
	pipeline := ".Values.stringData.SUPABASE_" + one(draw, "ANON_KEY", "SERVICE_ROLE_KEY")
	for range 1 + draw.IntN(3) {
		switch s := step(); {
		case strings.HasPrefix(s, "("):
			pipeline = fmt.Sprintf(s, pipeline)
		default:
			pipeline = "(" + pipeline + " | " + s + ")"
		}
	}
	place := one(draw,
		"metadata: {name: {{ PIPE | quote }}}", "metadata: {name: t, annotations: {a: {{ PIPE | quote }}}}", "metadata: {name: t}\ndata: {k: {{ PIPE | quote }}}", "metadata: {name: t}\ndata: {{ dict (PIPE | toString) \"x\" | toJson }}",
		"metadata: {name: {{ fail (PIPE | toString) }}}", "metadata: {name: {{ required (PIPE | toString) nil }}}", "metadata: {name: t}\ndata: {k: {{ .Files.Get (PIPE | toString) | quote }}}",
		"metadata: {name: t{{ if hasPrefix \"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.ey\" .Values.stringData.SUPABASE_ANON_KEY }}-yes{{ end }}}")
	return `
-- k8s/kustomization.yaml --
resources: [secret.yaml]
helmGlobals: {chartHome: charts}
helmCharts: [{name: evil, releaseName: r, valuesFile: secret.yaml}]
-- k8s/charts/evil/Chart.yaml --
apiVersion: v2
name: evil
version: 1.0.0
-- k8s/charts/evil/templates/a.yaml --
apiVersion: v1
kind: ConfigMap
` + strings.ReplaceAll(place, "PIPE", pipeline) + `
-- k8s/charts/evil/templates/b.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: always}
`
}

// bySealed lets the template of a SealedSecret make the values of a chart, which shows all that it is given.
func bySealed(draw *rand.Rand) string {
	sealed, err := os.ReadFile("../testdata/fixtures/homelab-in-sync/k8s/overlays/home/supabase/sealed-secret.yaml")
	if err != nil {
		panic(err)
	}
	pipeline := one(draw, ".ANON_KEY", ".SERVICE_ROLE_KEY") + one(draw, "", "", " | b64enc", " | b64enc | b64enc", " | b64dec", " | quote", " | trim | b64enc | b64enc | b64enc")
	values := one(draw, "k: {{ PIPE }}", "k: [{{ PIPE }}]", "{{ PIPE }}: x", "k: [a, {{{ PIPE }}: y}]", "k: {name: {{ PIPE }}}", "k: |-\n  {{ PIPE }}", "fullnameOverride: {{ PIPE }}", "k: {{ PIPE }}{{ PIPE }}") + `\nplain: {{ .ANON_KEY }}\n`
	return `
-- clusters/a.yaml --
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: keys, namespace: flux-system}
spec: {path: ./sealed, targetNamespace: supabase, sourceRef: {kind: GitRepository, name: flux-system}}
-- sealed/kustomization.yaml --
resources: [sealed.yaml, release.yaml]
-- sealed/sealed.yaml --
` + strings.Replace(strings.Replace(string(sealed), "  template:\n", "  template:\n    data: {values.yaml: \""+strings.ReplaceAll(values, "PIPE", pipeline)+"\"}\n", 1), "\nspec", "\n  namespace: supabase\nspec", 1) + `
-- sealed/release.yaml --
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: shows}
spec:
  chart: {spec: {chart: ./charts/shows, sourceRef: {kind: GitRepository, name: flux-system, namespace: flux-system}}}
  valuesFrom: [{kind: Secret, name: supabase-secrets}]
-- charts/shows/Chart.yaml --
apiVersion: v2
name: shows
version: 1.0.0
-- charts/shows/templates/a.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: "n{{ range $k, $v := .Values }}-{{ $k }}-{{ $v }}{{ end }}", annotations: {a: {{ .Values | toJson | quote }}}}
data: {b: {{ .Values | toYaml | quote }}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: always}
data: {SUPABASE_ANON_KEY: {{ .Values.plain | quote }}}
`
}

// byFlux substitutes a variable, or a part of it.
func byFlux(draw *rand.Rand) string {
	reference := "${SUPABASE_ANON_KEY" + one(draw, "", ":0:20", ":40:20", ":3", "^^", ",,", "^", "//a/b", "/e/-", "#e", "##*.", "%.*", "%%.*", ":-x", ":=x") + "}"
	place := one(draw, `metadata: {name: "NAME"}`, `metadata: {name: t, annotations: {"NAME": "x", b: "NAME"}}`, `metadata: {name: t}
data: {"NAME": "NAME"}`)
	return `
-- clusters/home.yaml --
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  path: ./apps
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild: {substituteFrom: [{kind: Secret, name: web-supabase}]}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: keys, namespace: flux-system}
spec: {path: ./k8s, sourceRef: {kind: GitRepository, name: flux-system}, decryption: {provider: sops}}
-- k8s/kustomization.yaml --
namespace: flux-system
resources: [secret.yaml]
-- apps/kustomization.yaml --
resources: [a.yaml, supabase.yaml]
-- apps/supabase.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: always}
data: {SUPABASE_ANON_KEY: "${SUPABASE_ANON_KEY}"}
-- apps/a.yaml --
apiVersion: v1
kind: ConfigMap
` + strings.ReplaceAll(place, "NAME", reference)
}
