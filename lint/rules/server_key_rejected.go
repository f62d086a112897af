package rules

import (
	"github.com/keylint/keylint/lint"
)

var serverKeyRejected = &lint.Rule{
	Name:     "server-key-rejected",
	Summary:  "a server key that an app presents is not accepted",
	Severity: lint.Error,
	ByKey:    true,
	After:    []*lint.Rule{appKeyRejected, asymmetricPartial},
	Doc: `A server side of an app (a worker, an API route, a cron job) presents the service_role or the secret key. If it is
none of the gateway's credentials for that role, each of its requests is answered with 401, often in the
background where nobody looks.

Let the app take the key from the Secret that the gateway takes it from, or copy it anew.`,
	Bad: `
-- k8s/kong.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: kong, namespace: supabase}
data:
  kong.yml: |
    _format_version: "2.1"
    consumers:
      - username: service_role
        keyauth_credentials:
          - key: {{service_role}}
-- worker/deployment.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker, namespace: jobs}
spec:
  template:
    spec:
      containers:
        - name: worker
          image: ghcr.io/example/worker:1.4
          env:
            - name: SUPABASE_SERVICE_ROLE_KEY
              value: {{service_role.old}} # HERE
`,
	Good: `
-- k8s/kong.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: kong, namespace: supabase}
data:
  kong.yml: |
    _format_version: "2.1"
    consumers:
      - username: service_role
        keyauth_credentials:
          - key: {{service_role}}
-- worker/deployment.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker, namespace: jobs}
spec:
  template:
    spec:
      containers:
        - name: worker
          image: ghcr.io/example/worker:1.4
          env:
            - name: SUPABASE_SERVICE_ROLE_KEY
              value: {{service_role}}
`,
	Check: checkMembership(serverRefused),
}
