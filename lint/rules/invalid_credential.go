package rules

import (
	"fmt"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites/gateway"
)

var invalidCredential = &lint.Rule{
	Name:     "invalid-credential",
	Summary:  "what a gateway credential comes to is no key",
	Severity: lint.Error,
	Doc: `Kong takes a key-auth key that is a string. A number, null or a list makes it refuse the configuration ("expected a
string"); a reference to a vault or to decK is no reference here, but becomes the key itself
(kong/plugins/key-auth/daos.lua: the field is not "referenceable"). A value that breaks the YAML, such as one that
begins with "@", keeps Kong from starting as well, and so does a KONG_DECLARATIVE_CONFIG at which nothing is mounted.

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

var (
	renderingBreaks  = lint.Cause{Name: "rendering-breaks", Advice: "Take the character out of the value, or render with a program that it does not disturb (envsubst, with the placeholder in quotes)."}
	nothingWritten   = lint.Cause{Name: "nothing-written", Advice: "Correct the command that makes the configuration of the template: it writes nothing."}
	nothingMounted   = lint.Cause{Name: "not-mounted", Advice: "Mount the configuration there, or correct the path in KONG_DECLARATIVE_CONFIG."}
	foreignReference = lint.Cause{Name: "foreign-reference", Advice: "Put a placeholder there that is substituted before Kong reads the file, or the key."}
	notAString       = lint.Cause{Name: "not-a-string", Advice: "Put a key there. Where it does consist of digits, quote the placeholder in the template."}
	emptyCredential  = lint.Cause{Name: "empty-credential", Advice: "Give the variable a value, or take the line out.%s"}
	emptyOpaque      = lint.Cause{Name: "empty-opaque-credential", Advice: "Give the variable a value, or take the line out, as upstream's entrypoint does with empty keys."}
)

func checkInvalidCredential(p *lint.Pass) {
	for _, g := range wholeGateways(p) {
		if f := g.Fault; f != nil && f.Missing == "" {
			d := lint.Draft{
				Place: lint.AtName(f.At, f.Where.Label()), Instance: p.NameIn(f.Where.Unit, f.Where.Namespace),
				Message: f.Message,
				Cause:   renderingBreaks,
			}
			switch {
			case f.Empty:
				d.Cause = nothingWritten
			case f.Absent:
				d.Cause = nothingMounted
			}
			p.Report(d)
		}
		for _, c := range g.Credentials {
			switch c.Fate {
			case gateway.NotForKong:
				reportCredential(p, g, c, lint.Draft{
					Message: fmt.Sprintf("Kong does not follow %s in a key-auth key: its text becomes %s", c.Kind, g.AsKey(c)),
					Cause:   foreignReference,
				})
			case gateway.NotAString:
				reportCredential(p, g, c, lint.Draft{
					Message: fmt.Sprintf("%s comes to %s, and Kong refuses the configuration (\"expected a string\")", c.Label(), c.Kind),
					Cause:   notAString,
				})
			case gateway.Empty:
				checkEmpty(p, g, c)
			}
		}
	}
}

// checkEmpty reports a credential that comes to nothing although its variable is there.
// An opaque key that is declared and empty is one that is not in use yet.
func checkEmpty(p *lint.Pass, g *gateway.Gateway, c *gateway.Credential) {
	if c.Name != "" && g.Lacks(c.Name) {
		return // placeholder-env-missing says so
	}
	f := lint.Draft{
		Message: fmt.Sprintf("%s comes to nothing: nobody passes with it", c.Label()),
		Cause:   emptyCredential.With(""),
	}
	if isCompose(g.Unit) {
		f.Cause = emptyCredential.With(" A variable that is meant for the shell, and not for compose, is written $$NAME.")
	}
	if role := p.Names.Of(c.Name).Slot; role == keys.Publishable || role == keys.Secret {
		f.Severity = lint.Warning
		f.Cause = emptyOpaque
	}
	reportCredential(p, g, c, f)
}
