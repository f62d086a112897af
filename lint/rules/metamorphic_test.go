package rules_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/lint"
)

// consistent is a repository in which everything agrees.
const consistent = `
-- k8s/base/kustomization.yaml --
resources: [kong.yaml, services.yaml]
configMapGenerator:
  - name: kong-config
    files: [kong.yml]
-- k8s/base/kong.yml --
_format_version: "2.1"
consumers:
  - username: anon
    keyauth_credentials:
      - key: {{anon}}
  - username: service_role
    keyauth_credentials:
      - key: {{service_role}}
-- k8s/base/kong.yaml --
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
-- k8s/base/services.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: storage}
spec:
  template:
    spec:
      containers:
        - name: storage
          image: supabase/storage-api:v1.11.13
          env:
            - name: ANON_KEY
              value: {{anon}}
            - name: SERVICE_KEY
              valueFrom: {secretKeyRef: {name: supabase-keys, key: SERVICE_ROLE_KEY}}
            - name: AUTH_JWT_SECRET
              valueFrom: {secretKeyRef: {name: supabase-keys, key: JWT_SECRET}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: rest}
spec:
  template:
    spec:
      containers:
        - name: rest
          image: postgrest/postgrest:v12.2.0
          env:
            - name: PGRST_JWT_SECRET
              value: {{jwt_secret}}
-- k8s/overlays/prod/kustomization.yaml --
namespace: supabase
resources: [../../base, secret.yaml]
-- k8s/overlays/prod/secret.yaml --
apiVersion: v1
kind: Secret
metadata:
  name: supabase-keys
stringData:
  ANON_KEY: {{anon}}
  SERVICE_ROLE_KEY: {{service_role}}
  JWT_SECRET: {{jwt_secret}}
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon}}
SUPABASE_SERVICE_ROLE_KEY={{service_role}}
-- apps/web/Dockerfile --
FROM node:22
ARG NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon}}
RUN npm run build
-- apps/worker/compose.yaml --
services:
  worker:
    build:
      context: .
      args:
        VITE_SUPABASE_ANON_KEY: {{anon}}
`

// TestChangeOneSite changes one key after the other, and each time just that place is
// named.
func TestChangeOneSite(t *testing.T) {
	lines := strings.Split(consistent, "\n")
	key := regexp.MustCompile(`\{\{(anon|service_role|jwt_secret)\}\}`)
	file, start, changed := "", 0, 0
	for i, line := range lines {
		if name, ok := strings.CutPrefix(line, "-- "); ok {
			file, start = strings.TrimSuffix(name, " --"), i
		}
		m := key.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		changed++
		where := fmt.Sprintf("%s:%d", file, i-start)
		t.Run(where, func(t *testing.T) {
			mutated := append([]string(nil), lines...)
			mutated[i] = key.ReplaceAllString(line, "{{$1.old}}")
			findings := lintArchive(t, strings.Join(mutated, "\n")).Findings
			for _, f := range findings {
				if place(f.At) != where {
					t.Errorf("named %s: %s [%s]", f.At, f.Message, f.Rule)
				}
			}
			if len(findings) != 1 {
				t.Errorf("%d findings, want 1", len(findings))
			}
		})
	}
	if changed != 11 {
		t.Errorf("%d places were changed", changed)
	}
}

// TestVerdictStays rewrites the repository in ways that change nothing.
func TestVerdictStays(t *testing.T) {
	base := lintArchive(t, consistent)
	if len(base.Findings) > 0 || base.Coverage.Unknown > 0 || base.Coverage.Agree == 0 {
		t.Fatalf("not consistent: %+v %+v", base.Coverage, base.Findings)
	}
	for name, rewrite := range map[string]func(string) string{
		"move": func(s string) string {
			return strings.NewReplacer("-- k8s/", "-- deploy/cluster/", "-- apps/", "-- packages/").Replace(s)
		},
		"rename": func(s string) string {
			return strings.NewReplacer("services.yaml", "zz.yaml", "supabase-keys", "stack", "secret.yaml", "a.yaml").Replace(s)
		},
		"CRLF":    func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"quote":   func(s string) string { return strings.ReplaceAll(s, ": {{anon}}", `: "{{anon}}"`) },
		"comment": func(s string) string { return strings.ReplaceAll(s, "stringData:", "# the keys\nstringData: # plain") },
		"reorder documents": func(s string) string {
			head, rest, _ := strings.Cut(s, "-- k8s/base/services.yaml --\n")
			body, tail, _ := strings.Cut(rest, "-- k8s/overlays")
			first, second, _ := strings.Cut(body, "---\n")
			return head + "-- k8s/base/services.yaml --\n" + second + "---\n" + first + "-- k8s/overlays" + tail
		},
		"another product": func(s string) string {
			return s + "-- other/app.yaml --\napiVersion: v1\nkind: Secret\nmetadata: {name: other, namespace: other}\nstringData: {JWT_SECRET: a-secret-of-another-product-entirely}\n"
		},
		"an example": func(s string) string {
			return s + "-- apps/web/.env.example --\nNEXT_PUBLIC_SUPABASE_ANON_KEY={{anon.old}}\n"
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := lintArchive(t, rewrite(consistent))
			for _, f := range got.Findings {
				t.Errorf("%s: %s [%s]", f.At, f.Message, f.Rule)
			}
			if got.Coverage.Agree != base.Coverage.Agree || got.Coverage.Unknown != 0 {
				t.Errorf("coverage %+v, want %+v", got.Coverage, base.Coverage)
			}
		})
	}
}

// TestLockedIsNeverEqual: once the Secret cannot be read, nothing that hangs on it agrees.
func TestLockedIsNeverEqual(t *testing.T) {
	locked := strings.Replace(consistent, "stringData:\n  ANON_KEY: {{anon}}\n  SERVICE_ROLE_KEY: {{service_role}}\n  JWT_SECRET: {{jwt_secret}}",
		"stringData:\n  ANON_KEY: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\n  SERVICE_ROLE_KEY: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\n  JWT_SECRET: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]", 1)
	result := lintArchive(t, locked)
	for _, i := range result.Instances {
		for _, s := range i.Sites {
			if !s.Site.Value.IsKnown() && s.Outcome != lint.CannotTell {
				t.Errorf("%s: %s", s.Site.Holder, s.Outcome)
			}
		}
	}
	if result.Coverage.Unknown == 0 {
		t.Error("nothing is unknown")
	}
	for _, f := range result.Findings {
		t.Errorf("%s: %s [%s]", f.At, f.Message, f.Rule)
	}
}

// TestSameInputSameOutput lints twice, and no key is in what is said.
func TestSameInputSameOutput(t *testing.T) {
	archive := strings.Replace(consistent, "NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon}}", "NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon.old}}", 1)
	first, second := fmt.Sprintf("%+v", lintArchive(t, archive).Findings), fmt.Sprintf("%+v", lintArchive(t, archive).Findings)
	if first != second {
		t.Errorf("%s\n%s", first, second)
	}
	for name, key := range testkeys.All() {
		if strings.Contains(first, key) {
			t.Errorf("%s is in the findings", name)
		}
	}
}
