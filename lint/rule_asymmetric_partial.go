package lint

import (
	"fmt"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

var asymmetricPartial = &Rule{
	Name:     "asymmetric-partial",
	Summary:  "asymmetric signing or the opaque keys are enabled in one place and not in another",
	Severity: Warning,
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

func checkAsymmetricPartial(p *Pass) {
	for _, g := range p.gateways {
		if g.unit.Deployed() && len(g.partial) > 0 && len(g.partial) < len(translated) {
			reportPartial(p, g)
		}
	}
	for _, i := range p.instances {
		checkVerifiers(p, i)
	}
}

// reportPartial reports a gateway that has some of the four keys.
func reportPartial(p *Pass, g *gateway) {
	missing := make([]string, 0, len(g.partial))
	for _, slot := range g.partial {
		missing = append(missing, string(slot))
	}
	then := "Kong then hands on an empty Bearer for an opaque key"
	if g.product == "Envoy" {
		then = "Envoy then takes no opaque key at all (401)"
	}
	at := g.at
	if c := g.server(); c != nil {
		for _, v := range c.variables { // the first that is set
			for _, slot := range translated {
				if p.names.Of(v.name).Slot == slot && at == g.at && v.isSet() {
					at = v.at()
				}
			}
		}
	}
	p.report(Finding{
		At: at, atName: true, Bearer: g.server().label(), Instance: p.instanceIn(g.unit, g.namespace),
		Message: fmt.Sprintf("%s has some of the four keys that opaque keys need, and not %s: %s", g.server().label(), strings.Join(missing, ", "), then),
		Help:    "Set all four, from one run of upstream's add-new-auth-keys.sh, or none.",
	})
}

// verifiers are the services that check tokens, with the variables that take a JWKS.
var verifiers = map[string][]string{
	"PostgREST": {"PGRST_JWT_SECRET"}, "Realtime": {"API_JWT_JWKS"}, "Storage": {"JWT_JWKS"}, "Functions": {"SUPABASE_JWKS", "JWT_JWKS"},
}

// checkVerifiers reports an instance whose Auth signs with a key that one of the other
// services does not know.
func checkVerifiers(p *Pass, i *instance) {
	var signer *binding
	var lacking []*container
	for _, c := range p.containers {
		if !i.holds(c.unit, c.namespace) {
			continue
		}
		if v := c.env["GOTRUE_JWT_KEYS"]; c.carrier.backend == "GoTrue" && v.isSet() && !emptyList(v.value) {
			signer = v
		}
		if names := verifiers[c.carrier.backend]; names != nil && len(c.openEnv) == 0 && !takesJWKS(c, names) {
			lacking = append(lacking, c)
		}
	}
	if signer == nil || len(lacking) == 0 {
		return
	}
	var names []string
	f := Finding{At: signer.at(), atName: true, Bearer: "GOTRUE_JWT_KEYS", Instance: i.name, Trace: signer.trace(),
		Help: "Give each of them the JWKS that belongs to these keys, or take GOTRUE_JWT_KEYS out."}
	for _, c := range lacking {
		names = append(names, c.carrier.backend)
		at := sources.Position{File: c.carrier.file}
		if v := c.env["PGRST_JWT_SECRET"]; v != nil {
			at = v.at()
		}
		f.Related = append(f.Related, Related{At: at, Message: fmt.Sprintf("%s is given no JWKS (%s)", c.label(), strings.Join(verifiers[c.carrier.backend], " or ")), Alike: c.label(), atName: true})
	}
	f.Message = fmt.Sprintf("Auth signs tokens with the keys in GOTRUE_JWT_KEYS, and %s cannot check them: every user's session is refused there", strings.Join(names, ", "))
	p.report(f)
}

// takesJWKS says whether the service is given a JWKS, as far as that can be told.
func takesJWKS(c *container, names []string) bool {
	for _, name := range names {
		v := c.env[name]
		switch {
		case !v.isSet():
		case !v.value.IsKnown():
			return true
		case keys.Recognize(v.value.Text()) == keys.JWKS:
			return true
		}
	}
	return false
}

// emptyList says whether the value is the "[]" that upstream's compose file sets.
func emptyList(v keys.Value) bool {
	return v.IsKnown() && v.Text().Len() <= 2
}
