package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites/gateway"
	"github.com/keylint/keylint/sources"
)

var aclMissing = &lint.Rule{
	Name:     "acl-missing",
	Summary:  "a consumer with a key is in no group that a route lets pass",
	Severity: lint.Warning,
	Doc: `A route with the acl plugin refuses a consumer that is in none of the groups that it allows, or in one that it denies ("You
cannot consume this service", 403). Where each route that asks for a key refuses a consumer that has one, the key opens nothing.

Put the consumer in its group under acls, anon in anon, service_role in admin; or let the routes allow its group.`,
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
      - username: service_role # HERE
        keyauth_credentials:
          - key: {{service_role}}
    acls:
      - {consumer: anon, group: anon}
    services:
      - name: rest
        url: http://rest:3000
        routes: [{name: rest-all, paths: [/rest/v1/]}]
        plugins:
          - name: key-auth
          - {name: acl, config: {allow: [admin, anon]}}
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
	Check: checkACLMissing,
}

var (
	consumerInNoGroup    = lint.Cause{Name: "consumer-in-no-group", Advice: "Add it to its group under acls: {consumer: %s, group: …}."}
	consumerInOtherGroup = lint.Cause{Name: "consumer-in-other-group", Advice: "Let a route allow its group, or add consumer %s to one that a route allows."}
)

func checkACLMissing(p *lint.Pass) {
	for _, g := range wholeGateways(p) {
		if g.Config == nil || g.Dead || !g.Unit.Deployed() || len(g.Config.Routes) == 0 {
			continue
		}
		live := live(g)
		served := sync.OnceValue(func() bool { // of a route that nobody passes another rule tells
			return !slices.ContainsFunc(g.Config.Routes, func(r sources.KongRoute) bool { return !someonePasses(g, r) })
		})
		for _, c := range g.Config.Consumers {
			if !live[c.Name] || !g.Config.RefusesGroups(c.Name) {
				continue
			}
			f := lint.Draft{
				Place: lint.AtName(g.LineOf(c.Line), "Kong consumer "+c.Name), Instance: p.NameIn(g.Unit, g.Namespace),
				Message: fmt.Sprintf("Kong consumer %s has a key and is in no group, and every route asks for one: its key opens nothing (403)", c.Name),
				Cause:   consumerInNoGroup.With(c.Name), Then: restartOf(g),
			}
			if fix, ok := inGroup(p, g, c); ok {
				f.Reword = []lint.Reword{fix}
			}
			if len(c.Groups) > 0 {
				if g.Config.Role(c.Name) == "" || !served() {
					continue
				}
				f.Message = fmt.Sprintf("Kong consumer %s has a key, and no route lets the group %s pass: its key opens nothing (403)", c.Name, strings.Join(c.Groups, " or "))
				f.Cause = consumerInOtherGroup.With(c.Name)
			}
			p.Report(f)
		}
	}
}

// groupOf are the groups that upstream's configuration has for the two roles (supabase/supabase docker/volumes/api/kong.yml).
var groupOf = map[keys.Role]string{keys.Public: "anon", keys.Server: "admin"}

// inGroup writes a consumer that is in no group into that of its role, behind the last entry of acls; false where no route lets that group pass, or
// where the list does not stand in a file as Kong reads it.
func inGroup(p *lint.Pass, g *gateway.Gateway, c sources.KongConsumer) (fix lint.Reword, ok bool) {
	group, entry := groupOf[g.Config.Role(c.Name)], g.Config.LastACL
	if group == "" || len(c.Groups) > 0 || !g.Config.Passes(group) || !plainName.MatchString(c.Name) || len(entry) == 0 {
		return fix, false
	}
	var lines []string
	at := g.LineOf(entry[len(entry)-1].Line)
	file := p.Repo.File(at.File)
	for n, l := range entry {
		if file == nil || file.Encrypted() || g.LineOf(l.Line).File != at.File || g.LineOf(l.Line).Line != at.Line-len(entry)+1+n {
			return fix, false
		}
		lines = append(lines, file.Line(at.Line-len(entry)+1+n))
		if strings.TrimSpace(lines[n]) != strings.TrimSpace(l.Text) {
			return fix, false
		}
	}
	last := lines[len(lines)-1]
	indent, text := lines[0][:len(lines[0])-len(strings.TrimLeft(lines[0], " "))], strings.TrimSpace(last)
	if !strings.HasPrefix(lines[0][len(indent):], "- ") {
		return fix, false
	}
	added := fmt.Sprintf("%s- consumer: %s\n%s  group: %s", indent, c.Name, indent, group)
	if strings.HasPrefix(lines[0][len(indent):], "- {") {
		added = fmt.Sprintf("%s- {consumer: %s, group: %s}", indent, c.Name, group)
	}
	if strings.HasSuffix(last, "\r") {
		added = strings.ReplaceAll("\n"+added, "\n", "\r\n")
	} else {
		added = "\n" + added
	}
	at.Column = strings.Index(last, text) + 1
	at.EndColumn = at.Column + len(text)
	return lint.Reword{At: at, Was: text, To: text + added, Holder: "Kong consumer " + c.Name, Says: "put it into the group of its role, which a route lets pass"}, true
}

var plainName = regexp.MustCompile(`^[A-Za-z][\w-]*$`)
