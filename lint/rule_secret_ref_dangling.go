package lint

import (
	"fmt"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

var secretRefDangling = &Rule{
	Name:     "secret-ref-dangling",
	Summary:  "a workload takes a key from a Secret or data key that does not exist",
	Severity: Error,
	Doc: `The Secret is in the repository and has no such data key, or lies in another namespace, or its name differs by a slip.
The kubelet then does not start the container ("CreateContainerConfigError").

Name a data key that the Secret has. A Secret that is nowhere in the repository is not reported: something else may make it.`,
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
              valueFrom: {secretKeyRef: {name: supabase-keys, key: SERVICE_KEY}} # HERE
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
	Check: checkSecretRefDangling,
}

func checkSecretRefDangling(p *Pass) {
	seen := map[sources.Position]bool{}
	for _, d := range p.world.dangling {
		if seen[d.at] {
			continue
		}
		seen[d.at] = true
		p.report(Finding{
			At: d.at, atName: true, Instance: p.instanceOf(d.where), Slots: slotList(d.name.Slot),
			Message: fmt.Sprintf("%s refers to nothing: %s", d.holder, d.why),
			Help:    "Name a Secret and data key that exist; until then the container does not start (CreateContainerConfigError).",
		})
	}
}

// instanceOf is the name of the instance that a container belongs to.
func (p *Pass) instanceOf(c *container) string {
	for _, i := range p.world.instances {
		if i.holds(c.unit, c.namespace) {
			return i.name
		}
	}
	return ""
}

func slotList(s keys.Slot) []keys.Slot {
	if s == "" {
		return nil
	}
	return []keys.Slot{s}
}
