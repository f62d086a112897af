package rules

import (
	"fmt"

	"github.com/keylint/keylint/lint"
)

var deadGatewayConfig = &lint.Rule{
	Name:     "dead-gateway-config",
	Summary:  "a Kong configuration that no gateway reads",
	Severity: lint.Info,
	Doc: `The configuration lists consumers and keys, and the Kong beside it reads another one. Whoever rotates a key here changes
nothing in the cluster. keylint does not hold anything against it.

Take it out, or mount it where Kong reads.`,
	Bad: `
-- k8s/kong.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: kong-old, namespace: supabase}
data:
  kong.yml: |
    _format_version: "2.1" # HERE
    consumers:
      - username: anon
        keyauth_credentials:
          - key: {{anon.old}}
---
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
        - {name: template, configMap: {name: kong}}
        - {name: config, emptyDir: {}}
      containers:
        - name: kong
          image: kong:2.8.1
          env:
            - {name: KONG_DATABASE, value: "off"}
            - {name: KONG_DECLARATIVE_CONFIG, value: /template/kong.yml}
          volumeMounts:
            - {name: template, mountPath: /template}
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
        - {name: template, configMap: {name: kong}}
        - {name: config, emptyDir: {}}
      containers:
        - name: kong
          image: kong:2.8.1
          env:
            - {name: KONG_DATABASE, value: "off"}
            - {name: KONG_DECLARATIVE_CONFIG, value: /template/kong.yml}
          volumeMounts:
            - {name: template, mountPath: /template}
`,
	Check: checkDeadGatewayConfig,
}

var notMounted = lint.Cause{Name: "not-mounted", Advice: "Take it out, or mount it where Kong reads its configuration."}

func checkDeadGatewayConfig(p *lint.Pass) {
	for _, g := range p.Gateways {
		if !g.Dead || !g.Unit.Deployed() {
			continue
		}
		p.Report(lint.Draft{
			Place: lint.AtName(g.At, g.Name), Instance: p.NameIn(g.Unit, g.Namespace),
			Message: fmt.Sprintf("no gateway reads %s: what it lists is accepted by nobody", g.Name),
			Cause:   notMounted,
		})
	}
}
