package inventory

import (
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources/nodes"
)

// tokenPolicies are the objects by which a proxy verifies tokens: where the rules stand, and in each of them the issuer
// and the address of the key set (istio.io/docs: reference/config/security/request_authentication;
// gateway.envoyproxy.io/docs: api/extension_types, JWTProvider).
var tokenPolicies = []struct {
	kind, group        string
	rules, issuer, set []string
}{
	{"RequestAuthentication", "security.istio.io/", []string{"spec", "jwtRules"}, []string{"issuer"}, []string{"jwksUri"}},
	{"SecurityPolicy", "gateway.envoyproxy.io/", []string{"spec", "jwt", "providers"}, []string{"issuer"}, []string{"remoteJWKS", "uri"}},
}

// TokenPolicies are what such objects verify with. The Supabase URLs beside that are those of the pods that one selects.
func (inv *Inventory) TokenPolicies() []*Carrier {
	var out []*Carrier
	for _, u := range inv.Units {
		for _, o := range u.Objects {
			for _, p := range tokenPolicies {
				if o.Kind != p.kind || !strings.HasPrefix(o.APIVersion, p.group) {
					continue
				}
				c := &Carrier{Kind: InGateway, Name: Label(o), File: o.File, Unit: u, Namespace: o.Namespace, URLs: inv.urlsBehind(o)}
				for _, rule := range nodes.Items(nodes.Field(o.Root, p.rules...)) {
					for _, at := range [][]string{p.issuer, p.set} {
						if n, name := nodes.Field(rule, at...), at[len(at)-1]; n != nil {
							c.Bindings = append(c.Bindings, &Binding{Name: name, Holder: c.Name + " " + name, Value: keys.Known(keys.NewText(nodes.Text(n))), Where: Stands(o.Locate(n))})
						}
					}
				}
				out = append(out, c)
			}
		}
	}
	return out
}

// urlsBehind are the Supabase URLs of the pods that a policy selects.
func (inv *Inventory) urlsBehind(policy *manifest.Object) []URL {
	var out []URL
	selector := nodes.Texts(nodes.Field(policy.Root, "spec", "selector", "matchLabels"))
	for _, c := range inv.Containers {
		if c.Namespace == policy.Namespace && len(selector) > 0 && selects(selector, c.Labels) {
			out = append(out, c.Carrier.URLs...)
		}
	}
	return out
}
