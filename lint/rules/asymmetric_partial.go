package rules

import (
	"fmt"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites/gateway"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

var asymmetricPartial = &lint.Rule{
	Name:     "asymmetric-partial",
	Summary:  "asymmetric signing or the opaque keys are enabled in one place and not in another",
	Severity: lint.Warning,
	Doc: `The opaque sb_ keys work only with all four of the publishable key, the secret key and the two gateway-internal
asymmetric JWTs: upstream's Envoy turns translation off where one is missing, and its Kong hands on an empty "Bearer".
Once GOTRUE_JWT_KEYS is set, Auth signs its users' tokens with an EC key: a service that is given no JWKS refuses every
one of them (supabase/supabase#44055).

Set all of them, from one run of add-new-auth-keys.sh, or none.`,
	Bad: `
-- k8s/stack.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: auth, namespace: supabase}
spec:
  template:
    spec:
      containers:
        - name: auth
          image: supabase/gotrue:v2.186.0
          env:
            - {name: GOTRUE_JWT_SECRET, value: {{jwt_secret}}}
            - name: GOTRUE_JWT_KEYS # HERE
              valueFrom: {secretKeyRef: {name: supabase-keys, key: jwt-keys}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: rest, namespace: supabase}
spec:
  template:
    spec:
      containers:
        - name: rest
          image: postgrest/postgrest:v14.1
          env:
            - {name: PGRST_JWT_SECRET, value: {{jwt_secret}}}
`,
	Good: `
-- k8s/stack.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: auth, namespace: supabase}
spec:
  template:
    spec:
      containers:
        - name: auth
          image: supabase/gotrue:v2.186.0
          env:
            - {name: GOTRUE_JWT_SECRET, value: {{jwt_secret}}}
            - name: GOTRUE_JWT_KEYS
              valueFrom: {secretKeyRef: {name: supabase-keys, key: jwt-keys}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: rest, namespace: supabase}
spec:
  template:
    spec:
      containers:
        - name: rest
          image: postgrest/postgrest:v14.1
          env:
            - name: PGRST_JWT_SECRET
              valueFrom: {secretKeyRef: {name: supabase-keys, key: jwks}}
`,
	Check: checkAsymmetricPartial,
}

var (
	keysIncomplete      = lint.Cause{Name: "keys-incomplete", Advice: "Set all four, from one run of upstream's add-new-auth-keys.sh, or none."}
	verifierWithoutJWKS = lint.Cause{Name: "verifier-without-jwks", Advice: "Give each of them the JWKS that belongs to these keys, or take GOTRUE_JWT_KEYS out."}
)

func checkAsymmetricPartial(p *lint.Pass) {
	for _, g := range p.Gateways {
		if g.Unit.Deployed() && len(g.Partial) > 0 && len(g.Partial) < len(gateway.Translated) {
			reportPartial(p, g)
		}
	}
	for _, i := range p.Instances {
		checkVerifiers(p, i)
	}
}

// reportPartial reports a gateway that has some of the four keys.
func reportPartial(p *lint.Pass, g *gateway.Gateway) {
	missing := make([]string, 0, len(g.Partial))
	for _, slot := range g.Partial {
		missing = append(missing, string(slot))
	}
	then := "Kong then hands on an empty Bearer for an opaque key"
	if g.Product == "Envoy" {
		then = "Envoy then takes no opaque key at all (401)"
	}
	at := g.At
	if c := g.Server(); c != nil {
		for _, v := range c.Variables { // the first that is set
			for _, slot := range gateway.Translated {
				if p.Names.Of(v.Name).Slot == slot && at == g.At && v.IsSet() {
					at = v.At()
				}
			}
		}
	}
	p.Report(lint.Draft{
		Place: lint.AtName(at, g.Server().Label()), Instance: p.NameIn(g.Unit, g.Namespace),
		Message: fmt.Sprintf("%s has some of the four keys that opaque keys need, and not %s: %s", g.Server().Label(), strings.Join(missing, ", "), then),
		Cause:   keysIncomplete,
	})
}

// verifiers are the services that check tokens, with the variables that take a JWKS.
var verifiers = map[string][]string{
	"PostgREST": {"PGRST_JWT_SECRET"}, "Realtime": {"API_JWT_JWKS"}, "Storage": {"JWT_JWKS"}, "Functions": {"SUPABASE_JWKS", "JWT_JWKS"},
}

// checkVerifiers reports an instance whose Auth signs with a key that one of the other
// services does not know.
func checkVerifiers(p *lint.Pass, i *lint.Instance) {
	var signer *inventory.Binding
	var lacking []*inventory.Container
	for _, c := range p.Containers {
		if !i.Holds(c.Unit, c.Namespace) {
			continue
		}
		if v := c.Env["GOTRUE_JWT_KEYS"]; c.Carrier.Backend == "GoTrue" && v.IsSet() && !emptyList(v.Value) {
			signer = v
		}
		if names := verifiers[c.Carrier.Backend]; names != nil && len(c.OpenEnv) == 0 && !takesJWKS(c, names) {
			lacking = append(lacking, c)
		}
	}
	if signer == nil || len(lacking) == 0 {
		return
	}
	var names []string
	f := lint.Draft{Place: lint.AtName(signer.At(), "GOTRUE_JWT_KEYS"), Instance: i.Name, Trace: signer.Trace(),
		Cause: verifierWithoutJWKS}
	for _, c := range lacking {
		names = append(names, c.Carrier.Backend)
		at := sources.Position{File: c.Carrier.File}
		if v := c.Env["PGRST_JWT_SECRET"]; v != nil {
			at = v.At()
		}
		f.Related = append(f.Related, lint.Related{At: at, Message: fmt.Sprintf("%s is given no JWKS (%s)", c.Label(), strings.Join(verifiers[c.Carrier.Backend], " or ")), Alike: c.Label(), AtName: true})
	}
	f.Message = fmt.Sprintf("Auth signs tokens with the keys in GOTRUE_JWT_KEYS, and %s cannot check them: every user's session is refused there", strings.Join(names, ", "))
	p.Report(f)
}

// takesJWKS says whether the service is given a JWKS, as far as that can be told.
func takesJWKS(c *inventory.Container, names []string) bool {
	for _, name := range names {
		v := c.Env[name]
		switch {
		case !v.IsSet():
		case !v.Value.IsKnown():
			return true
		case keys.Recognize(v.Value.Text()) == keys.JWKS:
			return true
		}
	}
	return false
}

// emptyList says whether the value is the "[]" that upstream's compose file sets.
func emptyList(v keys.Value) bool {
	return v.IsKnown() && v.Text().Len() <= 2
}
