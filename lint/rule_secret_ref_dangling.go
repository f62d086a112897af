package lint

import (
	"fmt"
	"sort"

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

// checkSecretRefDangling reports each thing that is not there once, with every reference
// to it.
func checkSecretRefDangling(p *Pass) {
	seen := map[sources.Position]bool{}
	byWhy := map[string][]*danglingRef{}
	var order []string
	for _, s := range p.sites {
		d := s.broken
		if d == nil || seen[d.at] {
			continue
		}
		seen[d.at] = true
		key := p.instanceIn(d.where.unit, d.where.namespace) + "\x00" + d.why
		if byWhy[key] == nil {
			order = append(order, key)
		}
		byWhy[key] = append(byWhy[key], d)
	}
	for _, key := range order {
		refs := byWhy[key]
		sort.SliceStable(refs, func(a, b int) bool { return refs[a].at.Before(refs[b].at) })
		first := refs[0]
		f := Finding{
			At: first.at, atName: true, Bearer: first.identity(), Instance: p.instanceIn(first.where.unit, first.where.namespace),
			Message: fmt.Sprintf("%s refers to nothing: %s", first.holder, first.why),
			Help:    "Name a Secret and data key that exist; until then the container does not start (CreateContainerConfigError).",
		}
		if len(refs) > 1 {
			f.Message = fmt.Sprintf("%s and %s more refer to nothing: %s", first.holder, number(len(refs)-1), first.why)
		}
		for _, d := range refs[1:] {
			f.Related = append(f.Related, Related{At: d.at, Message: d.holder, Alike: d.identity(), atName: true})
		}
		p.report(f)
	}
}
