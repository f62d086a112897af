package rules

import (
	"fmt"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
)

var formatVersionUnsupported = &lint.Rule{
	Name:     "format-version-unsupported",
	Summary:  "the format of the configuration is none that the Kong image reads",
	Severity: lint.Error,
	Doc: `Kong 2 reads the formats 1.1 and 2.1, Kong 3 these and 3.0 (kong/db/schema/others/declarative_config.lua). With another
_format_version it does not start.

Write "2.1", which both read.`,
	Bad: `
-- k8s/kong.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: kong, namespace: supabase}
data:
  kong.yml: |
    _format_version: "3.0" # HERE
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
	Check: checkFormatVersionUnsupported,
}

var formatNotRead = lint.Cause{Name: "format-not-read", Advice: "Write _format_version: \"2.1\", which Kong 2 and 3 read."}

func checkFormatVersionUnsupported(p *lint.Pass) {
	for _, g := range p.Gateways {
		if g.Config == nil || g.Dead || g.Idle() != "" || g.Product != "Kong" || g.Config.VersionLine == 0 {
			continue
		}
		format, version := g.Config.FormatVersion, g.Version()
		why := ""
		switch {
		case format == "1.1" || format == "2.1":
			continue
		case format != "3.0":
			why = "no Kong reads it"
		case version != nil && !version.AtLeast(3, 0):
			why = fmt.Sprintf("%s reads 1.1 and 2.1", g.Server().Image)
		default:
			continue
		}
		p.Report(lint.Draft{
			Place: lint.AtName(g.LineOf(g.Config.VersionLine), g.Name), Instance: p.NameIn(g.Unit, g.Namespace),
			Message: fmt.Sprintf("the configuration is of format %s, and %s: Kong does not start", keys.ShownName(format), why),
			Cause:   formatNotRead,
		})
	}
}
