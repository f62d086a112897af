package rules

import (
	"fmt"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/gateway"
)

var duplicateCredential = &lint.Rule{
	Name:     "duplicate-credential",
	Summary:  "two credentials of a gateway hold the same key",
	Severity: lint.Error,
	After:    []*lint.Rule{sameKeyBothRoles},
	Doc: `A key belongs to one consumer. Kong 3.4 and later refuse a declarative configuration in which a key stands twice
("uniqueness violation", Kong/kong#11199) and do not start. Earlier ones keep the last without a word: where anon and
service_role hold the same key, the public key is then the service_role consumer's.

Give each credential a key of its own, and take the copy out.`,
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
          - key: {{anon}} # HERE
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
          image: kong:3.9.1
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
          - key: {{publishable}}
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
          image: kong:3.9.1
          env:
            - {name: KONG_DATABASE, value: "off"}
            - {name: KONG_DECLARATIVE_CONFIG, value: /template/kong.yml}
          volumeMounts:
            - {name: template, mountPath: /template}
`,
	Check: checkDuplicateCredential,
}

var keyStandsTwice = lint.Cause{Name: "key-stands-twice", Advice: "Give each credential a key of its own, or take the second out."}

func checkDuplicateCredential(p *lint.Pass) {
	for _, g := range wholeGateways(p) {
		seen := map[[32]byte]*sites.Site{}
		for _, c := range g.Credentials {
			s := p.OfCredential(c)
			if s == nil || !s.Value.IsKnown() || isYetToCome(s.Value.Text()) || p.SetAside(s) {
				continue
			}
			sum := s.Value.Text().Sum()
			first := seen[sum]
			if first == nil {
				seen[sum] = s
				continue
			}
			at, firstAt := s.Written, first.Written
			if at == firstAt { // two references to one value: one of them is wrong
				at, firstAt = s.At, first.At
			}
			f := lint.Draft{
				Place: lint.AtValue(at, ""), Instance: p.NameOf(s), Trace: s.Trace,
				Message: fmt.Sprintf("%s holds the same key as %s: %s", s.Holder, other(first, s), onDuplicate(g, first, s)),
				Related: []lint.Related{{At: firstAt, Holder: first.Holder, Says: "holds it first"}},
				Cause:   keyStandsTwice, Then: p.Afterwards([]*sites.Site{s}),
			}
			if v := g.Version(); first.Holder == s.Holder && v != nil && !v.AtLeast(3, 4) {
				f.Severity = lint.Warning // until the image is updated
			}
			p.Report(f)
			p.Blame(s)
		}
	}
}

// other names the site beside one of the same holder.
func other(s *sites.Site, than *sites.Site) string {
	if s.Holder == than.Holder {
		return "another credential of it"
	}
	return s.Holder
}

// onDuplicate says what the gateway makes of a key that stands twice.
func onDuplicate(g *gateway.Gateway, first, second *sites.Site) string {
	const refuses = "Kong refuses the configuration (\"uniqueness violation\") and does not start"
	drops := "Kong drops one of them without a word"
	if first.Holder != second.Holder {
		drops = "Kong keeps the last without a word, so the key is " + second.Consumer + "'s"
	}
	switch version := g.Version(); {
	case version == nil:
		return "from 3.4 on " + refuses + ", and before that " + drops
	case version.AtLeast(3, 4):
		return refuses
	}
	return drops
}
