package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/report"
)

// TestRedactionOfNames: a key, or a part of it in another alphabet, stands where names do: a directory, a key of a mapping, a
// consumer, an object, a reference, a path. Every format tells the finding beside it, and nothing shows the key.
func TestRedactionOfNames(t *testing.T) {
	key := testkeys.All()["{{anon}}"]
	signature := key[strings.LastIndexByte(key, '.')+1:]
	backwards := []byte(signature)
	slices.Reverse(backwards)
	for what, name := range map[string]string{
		"the key": key, "its signature": signature, "a run of it": signature[4:24], "backwards": string(backwards),
		"in base64": base64.RawURLEncoding.EncodeToString([]byte(signature)), "in hex": hex.EncodeToString([]byte(signature)),
	} {
		dir := t.TempDir()
		if err := testkeys.WriteArchive(dir, strings.ReplaceAll(`
-- k8s/NAME/kustomization.yaml --
resources: [secret.yaml, ../NAME-none.yaml]
configMapGenerator: [{name: x, files: [NAME=NAME.txt]}]
-- k8s/NAME/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase, namespace: NAME}
stringData:
  ANON_KEY: {{anon}}
  NAME: x
-- k8s/kong.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: kong}
data:
  kong.yml: |
    _format_version: "3.0"
    consumers:
      - username: NAME
        keyauth_credentials: [{key: "{{anon}}"}]
      - username: service_role
        keyauth_credentials: [{key: "{{service_role}}"}]
-- web/.env --
NEXT_PUBLIC_SUPABASE_ANON_KEY={{service_role}}
-- web/package.json --
{"dependencies": {"next": "15"}}
`, "NAME", name)); err != nil {
			t.Fatal(err)
		}
		for _, f := range report.Formats() {
			var out, err bytes.Buffer
			status := run([]string{"--now", "2026-11-23", "--verbose", "--format", f.Name, dir}, strings.NewReader(""), &out, &err, func(string) string { return "" }, nil)
			if status != exitFindings {
				t.Errorf("%s, %s: status %d: %s", what, f.Name, status, strings.ReplaceAll(err.String(), name, "NAME"))
			}
			if !strings.Contains(out.String(), "web/.env") {
				t.Errorf("%s, %s: a finding that shows no key is gone", what, f.Name)
			}
			for _, s := range []string{out.String(), err.String()} {
				for i := len(name) / 2; i+14 <= len(name); i++ {
					if strings.Contains(s, name[i:i+14]) {
						t.Errorf("%s, %s: it is shown", what, f.Name)
						break
					}
				}
			}
		}
	}
}
