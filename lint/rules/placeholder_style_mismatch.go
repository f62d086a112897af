package rules

import (
	"fmt"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites/gateway"
)

var placeholderStyleMismatch = &lint.Rule{
	Name:     "placeholder-style-mismatch",
	Summary:  "a gateway credential is written as a placeholder that its renderer does not know",
	Severity: lint.Error,
	Doc: `Upstream's awk script substitutes $NAME and leaves ${NAME}; the Helm chart's sed substitutes ${NAME} and leaves $NAME.
A template of one beside the script of the other renders without an error, and the text of the placeholder becomes
the key.

Write the placeholder in the style that the script substitutes.`,
	Bad: `
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
      - username: anon
        keyauth_credentials:
          - key: $ANON_KEY # HERE
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
          command: [sh, -c, "sed \"s|\\${ANON_KEY}|$ANON_KEY|\" /template/kong.yml > /config/kong.yml"]
          env:
            - {name: ANON_KEY, valueFrom: {secretKeyRef: {name: supabase-keys, key: ANON_KEY}}}
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
      - username: anon
        keyauth_credentials:
          - key: ${ANON_KEY}
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
          command: [sh, -c, "sed \"s|\\${ANON_KEY}|$ANON_KEY|\" /template/kong.yml > /config/kong.yml"]
          env:
            - {name: ANON_KEY, valueFrom: {secretKeyRef: {name: supabase-keys, key: ANON_KEY}}}
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
	Check: checkPlaceholderStyleMismatch,
}

var otherStyle = lint.Cause{Name: "other-style", Advice: "Write %s here, or let the script substitute %s as well."}

func checkPlaceholderStyleMismatch(p *lint.Pass) {
	p.EachLiteral(func(g *gateway.Gateway, c *gateway.Credential, cause gateway.LiteralCause) {
		if cause != gateway.OtherStyle {
			return
		}
		reportCredential(p, g, c, lint.Draft{
			Message: fmt.Sprintf("%s substitutes %s, and not %s: that very text becomes %s", g.Substituter(), keys.OtherStyle(c.Template), c.Template, g.AsKey(c)),
			Cause:   otherStyle.With(keys.OtherStyle(c.Template), c.Template),
			Reword: []lint.Reword{{
				At: c.At, Was: c.Template, To: keys.OtherStyle(c.Template), Holder: c.Label(), Says: "write the placeholder as " + g.Substituter() + " substitutes it",
			}},
		})
	})
}
