package rules_test

import (
	"strings"
	"testing"
)

// TestAfterwards: a finding says by which commands its mend gets where the key is read.
func TestAfterwards(t *testing.T) {
	const stack = `
-- stack/docker-compose.yml --
services:
  kong:
    image: kong:2.8.1
    environment: {KONG_DATABASE: "off", KONG_DECLARATIVE_CONFIG: /kong.yml}
    volumes: [./kong.yml:/kong.yml:ro]
  auth:
    image: supabase/gotrue:v2.177.0
    environment: {GOTRUE_JWT_SECRET: "${JWT_SECRET}"}
  storage:
    image: supabase/storage-api:v1.25.7
    environment: {ANON_KEY: "${ANON_KEY}", SERVICE_KEY: "${SERVICE_ROLE_KEY}"}
  studio:
    image: supabase/studio:2025.06.02
    environment: {SUPABASE_ANON_KEY: "${ANON_KEY}"}
-- stack/.env --
JWT_SECRET={{jwt_secret}}
ANON_KEY=ANON
SERVICE_ROLE_KEY={{service_role}}
-- stack/kong.yml --
_format_version: "2.1"
consumers:
  - username: anon
    keyauth_credentials: [{key: KONG}]
  - username: service_role
    keyauth_credentials: [{key: {{service_role}}}]
`
	with := func(anon, kong string) string {
		return strings.NewReplacer("=ANON\n", "="+anon+"\n", "key: KONG}", "key: "+kong+"}").Replace(stack)
	}
	const objects = `
-- k8s/supabase.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData: {ANON_KEY: {{anon}}, JWT_SECRET: {{jwt_secret}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: kong, namespace: supabase}
data:
  kong.yml: |
    _format_version: "2.1"
    consumers: [{username: anon, keyauth_credentials: [{key: {{anon.old}}}]}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: kong, namespace: supabase}
spec:
  template:
    spec:
      volumes: [{name: config, configMap: {name: kong}}]
      containers:
        - name: kong
          image: kong:2.8.1
          env: [{name: KONG_DATABASE, value: "off"}, {name: KONG_DECLARATIVE_CONFIG, value: /config/kong.yml}]
          volumeMounts: [{name: config, mountPath: /config}]
`
	const app = `
-- apps/web/package.json --
{"dependencies": {"next": "15"}, "scripts": {"build": "next build"}}
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_URL=http://kong.supabase.svc:8000
NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon.old}}
`
	for _, c := range []struct{ name, archive, rule, want string }{
		{"the .env of a stack: who reads it", with("{{anon.old}}", "{{anon}}"), "gateway-key-mismatch",
			"docker compose -f stack/docker-compose.yml up -d --force-recreate storage studio"},
		{"a directory whose name is a command", strings.ReplaceAll(with("{{anon.old}}", "{{anon}}"), "-- stack/", "-- a; rm b/"), "gateway-key-mismatch",
			"docker compose -f 'a; rm b/docker-compose.yml' up -d --force-recreate storage studio"},
		{"a service whose name is a flag", strings.ReplaceAll(with("{{anon.old}}", "{{anon}}"), "  studio:", "  -v:"), "gateway-key-mismatch",
			"docker compose -f stack/docker-compose.yml up -d --force-recreate storage"},
		{"the gateway's own list", with("{{anon}}", "{{anon.old}}"), "gateway-key-mismatch",
			"docker compose -f stack/docker-compose.yml up -d --force-recreate kong"},
		{"a ConfigMap: the gateway that mounts it", objects, "gateway-key-mismatch", "kubectl -n supabase rollout restart deployment/kong"},
		{"an app that has it built in", strings.ReplaceAll(objects, "{{anon.old}}", "{{anon}}") + app, "app-key-rejected", "# build apps/web anew, and deploy that"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, f := range lintArchive(t, c.archive).Findings {
				if f.Rule == c.rule {
					var then []string
					for _, command := range f.Then {
						then = append(then, command.String())
					}
					if got := strings.Join(then, "; "); got != c.want {
						t.Errorf("got  %s\nwant %s", got, c.want)
					}
					return
				}
			}
			t.Errorf("no %s", c.rule)
		})
	}
}
