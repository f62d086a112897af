package rules

import (
	"github.com/keylint/keylint/lint"
)

var appKeyRejected = &lint.Rule{
	Name:     "app-key-rejected",
	Summary:  "a public key that an app presents is not accepted",
	Severity: lint.Error,
	ByKey:    true,
	After:    []*lint.Rule{gatewayKeyMismatch, asymmetricPartial},
	Doc: `An app's anon or publishable key is built into its bundle (.env.production, a Dockerfile's ARG, a compose build
argument) or set in its Deployment. If it is none of the gateway's credentials for that role, every
request of the app is answered with 401. An app may present the legacy anon JWT or the publishable
key: membership counts, not equality.

Of a key that is not known, another variable of compose than the gateway's, or the path of another environment, is a warning.

Put the key that the gateway accepts in the place that is named, and rebuild the app.`,
	Bad: `
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
          - key: {{publishable}}
-- apps/admin/.env.production --
VITE_SUPABASE_ANON_KEY={{anon}}
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon.old}} # HERE
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
      - username: anon
        keyauth_credentials:
          - key: {{anon}}
          - key: {{publishable}}
-- apps/admin/.env.production --
VITE_SUPABASE_ANON_KEY={{anon}}
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_ANON_KEY={{publishable}}
`,
	Check: checkMembership(publicRefused),
}
