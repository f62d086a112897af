package rules

import (
	"fmt"
	"slices"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/gateway"
	"github.com/keylint/keylint/sites/inventory"
)

var placeholderEnvMissing = &lint.Rule{
	Name:     "placeholder-env-missing",
	Summary:  "a gateway credential is a placeholder whose variable the renderer does not have",
	Severity: lint.Error,
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
metadata: {name: kong, namespace: supabase, annotations: {reloader.stakater.com/auto: "true"}}
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
          env: [{name: KONG_DECLARATIVE_CONFIG, value: /config/kong.yml}]
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
metadata: {name: kong, namespace: supabase, annotations: {reloader.stakater.com/auto: "true"}}
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
          env: [{name: KONG_DECLARATIVE_CONFIG, value: /config/kong.yml}]
          volumeMounts:
            - {name: config, mountPath: /config}
`,
	Check: checkPlaceholderEnvMissing,
}

var (
	variableMissing  = lint.Cause{Name: "variable-missing", Advice: "Give %s the variable %s, from %s."}
	variableMisnamed = lint.Cause{Name: "variable-misnamed", Advice: "Call it %s there, by the name that the template asks for."}
)

func checkPlaceholderEnvMissing(p *lint.Pass) {
	for _, g := range wholeGateways(p) {
		if f := g.Fault; f != nil && f.Missing != "" {
			p.Report(lint.Draft{
				Place: lint.AtName(f.At, f.Where.Label()+" "+f.Missing), Instance: p.NameIn(f.Where.Unit, f.Where.Namespace),
				Message: fmt.Sprintf("%s has no variable %s: %s", f.Where.Label(), f.Missing, f.Message),
				Cause:   variableMissing.With(f.Where.Label(), f.Missing, source(p, g, f.Missing)), Then: restartOf(g),
			})
		}
		for _, c := range g.Credentials {
			if c.Fate == gateway.Empty && c.Name != "" && g.Lacks(c.Name) {
				reportMissing(p, g, c)
			}
		}
	}
	p.EachLiteral(func(g *gateway.Gateway, c *gateway.Credential, cause gateway.LiteralCause) {
		if cause == gateway.VariableMissing {
			reportMissing(p, g, c)
		}
	})
}

func reportMissing(p *lint.Pass, g *gateway.Gateway, c *gateway.Credential) {
	where := g.Renderers[len(g.Renderers)-1]
	then := fmt.Sprintf("%s is empty: ", c.Label())
	if c.Fate == gateway.Literal { // upstream's awk leaves what it has no variable for
		then = fmt.Sprintf("the text %s becomes %s: ", c.Template, g.AsKey(c))
	} else if key := p.Names.Of(c.Name).Slot; key != "" {
		then = fmt.Sprintf("%s is empty, and the %s key gets a 401: ", c.Label(), key)
	}
	f := lint.Draft{
		Message: fmt.Sprintf("%s%s has no variable %s", then, where.Label(), c.Name),
		Cause:   variableMissing.With(where.Label(), c.Name, source(p, g, c.Name)),
	}
	if b := misnamed(p, g, c); b != nil {
		f.Place = lint.AtName(b.NamedAt(), where.Label()+" "+b.Name)
		f.Message = fmt.Sprintf("%sthe template asks for %s, and %s calls it %s", then, c.Name, where.Label(), b.Name)
		f.Cause = variableMisnamed.With(c.Name)
		f.Related = []lint.Related{{At: c.At, Holder: c.Label(), Says: "asks for " + c.Name}}
	}
	reportCredential(p, g, c, f)
}

// source is where the gateway may take a variable from: what stores the key of its name in the instance.
func source(p *lint.Pass, g *gateway.Gateway, name string) string {
	slot := p.Names.Of(name).Slot
	for _, s := range p.Sites {
		if i := p.InstanceOf(s); slot != "" && s.Slot == slot && s.Standing == sites.Stored && i != nil && i.Holds(g.Unit, g.Namespace) && i.Nucleus(s) && !p.SetAside(s) {
			return s.Holder
		}
	}
	return store(g.Unit) + " that holds the key"
}

// misnamed is a variable of what renders the template that holds the key which the credential asks
// for, by a name that none of the template's credentials asks for; nil where there is none.
func misnamed(p *lint.Pass, g *gateway.Gateway, c *gateway.Credential) *inventory.Binding {
	slot := p.Names.Of(c.Name).Slot
	if slot == "" {
		return nil
	}
	for _, b := range g.Renderers[len(g.Renderers)-1].Variables {
		if p.Names.Of(b.Name).Slot == slot && !slices.ContainsFunc(g.Credentials, func(c *gateway.Credential) bool { return c.Name == b.Name }) {
			return b
		}
	}
	return nil
}
