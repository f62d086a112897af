package rules

import (
	"github.com/keylint/keylint/lint"
)

var gatewayKeyMismatch = &lint.Rule{
	Name:     "gateway-key-mismatch",
	Summary:  "a key that the instance stores is not accepted by its gateway",
	Severity: lint.Error,
	ByKey:    true,
	After:    []*lint.Rule{buildArgUnused, runtimePublicEnvInert, jwtSecretDrift, duplicateCredential, placeholderEnvMissing, placeholderStyleMismatch, placeholderNotSubstituted, invalidCredential},
	Doc: `The gateway compares the apikey header with the credentials in its own configuration and answers 401 to any other
text, before the request reaches the auth service. Where the Secret was rotated and the gateway's list was not
(or the reverse), every login fails and nothing in the logs says why.

A key that stands in the gateway's configuration, where all else reads a variable that no file of the repository sets, is a warning:
whether the two are the same cannot be told, and a rotation of the variable does not change it.

Let the gateway's configuration take the key from the same Secret, and roll the gateway out.`,
	Bad: `
-- k8s/supabase.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  SERVICE_ROLE_KEY: {{service_role}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: kong, namespace: supabase}
data:
  kong.yml: |
    _format_version: "2.1"
    consumers:
      - username: service_role
        keyauth_credentials:
          - key: {{service_role.old}} # HERE
`,
	Good: `
-- k8s/supabase.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  SERVICE_ROLE_KEY: {{service_role}}
---
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
`,
	Check: checkMembership(storedRefused),
}
