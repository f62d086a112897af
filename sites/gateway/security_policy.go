package gateway

import (
	"cmp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// collectSecurityPolicies finds the policies by which Envoy Gateway compares keys: each data key of the
// Secrets that one names is a client, and its raw bytes are the client's key
// (gateway.envoyproxy.io/docs: api/extension_types, APIKeyAuth).
func (f *Found) collectSecurityPolicies() {
	for _, u := range f.Units {
		for _, o := range u.Objects {
			auth := nodes.Field(o.Root, "spec", "apiKeyAuth")
			if o.Kind != "SecurityPolicy" || !strings.HasPrefix(o.APIVersion, "gateway.envoyproxy.io/") || auth == nil {
				continue
			}
			g := &Gateway{
				Name: inventory.Label(o), Product: "Envoy Gateway", Unit: u, Namespace: o.Namespace,
				At: o.Locate(nodes.Field(o.Root, "metadata", "name")),
			}
			seen := map[string]bool{}
			for _, ref := range nodes.Items(nodes.Field(auth, "credentialRefs")) {
				f.addClients(g, o, ref, seen)
			}
			if !readsAPIKey(auth) && !g.mayHoldKey() { // another product's
				continue
			}
			doubt := policyRefuses(o.Root)
			for _, c := range g.Credentials {
				c.Binding.Doubt = doubt
			}
			if len(g.Credentials)+len(g.Extra) > 0 {
				f.Gateways = append(f.Gateways, g)
			}
		}
	}
}

// readsAPIKey says whether keys are taken from where a client of Supabase puts them.
func readsAPIKey(auth *yaml.Node) bool {
	for _, from := range nodes.Items(nodes.Field(auth, "extractFrom")) {
		for _, where := range []string{"headers", "params"} {
			if slices.ContainsFunc(nodes.List(nodes.Field(from, where)), func(name string) bool {
				return strings.EqualFold(name, "apikey") || strings.EqualFold(name, "authorization")
			}) {
				return true
			}
		}
	}
	return false
}

// mayHoldKey says whether one of the credentials is a key of Supabase's, or cannot be seen: then it may be one.
func (g *Gateway) mayHoldKey() bool {
	return slices.ContainsFunc(g.Credentials, func(c *Credential) bool {
		return !c.Binding.Value.IsKnown() || keys.Recognize(c.Binding.Value.Text()) != ""
	})
}

// policyRefuses says why a policy is not known to let a key pass that it accepts: it takes it from elsewhere, or wants what it asks for besides, too.
func policyRefuses(root *yaml.Node) string {
	spec := nodes.Field(root, "spec")
	if !readsAPIKey(nodes.Field(spec, "apiKeyAuth")) {
		return "Envoy Gateway takes the key from elsewhere than the header apikey"
	}
	for _, field := range []string{"authorization", "basicAuth", "extAuth", "jwt", "oidc"} {
		if other := nodes.Field(spec, field); other != nil && nodes.Text(nodes.Field(other, "optional")) != "true" {
			return "Envoy Gateway is not known to let it pass: its policy asks for what " + field + " checks, too"
		}
	}
	return ""
}

// addClients adds what a Secret lets pass. Of a client that was seen before the second is passed over.
func (f *Found) addClients(g *Gateway, o *manifest.Object, ref *yaml.Node, seen map[string]bool) {
	name := nodes.Field(ref, "name")
	at, namespace := o.Locate(name), cmp.Or(nodes.Text(nodes.Field(ref, "namespace")), o.Namespace)
	secret := f.Find(g.Unit, "Secret", namespace, nodes.Text(name))
	switch {
	case namespace != o.Namespace && !f.granted(o.Namespace, namespace):
		f.addUnread(g, at, "no ReferenceGrant in sight lets "+g.Name+" read the Secret of another namespace")
		return
	case secret.Object == nil:
		f.addUnread(g, at, secret.Why)
		return
	case secret.Object.Open() != "":
		f.addUnread(g, at, secret.Object.Open())
	}
	for _, e := range f.Entries(secret.Object) {
		if seen[e.Key] {
			continue
		}
		seen[e.Key] = true
		b := &inventory.Binding{Name: e.Key, Holder: g.Name + " client " + keys.ShownVariable(e.Key), Consumer: e.Key}
		readFrom(b, secret, e, at, "credentialRefs of "+g.Name)
		b.Slot, b.Role = settle((&sources.KongConfig{}).Role(e.Key), f.Names.Of(e.Key), b.Value)
		switch {
		case b.Slot != "":
			g.Credentials = append(g.Credentials, &Credential{Consumer: e.Key, At: at, holder: b.Holder, Binding: b})
		case b.Value.IsKnown():
			g.Extra = append(g.Extra, Extra{b.Value, b.Written(), g.Server()})
		}
	}
}

// granted says whether a ReferenceGrant lets the policies of one namespace read the Secrets of another.
func (f *Found) granted(from, to string) bool {
	for _, u := range f.Units {
		for _, o := range u.Objects {
			if o.Kind != "ReferenceGrant" || o.Namespace != to {
				continue
			}
			for _, allowed := range nodes.Items(nodes.Field(o.Root, "spec", "from")) {
				if nodes.Text(nodes.Field(allowed, "kind")) == "SecurityPolicy" && nodes.Text(nodes.Field(allowed, "namespace")) == from {
					return true
				}
			}
		}
	}
	return false
}
