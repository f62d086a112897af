package rules

import (
	"fmt"
	"sort"
	"strings"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

var secretRefDangling = &lint.Rule{
	Name:     "secret-ref-dangling",
	Summary:  "a workload takes a key from a Secret or data key that does not exist",
	Severity: lint.Error,
	Doc: `The Secret is in the repository and has no such data key, or lies in another namespace, or its name differs by a slip; or a script
makes it in a namespace where nothing reads it.
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

// danglingCauses are why a reference leads nowhere.
var danglingCauses = map[inventory.Slip]lint.Cause{
	inventory.NoSlip:         {Name: "no-such-data-key", Advice: "Name a data key that it has, or put this one into it."},
	inventory.Mistyped:       {Name: "name-mistyped", Advice: "Correct the name."},
	inventory.OtherNamespace: {Name: "other-namespace", Advice: "Refer to one of the container's own namespace: make it there, or let a controller copy it (reflector, replicator)."},
	inventory.Renamed: {Name: "renamed-by-kustomize", Advice: "Tell kustomize to follow (nameReference for kind: SealedSecret, in a file under configurations:), or let the reference " +
		"bear the name that is rendered. What is sealed strictly has to be sealed for that name."},
}

// checkSecretRefDangling reports each thing that is not there once, with every reference
// to it.
func checkSecretRefDangling(p *lint.Pass) {
	told := map[sources.Position]string{} // the group that tells the reference
	seen := map[string]bool{}
	byWhy := map[string][]*inventory.Dangling{}
	var order []string
	var all []*inventory.Dangling
	for _, s := range p.Sites {
		all = append(all, s.Broken)
	}
	for _, c := range p.Containers {
		for _, d := range c.Dangling {
			if c.Unit.Deployed() && (d.LosesKeys || len(p.KeyVariables(c)) > 0) { // another may take anything but a key from there
				all = append(all, d)
			}
		}
	}
	for _, d := range all {
		if d == nil {
			continue
		}
		key := p.NameIn(d.Where.Unit, d.Where.Namespace) + "\x00" + d.Why
		if other, ok := told[d.At]; ok && other != key {
			continue // the same line in another instance
		}
		told[d.At] = key
		reference := d.At.String() + "\x00" + holderOf(d) // a chart's value is one line, and many refer by it
		if seen[reference] {
			continue
		}
		seen[reference] = true
		if byWhy[key] == nil {
			order = append(order, key)
		}
		byWhy[key] = append(byWhy[key], d)
	}
	for _, key := range order {
		refs := byWhy[key]
		sort.SliceStable(refs, func(a, b int) bool { return refs[a].At.Before(refs[b].At) })
		first := refs[0]
		f := lint.Draft{
			Place: lint.AtName(first.At, first.Identity()), Instance: p.NameIn(first.Where.Unit, first.Where.Namespace),
			Message: fmt.Sprintf("%s refers to nothing, and the container does not start: %s", holderOf(first), first.Why),
			Cause:   danglingCauses[first.Slip],
		}
		if len(refs) > 1 {
			f.Message = fmt.Sprintf("%s and %s more refer to nothing, and their containers do not start: %s", holderOf(first), lint.Number(len(refs)-1), first.Why)
		}
		for _, d := range refs {
			if d.Meant != "" {
				f.Reword = append(f.Reword, lint.Reword{At: d.At, Was: d.Name, To: d.Meant, Holder: holderOf(d), Says: "name what is there, and differs by a slip"})
			}
		}
		for i, d := range refs[1:] {
			related := lint.Related{At: d.At, Holder: holderOf(d), Says: "likewise", Alike: d.Identity(), AtName: true}
			if d.At == refs[i].At { // no further place to edit
				related.Says, related.Alike, related.Is = "refers by the same line", "", lint.IsBroken
			}
			f.Related = append(f.Related, related)
		}
		p.Report(f)
	}
}

// holderOf is what makes the reference: "Deployment web/web env ANON_KEY", "Deployment web/web envFrom keys".
func holderOf(d *inventory.Dangling) string {
	return strings.Replace(d.Holder, " env envFrom ", " envFrom ", 1)
}
