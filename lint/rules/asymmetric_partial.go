package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/gateway"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

var asymmetricPartial = &lint.Rule{
	Name:     "asymmetric-partial",
	Summary:  "asymmetric signing or the opaque keys are enabled in one place and not in another",
	Severity: lint.Warning,
	Doc: `The opaque sb_ keys work only with all four of the publishable key, the secret key and the two gateway-internal
asymmetric JWTs. Upstream's Envoy takes no opaque key where one is missing. Its Kong lets each opaque key in that is set; with one
of the two it puts no token in its place, so that PostgREST runs as anon at best, and with both, but not the asymmetric ones, it
hands on an empty "Bearer". Given all four it needs a request-transformer that uses them ($LUA_AUTH_EXPR).
Once GOTRUE_JWT_KEYS is set, Auth signs its users' tokens with an EC key: a service that is given no JWKS refuses every
one of them (supabase/supabase#44055). Functions check tokens only with VERIFY_JWT=true.

It is an error where an app presents an opaque key that Envoy is given, and refuses for want of another.

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
	keysIncomplete      = lint.Cause{Name: "keys-incomplete", Advice: "Set %s, all from one run of upstream's add-new-auth-keys.sh, or none of them."}
	nothingTranslates   = lint.Cause{Name: "nothing-translates", Advice: "Take upstream's kong.yml, whose request-transformers set \"Authorization: $LUA_AUTH_EXPR\", or leave the four keys out."}
	verifierWithoutJWKS = lint.Cause{Name: "verifier-without-jwks", Advice: "Give each of them the JWKS that belongs to these keys, or take GOTRUE_JWT_KEYS out."}
)

func checkAsymmetricPartial(p *lint.Pass) {
	for _, g := range p.Gateways {
		switch noneToTranslate := slices.Contains(g.Partial, keys.Publishable) && slices.Contains(g.Partial, keys.Secret); {
		case g.Idle() != "" || !g.Unit.Deployed() || g.Dead || slices.ContainsFunc(g.Credentials, isLiteral):
		case g.TranslatesNothing():
			p.Report(lint.Draft{
				Place: lint.AtName(g.At, g.Server().Label()), Instance: p.NameIn(g.Unit, g.Namespace), Severity: lint.Info,
				Message: g.Server().Label() + " has the four keys that opaque keys need, and nothing in its configuration uses them: it hands an opaque key on as it is",
				Cause:   nothingTranslates,
			})
		case len(g.Partial) > 0 && !noneToTranslate:
			reportPartial(p, g)
		}
	}
	for _, i := range p.Instances {
		checkVerifiers(p, i)
	}
}

// isLiteral says whether a placeholder became the key: what is missing beside it follows from
// that.
func isLiteral(c *gateway.Credential) bool { return c.Fate == gateway.Literal }

// withoutAll says what a gateway makes of opaque keys where it lacks some of the four (supabase/supabase
// docker/volumes/api/kong-entrypoint.sh and docker/volumes/api/envoy/lds.template.yaml).
func withoutAll(g *gateway.Gateway) string {
	switch {
	case g.Product == "Envoy":
		return "Envoy then takes no opaque key at all (401)"
	case slices.Contains(g.Partial, keys.Secret):
		return "Kong then lets the publishable key in and puts no token in its place: PostgREST runs as anon at best, Realtime and Storage refuse it"
	case slices.Contains(g.Partial, keys.Publishable):
		return "Kong then lets the secret key in and puts no token in its place: PostgREST runs as anon, and not as service_role"
	}
	return "Kong then hands on an empty Bearer for an opaque key"
}

// reportPartial reports a gateway that has some of the four keys. It is the cause of what happens to an app
// whose opaque key the gateway is given, and does not take.
func reportPartial(p *lint.Pass, g *gateway.Gateway) {
	var missing, all []string
	for _, slot := range gateway.Translated {
		name := variableOf(p, g.Server(), slot)
		if all = append(all, name); slices.Contains(g.Partial, slot) {
			missing = append(missing, name)
		}
	}
	at := g.At
	if c := g.Server(); c != nil {
		first := slices.IndexFunc(c.Variables, func(v *inventory.Binding) bool {
			return v.IsSet() && slices.Contains(gateway.Translated, p.Names.Of(v.Name).Slot)
		})
		if first >= 0 {
			at = c.Variables[first].At()
		}
	}
	f := lint.Draft{
		Place: lint.AtName(at, g.Server().Label()), Instance: p.NameIn(g.Unit, g.Namespace),
		Message: fmt.Sprintf("%s lacks %s of the four keys that opaque keys need: %s", g.Server().Label(), list(missing), withoutAll(g)),
		Cause:   keysIncomplete.With(list(all)), Then: lint.Restarts(g.Server()),
	}
	if refused := refusedOpaque(p, g); len(refused) > 0 {
		f.Severity = lint.Error
		f.Message += ", that of " + lint.Holders(lint.ByPlace(refused)) + " among them"
		f.Related = p.Related(refused, at, func(s *sites.Site) string { return "refused, " + keys.Describe(s.Value.Text(), s.Slot) })
		for i := range f.Related {
			f.Related[i].Is = lint.IsBroken
		}
		p.Explain(refused...)
		p.Affect(refused...)
	}
	p.Report(f)
}

// variableOf is what the variable of a slot is called in the container, or else in upstream's stack.
func variableOf(p *lint.Pass, c *inventory.Container, slot keys.Slot) string {
	for _, v := range c.Variables {
		if p.Names.Of(v.Name).Slot == slot {
			return v.Name
		}
	}
	return upstreamVariables[slot]
}

// refusedOpaque are the sites of apps that present an opaque key which Envoy is given, and which no other
// gateway of theirs takes.
func refusedOpaque(p *lint.Pass, g *gateway.Gateway) []*sites.Site {
	var out []*sites.Site
	for _, s := range p.Sites {
		i := p.InstanceOf(s)
		if g.Product != "Envoy" || !isOpaque(s.Slot) || s.Standing != sites.Presented || s.Carrier.Backend != "" || i == nil || !i.Holds(g.Unit, g.Namespace) || p.SetAside(s) {
			continue
		}
		given := slices.ContainsFunc(g.Server().Variables, func(v *inventory.Binding) bool {
			return p.Names.Of(v.Name).Slot == s.Slot && v.Value.Same(s.Value)
		})
		taken := slices.ContainsFunc(i.Sites, func(o *sites.Site) bool { return o.Standing == sites.Accepted && o.Value.Same(s.Value) })
		if given && !taken {
			out = append(out, s)
		}
	}
	return out
}

// checksTokens says whether the service refuses a token that it cannot check. Functions do so
// where VERIFY_JWT is "true", exactly (supabase/supabase docker/volumes/functions/main/index.ts).
func checksTokens(c *inventory.Container) bool {
	if c.Carrier.Backend != "Functions" {
		return true
	}
	return isTrue(c.Env["VERIFY_JWT"])
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
		if !i.Holds(c.Unit, c.Namespace) || c.Carrier.Idle != "" {
			continue
		}
		if v := c.Env["GOTRUE_JWT_KEYS"]; c.Carrier.Backend == "GoTrue" && v.IsSet() && !emptyList(v.Value) {
			signer = v
		}
		if names := verifiers[c.Carrier.Backend]; names != nil && len(c.OpenEnv) == 0 && checksTokens(c) && !takesJWKS(c, names) {
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
		f.Related = append(f.Related, lint.Related{At: at, Holder: c.Label(), Says: fmt.Sprintf("no JWKS is given (%s)", strings.Join(verifiers[c.Carrier.Backend], " or ")), Alike: c.Label(), AtName: true})
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
