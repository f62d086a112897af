package rules

import (
	"fmt"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites/gateway"
)

var placeholderNotSubstituted = &lint.Rule{
	Name:     "placeholder-not-substituted",
	Summary:  "a gateway credential is a placeholder that nothing substitutes",
	Severity: lint.Error,
	Doc: `Kong's declarative configuration knows no variables: something has to put the key in the placeholder's place before
Kong reads it. Where nothing does, the text of the placeholder becomes the key. Every real key gets a 401, and
whoever sends the literal text passes: on the service_role consumer, as service_role.

Render the template in an initContainer, into a volume from which Kong reads.`,
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
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  ANON_KEY: {{anon}}
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
          - key: ${SERVICE_ROLE_KEY}
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
      initContainers:
        - name: render
          image: busybox
          command: [sh, -c, "envsubst < /template/kong.yml > /config/kong.yml"]
          env:
            - {name: SERVICE_ROLE_KEY, valueFrom: {secretKeyRef: {name: supabase-keys, key: SERVICE_ROLE_KEY}}}
          volumeMounts:
            - {name: template, mountPath: /template}
            - {name: config, mountPath: /config}
      containers:
        - name: kong
          image: kong:2.8.1
          env:
            - {name: KONG_DATABASE, value: "off"}
            - {name: KONG_DECLARATIVE_CONFIG, value: /config/kong.yml}
          volumeMounts:
            - {name: config, mountPath: /config}
`,
	Check: checkPlaceholderNotSubstituted,
}

var (
	variableIsPlaceholder = lint.Cause{Name: "variable-is-placeholder", Advice: "Give the variable the key, from %s that holds it."}
	notRendered           = lint.Cause{Name: "not-rendered", Advice: "Render the template before Kong reads it, into a volume that Kong reads from (%s does)."}
	notAmongThem          = lint.Cause{Name: "not-among-the-rendered", Advice: "Write the placeholder as the others are written, or let %s substitute this one as well."}
)

func checkPlaceholderNotSubstituted(p *lint.Pass) {
	checkUnresolved(p)
	p.EachLiteral(func(g *gateway.Gateway, c *gateway.Credential, why gateway.LiteralCause) {
		if why == gateway.ValueIsPlaceholder {
			reportCredential(p, g, c, lint.Draft{
				Message: fmt.Sprintf("the variable %s holds %s, which nothing substitutes: that very text becomes %s", c.Name, c.Kind, g.AsKey(c)),
				Cause:   variableIsPlaceholder.With(store(g.Unit)),
			})
		}
		if why != gateway.NothingSubstitutes {
			return
		}
		message := fmt.Sprintf("%s reads %s as it stands: nothing substitutes %s, and that very text becomes %s",
			g.Server().Label(), g.Name, c.Template, g.AsKey(c))
		cause := notRendered.With("an initContainer with envsubst")
		if isCompose(g.Unit) {
			cause = notRendered.With("upstream's kong-entrypoint.sh")
		}
		if step := g.Substituter(); step != "" {
			cause = notAmongThem.With(step)
			message = fmt.Sprintf("%s substitutes other placeholders, but not %s: that very text becomes %s", step, c.Template, g.AsKey(c))
		}
		reportCredential(p, g, c, lint.Draft{
			Message: message,
			Cause:   cause,
		})
	})
}
