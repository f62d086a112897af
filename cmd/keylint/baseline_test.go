package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
)

// commonStack is what the repositories below have in common: a gateway and its Secret, in sync.
const commonStack = `
-- .keylint.yaml --
rules: {plaintext-secret: off, gateway-not-rolled: off}
-- k8s/kustomization.yaml --
namespace: supabase
resources: [kong.yaml, secret.yaml, more.yaml]
configMapGenerator: [{name: kong-config, files: [kong.yml]}]
-- k8s/kong.yml --
_format_version: "2.1"
consumers:
  - username: anon
    keyauth_credentials: [{key: {{anon}}}]
  - username: service_role
    keyauth_credentials: [{key: {{service_role}}}]
acls:
  - {consumer: anon, group: anon}
  - {consumer: service_role, group: admin}
services:
  - name: rest
    url: http://rest:3000
    routes: [{name: rest-all, paths: [/rest]}]
    plugins: [{name: key-auth}, {name: acl, config: {allow: [REST]}}]
  - name: meta
    url: http://meta:8080
    routes: [{name: meta-all, paths: [/pg]}]
    plugins: [{name: key-auth}, {name: acl, config: {allow: [META]}}]
-- k8s/kong.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: kong}
spec:
  template:
    metadata: {labels: {app: kong}}
    spec:
      volumes: [{name: config, configMap: {name: kong-config}}]
      containers:
        - name: kong
          image: kong:2.8.1
          volumeMounts: [{name: config, mountPath: /etc/kong}]
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys}
stringData:
  ANON_KEY: {{anon}}
  SERVICE_ROLE_KEY: {{service_role}}
-- k8s/more.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  template:
    spec:
      containers:
        - {name: web, image: web, env: [{name: SUPABASE_ANON_KEY, value: WEB}, {name: SUPABASE_SERVICE_ROLE_KEY, valueFrom: {secretKeyRef: {name: supabase-keys, key: KEYWEB}}}]}
        - {name: worker, image: worker, env: [{name: SUPABASE_ANON_KEY, value: WORKER}, {name: SUPABASE_SERVICE_ROLE_KEY, valueFrom: {secretKeyRef: {name: supabase-keys, key: KEYWORKER}}}]}
-- apps/a/.env.production --
NEXT_PUBLIC_SUPABASE_ANON_KEY=AAA
-- apps/b/.env.production --
NEXT_PUBLIC_SUPABASE_ANON_KEY=BBB
`

// TestBaselineHidesNothingNew writes a baseline of a repository, changes it, and lints again:
// what was not wrong before is told, and what only moved or was mended is not.
func TestBaselineHidesNothingNew(t *testing.T) {
	with := func(values ...string) string {
		defaults := []string{"WEB", "{{anon}}", "WORKER", "{{anon}}", "AAA", "{{anon}}", "BBB", "{{anon}}", "REST", "anon", "META", "admin", "KEYWEB", "SERVICE_ROLE_KEY", "KEYWORKER", "SERVICE_ROLE_KEY"}
		return strings.NewReplacer(append(values, defaults...)...).Replace(commonStack)
	}
	for name, c := range map[string]struct {
		before, after string
		news          bool
	}{
		"nothing changes":                           {with("AAA", "{{anon.old}}"), with("AAA", "{{anon.old}}"), false},
		"another app is broken":                     {with("AAA", "{{anon.weak}}"), with("AAA", "{{anon.weak}}", "BBB", "{{anon.old}}"), true},
		"the same breaks another app":               {with("AAA", "{{anon.old}}"), with("AAA", "{{anon.old}}", "BBB", "{{anon.old}}"), true},
		"the same breaks an app that goes first":    {with("BBB", "{{anon.old}}"), with("AAA", "{{anon.old}}", "BBB", "{{anon.old}}"), true},
		"one of two is mended":                      {with("AAA", "{{anon.old}}", "BBB", "{{anon.old}}"), with("BBB", "{{anon.old}}"), false},
		"the other of two is mended":                {with("AAA", "{{anon.old}}", "BBB", "{{anon.old}}"), with("AAA", "{{anon.old}}"), false},
		"one is mended and another broken":          {with("AAA", "{{anon.old}}"), with("BBB", "{{anon.old}}"), true},
		"one container for the other":               {with("WORKER", "{{anon.old}}"), with("WEB", "{{anon.old}}"), true},
		"both containers":                           {with("WORKER", "{{anon.old}}"), with("WEB", "{{anon.old}}", "WORKER", "{{anon.old}}"), true},
		"one container's reference for the other's": {with("KEYWEB", "NO_KEY"), with("KEYWORKER", "NO_KEY"), true},
		"a second route is shut":                    {with("META", "nobody"), with("META", "nobody", "REST", "nobody"), true},
		"a route is shut in place of another":       {with("META", "nobody"), with("REST", "nobody"), true},
		"of two shut routes one is mended":          {with("META", "nobody", "REST", "nobody"), with("META", "nobody"), false},
		"a second Secret with the same mistake": {
			with() + "-- one/secret.yaml --\n" + bothRoles("one"),
			with() + "-- one/secret.yaml --\n" + bothRoles("one") + "-- two/secret.yaml --\n" + bothRoles("two"), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := testkeys.WriteArchive(dir, c.before); err != nil {
				t.Fatal(err)
			}
			baseline := filepath.Join(t.TempDir(), "baseline.json")
			lint := func(args ...string) ran { return keylint(append(args, dir, "--baseline", baseline)...) }
			if r := lint("baseline"); r.status != exitClean || strings.Contains(r.stdout, ": 0 findings") {
				t.Fatalf("exit status %d: %s%s", r.status, r.stdout, r.stderr)
			}
			if r := lint("--fail-on=info"); r.status != exitClean {
				t.Fatalf("exit status %d, what was taken for known is told:\n%s%s", r.status, r.stdout, r.stderr)
			}
			if err := testkeys.WriteArchive(dir, c.after); err != nil {
				t.Fatal(err)
			}
			want := exitClean
			if c.news {
				want = exitFindings
			}
			if r := lint("--fail-on=info"); r.status != want {
				t.Errorf("exit status %d, want %d:\n%s", r.status, want, r.stdout)
			}
		})
	}
}

func bothRoles(name string) string {
	return "apiVersion: v1\nkind: Secret\nmetadata: {name: supabase-" + name + ", namespace: " + name + "}\nstringData: {ANON_KEY: {{anon}}, SERVICE_ROLE_KEY: {{anon}}}\n"
}

// TestBaselineHoldsNoKey: a directory may be called like a key.
func TestBaselineHoldsNoKey(t *testing.T) {
	dir := t.TempDir()
	key := testkeys.Fill("{{anon.old}}")
	if err := testkeys.WriteArchive(dir, strings.NewReplacer("AAA", key, "apps/a/", "apps/"+key+"/", "WEB", "{{anon}}", "WORKER", "{{anon}}", "BBB", "{{anon}}", "REST", "anon", "META", "admin", "KEYWEB", "SERVICE_ROLE_KEY", "KEYWORKER", "SERVICE_ROLE_KEY").Replace(commonStack)); err != nil {
		t.Fatal(err)
	}
	baseline := filepath.Join(t.TempDir(), "baseline.json")
	r := keylint("baseline", dir, "--baseline", baseline)
	if r.status != exitFailed || exists(baseline) || strings.Contains(r.stdout+r.stderr, key) {
		t.Errorf("exit status %d, written: %t", r.status, exists(baseline))
	}
}
