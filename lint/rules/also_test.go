package rules_test

import (
	"strings"
	"testing"
)

// TestRejectedAndExpired says of a key that the gateway refuses, and that the instance's secret
// did sign, that it has expired besides.
func TestRejectedAndExpired(t *testing.T) {
	result := lintArchive(t, `
-- k8s/stack.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  JWT_SECRET: {{jwt_secret}}
  ANON_KEY: {{anon}}
-- web/.env.production --
NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon.expired}}
`)
	for _, f := range result.Findings {
		if f.Rule == "app-key-rejected" && strings.HasSuffix(f.Message, "; and it expired on 2026-01-01") {
			return
		}
	}
	t.Errorf("%+v", result.Findings)
}
