package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites/gateway"
	"github.com/keylint/keylint/sources"
)

var consumerMissing = &lint.Rule{
	Name:     "consumer-missing",
	Summary:  "routes ask for a key, and no consumer can pass",
	Severity: lint.Error,
	Doc: `A route with the key-auth plugin lets a request pass whose key belongs to a consumer, and with the acl plugin besides
only one that is in an allowed group. Where no consumer has a key, or none with a key is in the group, every request
gets a 401 or 403.

A consumer whose credential has no key, or whose field has a name that Kong does not know, is reported too, and so is an entry of
acls and the like that names a consumer which is not declared: Kong refuses the whole configuration.

Add the consumer with its key, and its group under acls.`,
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
    acls:
      - {consumer: anon, group: anon}
    services:
      - name: rest
        url: http://rest:3000
        routes: [{name: rest-all, paths: [/rest/v1/]}]
        plugins:
          - name: key-auth
          - {name: acl, config: {allow: [admin, anon]}}
      - name: meta
        url: http://meta:8080
        routes:
          - name: meta-all # HERE
            paths: [/pg/]
        plugins:
          - name: key-auth
          - {name: acl, config: {allow: [admin]}}
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
      - username: service_role
        keyauth_credentials:
          - key: {{service_role}}
    acls:
      - {consumer: anon, group: anon}
      - {consumer: service_role, group: admin}
    services:
      - name: rest
        url: http://rest:3000
        routes: [{name: rest-all, paths: [/rest/v1/]}]
        plugins:
          - name: key-auth
          - {name: acl, config: {allow: [admin, anon]}}
      - name: meta
        url: http://meta:8080
        routes:
          - name: meta-all
            paths: [/pg/]
        plugins:
          - name: key-auth
          - {name: acl, config: {allow: [admin]}}
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
	Check: checkConsumerMissing,
}

var nobodyPasses = lint.Cause{Name: "nobody-passes", Advice: "Add the consumer with its key, and its group under acls; or take key-auth off the route."}

func checkConsumerMissing(p *lint.Pass) {
	for _, g := range wholeGateways(p) {
		if g.Config == nil || g.Dead || g.Fault != nil || !g.Unit.Deployed() {
			continue
		}
		checkKeyless(p, g)
		for _, d := range g.Config.Dangling {
			p.Report(lint.Draft{
				Place: lint.AtName(g.LineOf(d.Line), d.List+" "+d.Consumer+" of "+g.Name), Instance: p.NameIn(g.Unit, g.Namespace),
				Message: fmt.Sprintf("%s names the consumer %s, which is not declared: Kong refuses the whole configuration (\"invalid reference\")", d.List, d.Consumer),
				Cause:   undeclared, Then: restartOf(g),
			})
		}
		var shut []sources.KongRoute
		for _, r := range g.Config.Routes {
			if !someonePasses(g, r) {
				shut = append(shut, r)
			}
		}
		if len(shut) == 0 {
			continue
		}
		names := make([]string, 0, len(shut))
		for _, r := range shut {
			names = append(names, r.Name)
		}
		why := "no consumer has a key"
		if len(live(g)) > 0 {
			why = "no consumer with a key is in the group " + strings.Join(shut[0].Groups, " or ")
		}
		f := lint.Draft{
			Place: lint.AtName(g.LineOf(shut[0].Line), routeOf(g, names[0])), Instance: p.NameIn(g.Unit, g.Namespace),
			Message: fmt.Sprintf("the route %s asks for a key, and %s: every request to it is refused", shut[0].Name, why),
			Cause:   nobodyPasses, Then: restartOf(g),
		}
		if len(names) > 1 {
			f.Message = fmt.Sprintf("%d routes ask for a key (%s), and %s: every request to them is refused", len(names), strings.Join(names[:min(3, len(names))], ", "), why)
		}
		for _, name := range names[1:] {
			f.Also = append(f.Also, routeOf(g, name))
		}
		p.Report(f)
	}
}

var (
	unknownField = lint.Cause{Name: "unknown-field", Advice: "Correct the field's name to %s."}
	undeclared   = lint.Cause{Name: "undeclared-consumer", Advice: "Name a consumer there that stands under consumers, or declare this one."}
	keyless      = lint.Cause{Name: "keyless", Advice: "Give the consumer its key under keyauth_credentials, as \"- key: …\"; or take the consumer away."}
)

// checkKeyless reports the consumers of upstream's that have no key of their own, while routes
// ask for one.
func checkKeyless(p *lint.Pass, g *gateway.Gateway) {
	if len(g.Config.Routes) == 0 {
		return
	}
	has := live(g)
	for _, c := range g.Config.Consumers {
		label := "Kong consumer " + c.Name
		f := lint.Draft{Place: lint.AtName(g.LineOf(c.Line), label+" of "+g.Name), Instance: p.NameIn(g.Unit, g.Namespace), Cause: keyless, Then: restartOf(g)}
		switch {
		case len(c.Keyless) > 0 && c.Keyless[0].Field != "":
			f.Place = lint.AtName(g.LineOf(c.Keyless[0].Line), label+" of "+g.Name)
			f.Message = fmt.Sprintf("%s has a field %s, which Kong does not know: it refuses the whole configuration (\"unknown field\")", label, c.Keyless[0].Field)
			f.Cause = unknownField.With(c.Keyless[0].Meant)
		case len(c.Keyless) > 0:
			f.Place = lint.AtName(g.LineOf(c.Keyless[0].Line), label+" of "+g.Name)
			f.Message = label + " has a credential without a key: Kong makes one up, which nobody knows"
		case g.Config.Role(c.Name) != "" && !has[c.Name] && !c.Others && !slices.ContainsFunc(g.Config.Credentials, func(k sources.KongCredential) bool { return k.Consumer == c.Name }):
			f.Message = label + " has no key: nobody passes as this consumer"
			f.Severity = lint.Warning
		default:
			continue
		}
		p.Report(f)
	}
}

// routeOf is what a route is called where the gateway must be told from others.
func routeOf(g *gateway.Gateway, route string) string { return "route " + route + " of " + g.Name }

// live lists the consumers that have a key, may have one, or have one that another rule
// finds fault with.
func live(g *gateway.Gateway) map[string]bool {
	out := map[string]bool{}
	for _, c := range g.Credentials {
		if c.Fate != gateway.Gone {
			out[c.Consumer] = true
		}
	}
	return out
}

// someonePasses says whether a consumer with a key may use the route.
func someonePasses(g *gateway.Gateway, r sources.KongRoute) bool {
	live := live(g)
	for _, c := range g.Config.Consumers {
		if !live[c.Name] {
			continue
		}
		if len(r.Groups) == 0 {
			return true
		}
		for _, group := range c.Groups {
			if slices.Contains(r.Groups, group) {
				return true
			}
		}
	}
	return false
}
