package rules_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
)

// drifted is the consistent repository with one app that was forgotten.
var drifted = strings.Replace(consistent, "\nNEXT_PUBLIC_SUPABASE_ANON_KEY={{anon}}", "\nNEXT_PUBLIC_SUPABASE_ANON_KEY={{anon.old}}", 1)

// TestFindingID states what changes the id of a finding, and what does not: a baseline and a
// forge's alerts hang on it.
func TestFindingID(t *testing.T) {
	id := theOnly(t, drifted).ID
	if !regexp.MustCompile(`^app-key-rejected:[0-9a-f]{16}$`).MatchString(id) {
		t.Errorf("the id is %s", id)
	}
	replace := func(old, with string) string {
		t.Helper()
		if !strings.Contains(drifted, old) {
			t.Fatalf("%q does not stand in the repository", old)
		}
		return strings.Replace(drifted, old, with, 1)
	}
	const env = "-- apps/web/.env.production --\n"
	for name, archive := range map[string]string{
		"the line moves":      replace(env, env+"# the keys\n\n"),
		"the column moves":    replace("\nNEXT_PUBLIC_SUPABASE_ANON_KEY=", "\nexport NEXT_PUBLIC_SUPABASE_ANON_KEY="),
		"another wrong value": replace("{{anon.old}}", "{{anon.expired}}"),
		"everything else is rotated": strings.NewReplacer("{{anon.old}}", "{{anon}}", "{{anon}}", "{{anon.old}}",
			"{{service_role}}", "{{service_role.old}}", "{{jwt_secret}}", "{{jwt_secret.old}}").Replace(drifted),
		"another place agrees":         drifted + "-- apps/shop/.env.production --\nNEXT_PUBLIC_SUPABASE_ANON_KEY={{anon}}\n",
		"a place that agreed is gone":  replace("        VITE_SUPABASE_ANON_KEY: {{anon}}", "        VITE_TITLE: a worker"),
		"an unrelated file":            drifted + "-- other/values.yaml --\nreplicas: 2\n",
		"another finding in the file":  replace("\nSUPABASE_SERVICE_ROLE_KEY={{service_role}}", "\nSUPABASE_SERVICE_ROLE_KEY={{service_role.old}}"),
		"a comment that hides another": replace(env, env+"# keylint: ignore[demo-key]\n"),
	} {
		if !has(t, archive, id) {
			t.Errorf("%s: the id has changed", name)
		}
	}
	for name, archive := range map[string]string{
		"the file is renamed":         replace("apps/web/.env.production --", "apps/site/.env.production --"),
		"the variable is renamed":     strings.Replace(drifted, "\nNEXT_PUBLIC_SUPABASE_ANON_KEY={{anon.old}}", "\nNEXT_PUBLIC_SUPABASE_KEY={{anon.old}}", 1),
		"another rule finds fault":    replace("{{anon.old}}", "{{service_role}}"),
		"the instance is another":     strings.ReplaceAll(drifted, "k8s/overlays/prod", "k8s/overlays/live"),
		"what was wrong is mended":    consistent,
		"another slot is wrong there": replace("{{anon.old}}", "{{publishable}}"),
	} {
		if has(t, archive, id) {
			t.Errorf("%s: the id is the same", name)
		}
	}
}

// TestFindingIDOfGenerated: kustomize names a generated Secret by its content, and a hash of a
// secret goes nowhere: neither a change of content renames the finding, nor does it show the hash.
func TestFindingIDOfGenerated(t *testing.T) {
	const generated = `
-- k8s/kustomization.yaml --
namespace: supabase
secretGenerator:
  - name: supabase-keys
    literals: [JWT_SECRET=hunter2, LEVEL=debug]
`
	first := lintArchive(t, generated).Findings
	if len(first) == 0 {
		t.Fatal("a short JWT secret is not found")
	}
	for _, content := range []string{"hunter3, LEVEL=debug", "hunter2, LEVEL=info"} {
		again := lintArchive(t, strings.Replace(generated, "hunter2, LEVEL=debug", content, 1)).Findings
		if len(again) != len(first) || again[0].ID != first[0].ID {
			t.Errorf("%s: the id has changed", content)
		}
	}
	hash := regexp.MustCompile(`supabase-keys-[a-z0-9]{10}`)
	if said := fmt.Sprintf("%+v", first); hash.MatchString(said) {
		t.Errorf("the findings show the hash: %s", hash.FindString(said))
	}
}

// TestFindingIDOfRead: what is wrong with a Secret is called by the Secret, whoever reads it,
// and another instance beside its own does not rename it.
func TestFindingIDOfRead(t *testing.T) {
	const wrong = `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  ANON_KEY: {{anon.expired}}
  JWT_SECRET: {{jwt_secret}}
`
	reader := func(name, namespace, variable string) string {
		return "-- k8s/" + name + ".yaml --\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name + ", namespace: " + namespace + "}\n" +
			"spec: {template: {spec: {containers: [{name: app, image: app, env: [{name: " + variable + ", valueFrom: {secretKeyRef: {name: supabase-keys, key: ANON_KEY}}}]}]}}}\n"
	}
	id := func(archive string) string {
		t.Helper()
		for _, f := range lintArchive(t, archive).Findings {
			if f.Rule == "key-expired" && f.At.File == "k8s/secret.yaml" {
				return f.ID
			}
		}
		t.Fatalf("the expired key is not found in\n%s", archive)
		return ""
	}
	want := id(wrong)
	for name, archive := range map[string]string{
		"a reader":                wrong + reader("web", "supabase", "SUPABASE_ANON_KEY"),
		"a reader that is first":  wrong + reader("api", "supabase", "ANON_KEY"),
		"two readers":             wrong + reader("web", "supabase", "SUPABASE_ANON_KEY") + reader("api", "supabase", "ANON_KEY"),
		"another instance beside": wrong + strings.NewReplacer("k8s/secret", "k8s/dev", "namespace: supabase", "namespace: dev", ".expired", "").Replace(wrong),
	} {
		if got := id(archive); got != want {
			t.Errorf("%s: the id has changed", name)
		}
	}
}

// TestFindingIDsAreUnique: two places that cannot be told apart by name are numbered.
func TestFindingIDsAreUnique(t *testing.T) {
	const broken = `
-- k8s/secrets.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys
---
apiVersion: v1
kind: Secret
metadata: {name: supabase-more-keys
-- .env.production --
# keylint: ignore
# keylint: ignore
A=1
`
	seen := map[string]bool{}
	for _, f := range lintArchive(t, broken).Findings {
		if seen[f.ID] {
			t.Errorf("%s twice", f.ID)
		}
		seen[f.ID] = true
	}
	numbered := false
	for id := range seen {
		numbered = numbered || strings.HasSuffix(id, "-2") && seen[strings.TrimSuffix(id, "-2")]
	}
	if !numbered {
		t.Errorf("no two findings of these are called alike: %v", seen)
	}
}

// TestFindingIDOfRun: what went wrong in the run is called by what it is about, and not by what is said of it.
func TestFindingIDOfRun(t *testing.T) {
	const broken = `
-- k8s/one/kustomization.yaml --
resources: [missing.yaml, secret.yaml]
-- k8s/one/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData: {ANON_KEY: "{{anon}}"}
`
	id := func(archive string) string {
		t.Helper()
		findings := lintArchive(t, archive).Findings
		if len(findings) != 1 || findings[0].Rule != "render-failed" {
			t.Fatalf("want one root that does not build: %+v", findings)
		}
		return findings[0].ID
	}
	want := id(broken)
	for name, archive := range map[string]string{
		"another message": strings.Replace(broken, "missing.yaml", "lost/", 1),
		"a longer list":   strings.Replace(broken, "secret.yaml]", "secret.yaml, more.yaml]\n-- k8s/one/more.yaml --\napiVersion: v1\nkind: Service\nmetadata: {name: web}", 1),
	} {
		if got := id(archive); got != want {
			t.Errorf("%s: the id has changed", name)
		}
	}
	if got := id(strings.ReplaceAll(broken, "k8s/one", "k8s/two")); got == want {
		t.Error("another root has the id")
	}
}

func theOnly(t *testing.T, archive string) lint.Finding {
	t.Helper()
	findings := lintArchive(t, archive).Findings
	if len(findings) != 1 {
		t.Fatalf("%d findings: %+v", len(findings), findings)
	}
	if f := findings[0]; f.Slot != keys.Anon || f.Bearer != "apps/web/.env.production NEXT_PUBLIC_SUPABASE_ANON_KEY" {
		t.Errorf("it is about the slot %q of %q", f.Slot, f.Bearer)
	}
	return findings[0]
}

func has(t *testing.T, archive, id string) bool {
	t.Helper()
	for _, f := range lintArchive(t, archive).Findings {
		if f.ID == id {
			return true
		}
	}
	return false
}
