package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testrepo"
)

// boundSecret is what the hostile repositories of TestBounds hold besides: it is linted all the same.
const boundSecret = `
-- %s/beside.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-beside}
stringData:
  ANON_KEY: changeme
`

// eachOf joins what is made of the numbers below n.
func eachOf(n int, text string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.NewReplacer("#-", fmt.Sprint(i-1), "#", fmt.Sprint(i)).Replace(text))
	}
	return b.String()
}

const boundSet = `
-- argocd/set.yaml --
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: supabase, namespace: argocd}
spec:
  goTemplate: true
  generators:
    - list:
        elements: [{env: dev}]
  template:
    metadata: {name: 'supabase-%s'}
    spec:
      project: default
      source: {repoURL: "https://git.example.org/x.git", path: beside}
      destination: {namespace: supabase}
`

const boundKustomization = `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase}
stringData:
  ANON_KEY: "aaaa,bbbb"
-- k8s/kustomization.yaml --
resources: [secret.yaml]
`

const boundFlux = `
-- clusters/home/system.yaml --
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: system, namespace: flux-system}
spec:
  path: ./system
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild:
    substitute:
      A: %q
-- system/config.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: supabase}
data:
  ANON_KEY: "%s"
`

// TestBounds lints what a stranger may bring to take all time and memory. Each ends by its
// count: with a note that says where, with the rest linted, and as no proof.
func TestBounds(t *testing.T) {
	compose := "-- docker-compose.yml --\nservices:\n  web:\n    image: supabase/x\n    environment:\n      SUPABASE_ANON_KEY: \"%s\"\n-- .env --\n%s"
	for name, c := range map[string]struct{ archive, at, note string }{
		"compose variables that double": {fmt.Sprintf(compose, "$A59", "A0=abcdefgh\n"+eachOf(59, "A#=$A#-$A#-\n")), "docker-compose.yml", "refer to each other"},
		"the same on one line":          {fmt.Sprintf(compose, "$A59", `A0="abcdefgh" `+eachOf(59, `A#="$A#-$A#-" `)+"\n"), "docker-compose.yml", "refer to each other"},
		"the same within quotes":        {fmt.Sprintf(compose, "$A59", "A0=abcdefgh\n"+eachOf(59, "A#=\"\nX=$A#-$A#-\"\n")), "docker-compose.yml", "refer to each other"},
		"a long line of compose":        {fmt.Sprintf(compose, strings.Repeat("${A:-b}", 15_000), "A=b\n"), "docker-compose.yml", "not filled in"},
		"a range in an ApplicationSet":  {fmt.Sprintf(boundSet, "{{ range $i := 99999999999 }}{{ end }}"), "argocd/set.yaml", "template is not filled in"},
		"ranges in ranges":              {fmt.Sprintf(boundSet, strings.Repeat("{{ range 10000 }}", 5)+strings.Repeat("{{ end }}", 5)), "argocd/set.yaml", "template is not filled in"},
		"a mapping in itself":           {fmt.Sprintf(boundSet, `{{ $d := dict }}{{ $_ := set $d "a" $d }}{{ print $d }}`), "argocd/set.yaml", "template is not filled in"},
		"actions in actions":            {fmt.Sprintf(boundSet, strings.Repeat("{{ if 1 }}", 100_000)), "argocd/set.yaml", "template is not filled in"},
		"a long variable of Flux":       {fmt.Sprintf(boundFlux, strings.Repeat("a", 1<<20), strings.Repeat("${A}", 10_000)), "system/config.yaml", "to substitute"},
		"one that is replaced":          {fmt.Sprintf(boundFlux, strings.Repeat("a", 1<<18), "${A//a/"+strings.Repeat("b", 1<<14)+"}"), "system/config.yaml", "to substitute"},
		"one that is trimmed":           {fmt.Sprintf(boundFlux, strings.Repeat("a", 1<<18), "${A##*a*b}"), "system/config.yaml", "to substitute"},
		"expressions in expressions":    {fmt.Sprintf(boundFlux, "a", strings.Repeat("${B:-", 50_000)), "system/config.yaml", "to substitute"},
		"copies of copies": {boundKustomization + "patches:\n- target: {kind: Secret}\n  patch: |-\n" +
			eachOf(40, "    - {op: copy, from: /metadata, path: /metadata/x#}\n"), "k8s/kustomization.yaml", "copies more"},
		"replacements of themselves": {boundKustomization + "replacements:\n" +
			eachOf(40, "- source: {kind: Secret, fieldPath: stringData.ANON_KEY}\n  targets:\n  - select: {kind: Secret}\n    fieldPaths: [stringData.ANON_KEY]\n    options: {delimiter: ',', index: 0}\n"), "k8s/kustomization.yaml", "more work"},
		"the same by a transformer": {boundKustomization + "transformers:\n- |-\n  apiVersion: builtin\n  kind: ReplacementTransformer\n  metadata: {name: r}\n  Replacements:\n" +
			eachOf(40, "  - source: {kind: Secret, fieldPath: stringData.ANON_KEY}\n    targets:\n    - select: {kind: Secret}\n      fieldPaths: [stringData.ANON_KEY]\n      options: {delimiter: ',', index: 0}\n"), "k8s/kustomization.yaml", "more work"},
		"generators": {boundKustomization + "configMapGenerator:\n" + eachOf(4_000, "- {name: c#, literals: [A=b]}\n"), "k8s/kustomization.yaml", "more work"},
		"patches of many objects": {boundKustomization + "- many.yaml\npatches:\n" + eachOf(500, "- {target: {kind: ConfigMap}, patch: '[{op: add, path: /data/a#, value: "+strings.Repeat("b", 1000)+"}]'}\n") +
			"-- k8s/many.yaml --\n" + eachOf(3_000, "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c#}\ndata: {}\n"), "k8s/kustomization.yaml", "more work"},
	} {
		t.Run(name, func(t *testing.T) {
			archive := strings.Replace(c.archive, "resources: [secret.yaml]\n- many.yaml", "resources: [secret.yaml, many.yaml]", 1)
			beside, _, _ := strings.Cut(c.at, "/")
			if beside != "system" { // what Flux deploys is not held against what nothing does
				beside = "beside"
			}
			dir := testrepo.Write(t, archive+fmt.Sprintf(boundSecret, beside))
			var stdout, stderr bytes.Buffer
			status := run([]string{"--strict", "--fail-on", "error", dir}, strings.NewReader(""), &stdout, &stderr, func(string) string { return "" }, nil)
			note := ""
			for line := range strings.SplitSeq(stderr.String(), "\n") {
				if strings.HasPrefix(line, c.at) && strings.Contains(line, c.note) {
					note = line
				}
			}
			if !strings.HasSuffix(note, "[bound]") {
				t.Errorf("no note tells where it ends:\n%s", head(stderr.String()))
			}
			if status != exitFindings || !strings.Contains(stdout.String(), "not read, rendered or fetched") {
				t.Errorf("exit status %d:\n%s", status, head(stdout.String()))
			}
			if !strings.Contains(stdout.String(), beside+"/beside.yaml") {
				t.Errorf("the rest is not linted:\n%s", head(stdout.String()))
			}
		})
	}
}

// head is the beginning of a long text.
func head(text string) string { return text[:min(len(text), 2000)] }
