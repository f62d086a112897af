package rules

import (
	"github.com/keylint/keylint/lint"
)

var backendKeyDrift = &lint.Rule{
	Name:     "backend-key-drift",
	Summary:  "two services of one instance hold different values for a key",
	Severity: lint.Error,
	ByKey:    true,
	After:    []*lint.Rule{serverKeyRejected},
	Doc: `Studio, Storage and Functions are clients of their own gateway: each holds the anon and the service_role key in its
environment. Where one of them was left behind by a rotation, just its part of the stack fails, with
an error of its own that names no key.

Let every service read the key from the same Secret.

Keys that are not known are compared by the way they come, and a difference is a warning: two variables of compose for one slot, which
must be kept the same by hand, a variable that the stack's .env does not set where it holds the key by another name, and a path of a store that names another environment than those beside it (supabase/staging in
production).

Of a hosted project two legacy keys that were issued at different times are a warning: it makes all of them anew at once, so that
at most one is valid. So are two that say the same and are signed differently.`,
	Bad: `
-- k8s/supabase.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  SERVICE_ROLE_KEY: {{service_role}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: storage, namespace: supabase}
spec:
  template:
    spec:
      containers:
        - name: storage
          image: supabase/storage-api:v1.11.13
          env:
            - name: SERVICE_KEY
              value: {{service_role.old}} # HERE
`,
	Good: `
-- k8s/supabase.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  SERVICE_ROLE_KEY: {{service_role}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: storage, namespace: supabase}
spec:
  template:
    spec:
      containers:
        - name: storage
          image: supabase/storage-api:v1.11.13
          env:
            - name: SERVICE_KEY
              valueFrom: {secretKeyRef: {name: supabase-keys, key: SERVICE_ROLE_KEY}}
`,
	Check: func(p *lint.Pass) {
		checkMembership(servicesDiffer)(p)
		for _, i := range p.Instances {
			if i.Ref != "" {
				checkGenerations(p, i)
			}
		}
	},
}
