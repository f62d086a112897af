package lint

import (
	"fmt"

	"github.com/keylint/keylint/keys"
)

var invalidCredential = &Rule{
	Name:     "invalid-credential",
	Summary:  "what a gateway credential comes to is no key",
	Severity: Error,
	Doc: `Kong takes a key-auth key that is a string. A number, null or a list makes it refuse the configuration ("expected a
string"); a reference to a vault or to decK is no reference here, but becomes the key itself
(kong/plugins/key-auth/daos.lua: the field is not "referenceable"). A value that breaks the YAML, such as one that
begins with "@", keeps Kong from starting as well.

Put a key there, quoted where it could be taken for a number.`,
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
          - key: "{vault://env/anon-key}" # HERE
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
	Check: checkInvalidCredential,
}

func checkInvalidCredential(p *Pass) {
	for _, g := range wholeGateways(p) {
		if f := g.fault; f != nil && f.missing == "" {
			p.report(Finding{
				At: f.at, atName: true, Bearer: f.where.label(), Instance: p.instanceIn(f.where.unit, f.where.namespace),
				Message: f.message,
				Help:    "Take the character out of the value, or render with a program that it does not disturb (envsubst, with the placeholder in quotes).",
			})
		}
		for _, c := range g.credentials {
			switch c.fate {
			case notForKong:
				reportCredential(p, g, c, Finding{
					Message: fmt.Sprintf("Kong does not follow %s in a key-auth key: its text becomes %s", c.kind, g.asKey(c)),
					Help:    "Put a placeholder there that is substituted before Kong reads the file, or the key.",
				})
			case notAString:
				reportCredential(p, g, c, Finding{
					Message: fmt.Sprintf("%s comes to %s, and Kong refuses the configuration (\"expected a string\")", c.label(), c.kind),
					Help:    "Put a key there. Where it does consist of digits, quote the placeholder in the template.",
				})
			case empty:
				checkEmpty(p, g, c)
			}
		}
	}
}

// checkEmpty reports a credential that comes to nothing although its variable is there.
// An opaque key that is declared and empty is one that is not in use yet.
func checkEmpty(p *Pass, g *gateway, c *credential) {
	if c.name != "" && g.lacks(c.name) {
		return // placeholder-env-missing says so
	}
	f := Finding{
		Message: fmt.Sprintf("%s comes to nothing: nobody passes with it", c.label()),
		Help:    "Give the variable a value, or take the line out. In a compose file, a variable that is meant for the shell is written $$NAME.",
	}
	if role := p.names.Of(c.name).Slot; role == keys.Publishable || role == keys.Secret {
		f.Severity = Warning
		f.Help = "Give the variable a value, or take the line out, as upstream's entrypoint does with empty keys."
	}
	reportCredential(p, g, c, f)
}
