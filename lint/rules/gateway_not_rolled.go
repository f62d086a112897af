package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sites/gateway"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources/nodes"
)

var gatewayNotRolled = &lint.Rule{
	Name:     "gateway-not-rolled",
	Summary:  "a rotated key does not reach the gateway until somebody restarts it",
	Severity: lint.Info,
	Doc: `Kong without a database reads its configuration once, when it starts; an initContainer renders it at the same time.
Where the Secret or the ConfigMap changes and nothing in the pod template does, the old pod goes on with the old keys:
git and the Secret agree, and every login fails, or fails weeks later when the pod happens to move.

Let something in the pod template change with them: a name with a content hash (a kustomize generator), a checksum
annotation that covers the Secret too, or a controller that watches (stakater/Reloader).`,
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
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: kong, namespace: supabase} # HERE
spec:
  template:
    spec:
      volumes:
        - {name: config, configMap: {name: kong}}
      containers:
        - name: kong
          image: kong:2.8.1
          env:
            - {name: KONG_DECLARATIVE_CONFIG, value: /config/kong.yml}
          volumeMounts:
            - {name: config, mountPath: /config}
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
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: kong, namespace: supabase, annotations: {reloader.stakater.com/auto: "true"}}
spec:
  template:
    spec:
      volumes:
        - {name: config, configMap: {name: kong}}
      containers:
        - name: kong
          image: kong:2.8.1
          env:
            - {name: KONG_DECLARATIVE_CONFIG, value: /config/kong.yml}
          volumeMounts:
            - {name: config, mountPath: /config}
`,
	Check: checkGatewayNotRolled,
}

var nothingRolls = lint.Cause{Name: "nothing-rolls", Advice: "Give the name a content hash (a kustomize generator), annotate the pod template with a checksum of what it takes, or let a controller watch them (reloader.stakater.com/auto: \"true\")."}

func checkGatewayNotRolled(p *lint.Pass) {
	for _, g := range p.Gateways {
		if g.Run == nil || g.Run.Pod.Object == nil || g.Fault != nil || !g.Unit.Deployed() || !p.RunsSupabase(g.Unit) {
			continue
		}
		var loose []string
		for _, o := range feeds(g) {
			if !rollsWith(g.Run.Pod, o) {
				loose = append(loose, inventory.Label(o))
			}
		}
		if len(loose) == 0 {
			continue
		}
		at := g.Run.Pod.Object.Locate(nodes.Field(g.Run.Pod.Object.Root, "metadata", "name"))
		p.Report(lint.Draft{
			Place: lint.AtName(at, g.Run.Pod.Owner), Instance: p.NameIn(g.Unit, g.Namespace),
			Message: fmt.Sprintf("a change of %s does not reach %s: it takes its configuration when it starts, and nothing in the pod template changes with it",
				strings.Join(loose, " or "), g.Run.Pod.Owner),
			Cause: nothingRolls,
		})
	}
}

// feeds lists the objects from which the gateway's keys come, ConfigMaps first.
func feeds(g *gateway.Gateway) []*manifest.Object {
	seen := map[*manifest.Object]bool{}
	var out []*manifest.Object
	add := func(e *inventory.EntryRef) {
		if e != nil && !seen[e.Object] {
			seen[e.Object] = true
			out = append(out, e.Object)
		}
	}
	if g.Rendered != nil {
		for _, source := range g.Rendered.Sources() {
			add(g.Run.Files[source].Entry)
		}
	}
	for _, c := range g.Credentials {
		if c.Binding != nil {
			add(c.Binding.Entry)
		}
	}
	slices.SortStableFunc(out, func(a, b *manifest.Object) int { return strings.Compare(a.Kind, b.Kind) })
	return out
}

var (
	contentHash = regexp.MustCompile(`-[a-z0-9]{10}$`)
	checksum    = regexp.MustCompile(`(?i)checksum|hash|revision|(config|secret)[-_./]?version`)
	watcher     = regexp.MustCompile(`^(reloader\.stakater\.com/(auto|search)|(configmap|secret)\.reloader\.stakater\.com/(reload|auto)|wave\.pusher\.com/update-on-config-change)$`)
)

// rollsWith says whether the pod is replaced when the object changes.
func rollsWith(p *inventory.Pod, o *manifest.Object) bool {
	if o.Name != o.OriginalName && contentHash.MatchString(o.Name) {
		return true
	}
	for key := range p.Annotations {
		if checksum.MatchString(key) {
			return true
		}
	}
	for _, annotations := range []map[string]string{nodes.Texts(nodes.Field(p.Object.Root, "metadata", "annotations")), p.Annotations} {
		for key, value := range annotations {
			if !watcher.MatchString(key) {
				continue
			}
			kind, _, named := strings.Cut(key, ".reloader.")
			switch {
			case !named:
				return true
			case strings.EqualFold(kind, o.Kind) && (value == "true" || slices.Contains(strings.Split(strings.ReplaceAll(value, " ", ""), ","), o.Name)):
				return true
			}
		}
	}
	return false
}
