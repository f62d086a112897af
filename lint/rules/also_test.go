package rules_test

import (
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/lint/rules"
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

// TestAllThatReferByOneLine names each container that does not start where a chart gives many of them one
// wrong value.
func TestAllThatReferByOneLine(t *testing.T) {
	result := lintArchive(t, `
-- apps/keys.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData: {anon-key: "{{anon}}", jwt-secret: "{{jwt_secret}}", service-role-key: "{{service_role}}"}
-- apps/supabase.yaml --
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: supabase, namespace: supabase}
spec:
  chart: {spec: {chart: supabase, version: 0.5.0, sourceRef: {kind: HelmRepository, name: supabase}}}
  values:
    secret:
      jwt: {secretRef: supabase-keys, secretRefKey: {anonKey: anon_key, serviceKey: service-role-key, secret: jwt-secret}}
`)
	for _, f := range result.Findings {
		if f.Rule != "secret-ref-dangling" {
			continue
		}
		if !strings.Contains(f.Message, " and three more refer to nothing, and their containers do not start: ") {
			t.Error(f.Message)
		}
		var kong bool
		for _, r := range f.Related {
			kong = kong || strings.Contains(r.Holder, "/supabase-kong ") && r.Is == lint.IsBroken && r.Alike == ""
		}
		if !kong {
			t.Errorf("the gateway is not among %+v", f.Related)
		}
		return
	}
	t.Errorf("not told: %+v", result.Findings)
}

// TestExpiredAfterHours says of a key that was minted for some hours only that it expired for that.
func TestExpiredAfterHours(t *testing.T) {
	dir := writeArchive(t, `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  JWT_SECRET: {{jwt_secret}}
  ANON_KEY: {{anon.short}}
`)
	later := testkeys.Now.AddDate(1, 0, 0)
	for _, f := range lint.Check(grouped(t, dir, lint.Config{}), rules.All(), keys.At(later)).Findings {
		if f.Rule == "key-expired" && strings.Contains(f.Message, ", since it was minted for 10 days only: ") && f.Cause == "minted-too-short" {
			return
		}
	}
	t.Error("not told")
}
