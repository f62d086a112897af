package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sources"
)

var gatewayNotRolled = &Rule{
	Name:     "gateway-not-rolled",
	Summary:  "a rotated key does not reach the gateway until somebody restarts it",
	Severity: Warning,
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

func checkGatewayNotRolled(p *Pass) {
	for _, g := range p.gateways {
		if g.run == nil || g.run.pod.object == nil || g.fault != nil || !g.unit.Deployed() {
			continue
		}
		var loose []string
		for _, o := range feeds(g) {
			if !rollsWith(g.run.pod, o) {
				loose = append(loose, labelOf(o))
			}
		}
		if len(loose) == 0 {
			continue
		}
		at := g.run.pod.object.Locate(sources.Field(g.run.pod.object.Root, "metadata", "name"))
		p.report(Finding{
			At: at, atName: true, Bearer: g.run.pod.owner, Instance: p.instanceIn(g.unit, g.namespace),
			Message: fmt.Sprintf("a change of %s does not reach %s: it takes its configuration when it starts, and nothing in the pod template changes with it",
				strings.Join(loose, " or "), g.run.pod.owner),
			Help: "Give the name a content hash (a kustomize generator), annotate the pod template with a checksum of both, or let a controller watch them (reloader.stakater.com/auto: \"true\").",
		})
	}
}

// feeds lists the objects from which the gateway's keys come, ConfigMaps first.
func feeds(g *gateway) []*render.Object {
	seen := map[*render.Object]bool{}
	var out []*render.Object
	add := func(e *entryRef) {
		if e != nil && !seen[e.object] {
			seen[e.object] = true
			out = append(out, e.object)
		}
	}
	if g.rendered != nil {
		for _, source := range g.rendered.Sources() {
			add(g.run.files[source].entry)
		}
	}
	for _, c := range g.credentials {
		if c.binding != nil {
			add(c.binding.entry)
		}
	}
	slices.SortStableFunc(out, func(a, b *render.Object) int { return strings.Compare(a.Kind, b.Kind) })
	return out
}

var (
	contentHash = regexp.MustCompile(`-[a-z0-9]{10}$`)
	checksum    = regexp.MustCompile(`(?i)checksum|hash|revision|(config|secret)[-_./]?version`)
	watcher     = regexp.MustCompile(`^(reloader\.stakater\.com/(auto|search)|(configmap|secret)\.reloader\.stakater\.com/(reload|auto)|wave\.pusher\.com/update-on-config-change)$`)
)

// rollsWith says whether the pod is replaced when the object changes.
func rollsWith(p *pod, o *render.Object) bool {
	if o.Name != o.OriginalName && contentHash.MatchString(o.Name) {
		return true
	}
	for key := range p.annotations {
		if checksum.MatchString(key) {
			return true
		}
	}
	for _, annotations := range []map[string]string{labelsOf(sources.Field(p.object.Root, "metadata", "annotations")), p.annotations} {
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
