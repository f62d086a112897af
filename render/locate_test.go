package render

import (
	"strings"
	"testing"

	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

const carriers = `
-- base/kustomization.yaml --
resources:
  - deployment.yaml
  - config.yaml
  - secret.yaml
-- base/deployment.yaml --
apiVersion: v1
kind: Service
metadata:
  name: kong
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: kong
spec:
  template:
    spec:
      containers:
        - name: kong
          image: kong:2.8
          env:
            - name: ANON_KEY
              valueFrom:
                secretKeyRef:
                  name: supabase-keys # ref-name
                  key: ANON_KEY # ref-key
            - name: FROM_BASE
              value: same-text # base-value
            - name: OTHER
              value: same-text # other-value
            - name: PATCHED
              value: old
            - name: COPIED
              value: placeholder
-- base/config.yaml --
apiVersion: v1
kind: ConfigMap
metadata:
  name: kong-config
data:
  kong.yml: |
    _format_version: "2.1"
    consumers:
      - username: anon
        keyauth_credentials:
          - key: $SUPABASE_ANON_KEY
-- base/secret.yaml --
apiVersion: v1
kind: Secret
metadata:
  name: plain
stringData:
  ANON_KEY: anon-in-string-data
data:
  SERVICE_ROLE_KEY: c2VydmljZS1yb2xl # base64
-- overlay/kustomization.yaml --
namespace: prod
namePrefix: eu-
resources:
  - ../base
generatorOptions:
  disableNameSuffixHash: false
configMapGenerator:
  - name: files
    files:
      - kong.yml=conf/kong.conf
      - plain.txt=conf/short.txt
secretGenerator:
  - name: supabase-keys
    literals:
      - ANON_KEY=anon-literal # literal
      - QUOTED="quoted literal"
    envs:
      - keys.env
patches:
  - path: patch.yaml
  - target:
      kind: Deployment
      name: kong
    patch: |-
      - op: replace
        path: /spec/template/spec/containers/0/env/4/value
        value: from-json-patch # json-patch
      - op: add
        path: /spec/template/spec/containers/0/env/-
        value:
          name: APPENDED
          value: appended-value # appended
  - patch: |
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: kong-config
      data:
        inline.yml: |
          consumers:
            - username: inline # inner
replacements:
  - source:
      kind: Secret
      name: plain
      fieldPath: stringData.ANON_KEY
    targets:
      - select:
          kind: Deployment
          name: kong
        fieldPaths:
          - spec.template.spec.containers.[name=kong].env.[name=COPIED].value
-- overlay/patch.yaml --
apiVersion: apps/v1
kind: Deployment
metadata:
  name: kong
spec:
  template:
    spec:
      containers:
        - name: kong
          env:
            - name: FROM_PATCH
              value: same-text # patch-value
-- overlay/keys.env --
# comment
SERVICE_ROLE_KEY=service-in-env
-- overlay/conf/kong.conf --
_format_version: "2.1"
consumers: [] # in-file
-- overlay/conf/short.txt --
one line
`

func TestLocate(t *testing.T) {
	repo := open(t, carriers)
	u := unit(t, Units(repo), "overlay")
	if len(u.Missing) > 0 {
		t.Fatalf("missing %q; notes:\n%s", u.Missing, notes(repo))
	}
	deployment := object(t, u, "Deployment", "eu-kong")
	env := map[string]func(field ...string) sources.Position{}
	for _, c := range nodes.Items(nodes.Field(deployment.Root, "spec", "template", "spec", "containers")) {
		for _, item := range nodes.Items(nodes.Field(c, "env")) {
			env[nodes.Text(nodes.Field(item, "name"))] = func(field ...string) sources.Position {
				return deployment.Locate(nodes.Field(item, field...))
			}
		}
	}
	secrets := object(t, u, "Secret", "eu-supabase-keys")
	plain := object(t, u, "Secret", "eu-plain")
	config := object(t, u, "ConfigMap", "eu-kong-config")
	files := object(t, u, "ConfigMap", "eu-files")

	tests := []struct {
		what   string
		got    sources.Position
		file   string
		marker string // on that line; empty for line 1
		text   string // between the columns, where they are known
	}{
		{"a value in the base", env["FROM_BASE"]("value"), "base/deployment.yaml", "base-value", "same-text"},
		{"the same text elsewhere in the base", env["OTHER"]("value"), "base/deployment.yaml", "other-value", "same-text"},
		{"the same text in a strategic merge patch", env["FROM_PATCH"]("value"), "overlay/patch.yaml", "patch-value", "same-text"},
		{"a JSON patch", env["PATCHED"]("value"), "overlay/kustomization.yaml", "# json-patch", "from-json-patch"},
		{"an item that a JSON patch appends", env["APPENDED"]("value"), "overlay/kustomization.yaml", "# appended", "appended-value"},
		{"a name that got a prefix and a hash", env["ANON_KEY"]("valueFrom", "secretKeyRef", "name"), "base/deployment.yaml", "ref-name", "supabase-keys"},
		{"a key beside it", env["ANON_KEY"]("valueFrom", "secretKeyRef", "key"), "base/deployment.yaml", "ref-key", "ANON_KEY"},
		{"what a replacement copied", env["COPIED"]("value"), "base/secret.yaml", "anon-in-string-data", "anon-in-string-data"},
		{"the namespace of the kustomization", deployment.Locate(nodes.Field(deployment.Root, "metadata", "namespace")), "overlay/kustomization.yaml", "namespace: prod", "prod"},
		{"a literal", entry(t, secrets, "ANON_KEY").At, "overlay/kustomization.yaml", "# literal", "anon-literal"},
		{"a quoted literal", entry(t, secrets, "QUOTED").At, "overlay/kustomization.yaml", "quoted literal", "quoted literal"},
		{"an env file", entry(t, secrets, "SERVICE_ROLE_KEY").At, "overlay/keys.env", "service-in-env", "service-in-env"},
		{"stringData", entry(t, plain, "ANON_KEY").At, "base/secret.yaml", "anon-in-string-data", "anon-in-string-data"},
		{"data", entry(t, plain, "SERVICE_ROLE_KEY").At, "base/secret.yaml", "# base64", "c2VydmljZS1yb2xl"},
		{"a file", entry(t, files, "kong.yml").At, "overlay/conf/kong.conf", "", ""},
		{"inside a file", entry(t, files, "kong.yml").Inside(2, 12, 14), "overlay/conf/kong.conf", "# in-file", "[]"},
		{"a block scalar", entry(t, config, "kong.yml").At, "base/config.yaml", "_format_version", `_format_version: "2.1"`},
		{"inside a block scalar", entry(t, config, "kong.yml").Inside(5, 14, 32), "base/config.yaml", "$SUPABASE_ANON_KEY", "$SUPABASE_ANON_KEY"},
		{"inside a block scalar of an inline patch", entry(t, config, "inline.yml").Inside(2, 15, 21), "overlay/kustomization.yaml", "# inner", "inline"},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			line := 1
			if tt.marker != "" {
				line = marked(t, repo, tt.file, tt.marker)
			}
			if tt.got.File != tt.file || tt.got.Line != line {
				t.Fatalf("got %v, want %s:%d", tt.got, tt.file, line)
			}
			if tt.text != "" {
				if text := repo.File(tt.file).Line(line)[tt.got.Column-1 : max(tt.got.EndColumn, tt.got.Column)-1]; text != tt.text {
					t.Errorf("the columns of %v hold %q, want %q", tt.got, text, tt.text)
				}
			}
		})
	}
	if got := entry(t, secrets, "ANON_KEY").Value.Text().Reveal(); got != "anon-literal" {
		t.Errorf("the generated entry holds %q", got)
	}
	if secrets.OriginalName != "supabase-keys" || plain.OriginalName != "plain" || deployment.OriginalName != "kong" {
		t.Errorf("original names: %q, %q, %q", secrets.OriginalName, plain.OriginalName, deployment.OriginalName)
	}
	if via := entry(t, secrets, "ANON_KEY").Via; len(via) != 1 || via[0] != "secretGenerator supabase-keys in overlay/kustomization.yaml" {
		t.Errorf("via %q", via)
	}
	if deployment.Namespace != "prod" || nodes.Field(deployment.Root, "metadata", "annotations") != nil {
		t.Errorf("namespace %q; annotations of kustomize are left", deployment.Namespace)
	}
	if got := strings.Join(u.Inputs, " "); got != "base/config.yaml base/deployment.yaml base/kustomization.yaml base/secret.yaml overlay/conf/kong.conf overlay/conf/short.txt overlay/keys.env overlay/kustomization.yaml overlay/patch.yaml" {
		t.Errorf("inputs: %s", got)
	}
}
