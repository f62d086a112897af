package rules_test

import (
	"encoding/base64"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
)

// carrierStack is the instance at https://api.example.com.
const carrierStack = `
-- k8s/kong.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: kong, namespace: supabase}
data:
  kong.yml: |
    _format_version: "2.1"
    consumers:
      - username: anon
        keyauth_credentials:
          - key: {{anon}}
      - username: service_role
        keyauth_credentials:
          - key: {{service_role}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: kong, namespace: supabase}
spec:
  template:
    metadata: {labels: {app: kong}, annotations: {checksum/config: "1"}}
    spec:
      containers:
        - name: kong
          image: kong:2.8.1
          env:
            - {name: KONG_DATABASE, value: "off"}
            - {name: KONG_DECLARATIVE_CONFIG, value: /etc/kong/kong.yml}
          volumeMounts:
            - {name: config, mountPath: /etc/kong}
      volumes:
        - {name: config, configMap: {name: kong}}
---
apiVersion: v1
kind: Service
metadata: {name: kong, namespace: supabase}
spec:
  selector: {app: kong}
  ports: [{port: 8000}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: kong, namespace: supabase}
spec:
  rules:
    - host: api.example.com
      http:
        paths:
          - {path: /, pathType: Prefix, backend: {service: {name: kong, port: {number: 8000}}}}
`

// TestCarriers puts the key into one place after the other: what is right is silent and a site, what is not is named.
func TestCarriers(t *testing.T) {
	b, err := os.ReadFile("testdata/carriers.txtar")
	if err != nil {
		t.Fatal(err)
	}
	carriers := txtar.Parse(b).Files
	if len(carriers) < 100 {
		t.Errorf("only %d carriers", len(carriers))
	}
	keys := testkeys.All()
	for _, c := range carriers {
		t.Run(strings.ReplaceAll(c.Name, "/", "_"), func(t *testing.T) {
			line := 1 + strings.Count(string(c.Data[:strings.Index(string(c.Data), "{{anon")]), "\n")
			for _, key := range []string{"anon", "anon.old"} {
				text := string(c.Data)
				whole := keys["{{"+key+"}}"]
				text = strings.NewReplacer("{{anon.head}}", whole[:60], "{{anon.tail}}", whole[60:], "{{anon.base64}}", base64.StdEncoding.EncodeToString([]byte(whole)), "{{anon}}", "{{"+key+"}}").Replace(text)
				result := lintArchive(t, carrierStack+"-- "+c.Name+" --\n"+text)
				var got []string
				for _, f := range result.Findings {
					got = append(got, place(f.At)+" "+f.Rule)
				}
				want := []string{}
				if key == "anon.old" {
					want = append(want, place(sources.Position{File: c.Name, Line: line})+" app-key-rejected")
				}
				if !slices.Equal(got, want) && len(got)+len(want) > 0 {
					t.Errorf("with %s: got %q, want %q", key, got, want)
				}
				if key == "anon" {
					checkOutcome(t, result, place(sources.Position{File: c.Name, Line: line}), lint.Agree, "")
				}
			}
		})
	}
}
