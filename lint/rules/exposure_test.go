package rules_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestSecretsBesideAKeyAreNotShown lints files that hold, beside or in place of a key, a
// secret that no rule knows ("hunter2…"). Neither a frame, nor a message, nor the reason
// for not being able to tell may show it.
func TestSecretsBesideAKeyAreNotShown(t *testing.T) {
	const kong = `
-- k8s/kong.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: kong, namespace: supabase}
data:
  kong.yml: |
    _format_version: "2.1"
    consumers: [{username: anon, keyauth_credentials: [{key: {{anon}}}]}]
`
	for name, archive := range map[string]string{
		"flow mapping": `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData: {POSTGRES_PASSWORD: hunter2-db-password, ANON_KEY: {{anon.old}}, SITE_URL: https://example.org, SMTP_PASS: "hunter2 smtp", JWT_SECRET: hunter2-secret-of-forty-bytes-and-then-some-more}
`,
		"does not parse": `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  ANON_KEY: {{anon}}
  JWT_SECRET: @hunter2-super-secret-token-with-at-least-32-chars
`,
		"wrong indentation": `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  JWT_SECRET: a
      ANON_KEY: hunter2-super-secret-token-with-at-least-32-chars
`,
		"unknown anchor": `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  ANON_KEY: {{anon}}
  JWT_SECRET: *hunter2-super-secret-token-with-at-least-32-chars
`,
		"a key where a data key's name belongs": `
-- k8s/app.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData: {ANON_KEY: {{anon}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: app, namespace: supabase}
spec:
  template:
    spec:
      containers:
        - name: app
          env:
            - name: SUPABASE_JWT_SECRET
              valueFrom: {secretKeyRef: {name: supabase-keys, key: hunter2-super-secret-token-with-at-least-32-chars}}
`,
		"a secret that begins with a dollar": `
-- compose.yaml --
services:
  auth:
    image: supabase/gotrue
    environment:
      GOTRUE_JWT_SECRET: $hunter2SuperSecretTokenWithAtLeast32Chars
`,
	} {
		t.Run(name, func(t *testing.T) {
			result := lintArchive(t, kong+archive)
			var shown strings.Builder
			for _, f := range result.Findings {
				fmt.Fprintln(&shown, f.Message, f.Help, f.Frame.Text)
				for _, r := range f.Related {
					fmt.Fprintln(&shown, r.Message(), r.Frame.Text)
				}
				for _, s := range f.Trace {
					fmt.Fprintln(&shown, s.Text)
				}
			}
			for _, n := range result.Notes {
				fmt.Fprintln(&shown, n.Message)
			}
			for _, r := range result.Coverage.Reasons {
				fmt.Fprintln(&shown, r.Text)
			}
			if text := strings.ToLower(shown.String()); strings.Contains(text, "hunter2") {
				t.Errorf("shown:\n%s", shown.String())
			} else if strings.TrimSpace(text) == "" {
				t.Error("nothing was shown at all, so nothing was tested")
			}
		})
	}
}
