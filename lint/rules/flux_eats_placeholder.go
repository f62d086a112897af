package rules

import (
	"fmt"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites/inventory"
)

var fluxEatsPlaceholder = &lint.Rule{
	Name:     "flux-eats-placeholder",
	Summary:  "Flux' variable substitution empties a placeholder that the gateway's own script was to fill in",
	Severity: lint.Error,
	Doc: "A Flux Kustomization with `postBuild` replaces every `${NAME}` in everything that it deploys: also in Kong's configuration and in " +
		"the script that renders it. A NAME that it does not know becomes nothing, and Kong starts without that credential; since Flux 2.9 " +
		"the whole Kustomization is refused instead.\n\n" +
		"Put the annotation `kustomize.toolkit.fluxcd.io/substitute: disabled` on the object, or write `$${NAME}`, which Flux turns into `${NAME}`. " +
		"It leaves `$NAME` without braces alone.",
	Bad: `
-- clusters/home/supabase.yaml --
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: supabase, namespace: flux-system}
spec:
  path: ./supabase
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild:
    substitute: {DOMAIN: example.org}
-- supabase/kong.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: kong, namespace: supabase}
data:
  kong.yml: |
    _format_version: "2.1"
    consumers:
      - username: anon
        keyauth_credentials:
          - key: ${ANON_KEY} # HERE
` + fluxKong,
	Good: `
-- clusters/home/supabase.yaml --
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: supabase, namespace: flux-system}
spec:
  path: ./supabase
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild:
    substitute: {DOMAIN: example.org}
-- supabase/kong.yaml --
apiVersion: v1
kind: ConfigMap
metadata:
  name: kong
  namespace: supabase
  annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}
data:
  kong.yml: |
    _format_version: "2.1"
    consumers:
      - username: anon
        keyauth_credentials:
          - key: ${ANON_KEY}
` + fluxKong,
	Check: checkFluxEatsPlaceholder,
}

var fluxSubstitutes = lint.Cause{Name: "flux-substitutes", Advice: "Annotate %s %s with kustomize.toolkit.fluxcd.io/substitute: disabled, or write $${%s}."}

// fluxKong renders that configuration.
const fluxKong = `---
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
            - {name: ANON_KEY, valueFrom: {secretKeyRef: {name: supabase-keys, key: ANON_KEY}}}
          volumeMounts:
            - {name: template, mountPath: /template}
            - {name: config, mountPath: /config}
      containers:
        - name: kong
          image: kong:2.8.1
          env: [{name: KONG_DECLARATIVE_CONFIG, value: /config/kong.yml}]
          volumeMounts:
            - {name: config, mountPath: /config}
`

// checkFluxEatsPlaceholder reports each object once, with every place in it.
func checkFluxEatsPlaceholder(p *lint.Pass) {
	for _, u := range p.Units {
		for _, o := range u.Objects {
			eaten := p.EatenKeys(o)
			if len(eaten) == 0 {
				continue
			}
			first := eaten[0]
			f := lint.Draft{
				Place: lint.AtName(first.At, inventory.Label(o)+" "+first.Name), Instance: p.NameIn(u, o.Namespace),
				Message: fmt.Sprintf("Flux puts nothing in the place of ${%s} in %s before anything else can: %s substitutes, and does not know %s (Flux 2.9 and later refuse to apply it)",
					first.Name, inventory.Label(o), first.By, first.Name),
				Cause: fluxSubstitutes.With(o.Kind, o.ShownName(), first.Name),
			}
			for _, e := range eaten {
				if e.At != first.At {
					f.Related = append(f.Related, lint.Related{At: e.At, Holder: "${" + e.Name + "}", Says: "eaten likewise", Alike: inventory.Label(o) + " " + e.Name, AtName: true})
				}
			}
			p.Report(f)
		}
	}
}
