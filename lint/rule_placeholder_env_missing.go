package lint

import (
	"fmt"

	"github.com/keylint/keylint/keys"
)

var placeholderEnvMissing = &Rule{
	Name:     "placeholder-env-missing",
	Summary:  "a gateway credential is a placeholder whose variable the renderer does not have",
	Severity: Error,
	Doc: `Kong's declarative configuration knows no variables: something substitutes $NAME or ${NAME} before Kong reads it. If
the container that does so has no variable of that name, the credential is empty, or the placeholder itself
stays and is accepted as a key: upstream's awk script leaves it so, and whoever sends the literal text
"$SUPABASE_SERVICE_KEY" is then the service_role consumer.

Give the rendering container the variable, from the Secret.`,
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
          - key: ${SERVICE_ROLE_KEY} # HERE
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: kong, namespace: supabase}
spec:
  template:
    spec:
      volumes:
        - {name: template, configMap: {name: kong}}
        - {name: config, emptyDir: {}}
      initContainers:
        - name: render
          image: bhgedigital/envsubst
          command: [sh, -c, "envsubst < /template/kong.yml > /config/kong.yml"]
          volumeMounts:
            - {name: template, mountPath: /template}
            - {name: config, mountPath: /config}
      containers:
        - name: kong
          image: kong:2.8.1
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
      - username: service_role
        keyauth_credentials:
          - key: ${SERVICE_ROLE_KEY}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: kong, namespace: supabase}
spec:
  template:
    spec:
      volumes:
        - {name: template, configMap: {name: kong}}
        - {name: config, emptyDir: {}}
      initContainers:
        - name: render
          image: bhgedigital/envsubst
          command: [sh, -c, "envsubst < /template/kong.yml > /config/kong.yml"]
          env:
            - {name: SERVICE_ROLE_KEY, valueFrom: {secretKeyRef: {name: supabase-keys, key: SERVICE_ROLE_KEY}}}
          volumeMounts:
            - {name: template, mountPath: /template}
            - {name: config, mountPath: /config}
      containers:
        - name: kong
          image: kong:2.8.1
          volumeMounts:
            - {name: config, mountPath: /config}
`,
	Check: checkPlaceholderEnvMissing,
}

func checkPlaceholderEnvMissing(p *Pass) {
	for _, g := range p.world.gateways {
		for _, m := range g.missing {
			p.report(Finding{
				At: m.site.At, Instance: p.instanceName(m.site), Slots: []keys.Slot{m.site.Slot}, Trace: m.site.Trace,
				Message: fmt.Sprintf("%s has no variable %s for the credential of %s: %s",
					g.renderer.container.label(), m.name, m.site.Holder, m.why),
				Help: fmt.Sprintf("Give %s the variable %s, from the Secret that holds the key.", g.renderer.container.label(), m.name),
			})
			p.explain(m.site)
		}
	}
}
