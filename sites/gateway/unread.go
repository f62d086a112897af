package gateway

import (
	"net/url"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// addUnread adds what a gateway takes for the public and for the server key where its list is not
// known: what the stack stores does not stand in for it. A gateway of which nothing says that it guards
// Supabase is left alone.
func (f *Found) addUnread(g *Gateway, at sources.Position, why string) {
	if !f.runsSupabase(g.Unit, g.Namespace) {
		return
	}
	for _, slot := range []keys.Slot{keys.Anon, keys.ServiceRole} {
		b := &inventory.Binding{Holder: g.Product, Slot: slot, Role: slot.Role(), Value: keys.Unknown(why), Where: inventory.Stands(at)}
		g.Credentials = append(g.Credentials, &Credential{At: at, holder: g.Product + "'s " + string(slot) + " key", Binding: b})
	}
}

// runsSupabase says whether one of Supabase's services runs in the namespace.
func (f *Found) runsSupabase(u *render.Unit, namespace string) bool {
	for _, c := range f.Containers {
		if c.Carrier.Backend != "" && c.Namespace == namespace && (c.Unit == u || c.Unit.Together(u)) {
			return true
		}
	}
	return false
}

// collectUnread finds the gateways that keylint does not read and that check keys before Supabase's
// services: APISIX, Tyk, KrakenD, and nginx or HAProxy with a check of its own.
func (f *Found) collectUnread() {
	for _, u := range f.Units {
		for _, o := range u.Objects {
			switch group, _, _ := strings.Cut(o.APIVersion, "/"); {
			case group == "apisix.apache.org" && o.Kind == "ApisixRoute":
				f.addRoute(u, o)
			case group == "tyk.tyk.io" && o.Kind == "ApiDefinition":
				f.addDefinition(u, o)
			}
		}
	}
	for _, p := range f.Pods {
		for _, c := range p.Containers {
			switch {
			case inventory.IsNginx(c.Image):
				f.addProxy("nginx", p, c, sources.ChecksAPIKey)
			case inventory.IsHAProxy(c.Image):
				f.addProxy("HAProxy", p, c, sources.ChecksAPIKey)
			}
			for _, g := range sources.GatewayFiles {
				if g.Runs(c.Image) {
					f.addProxy(g.Product, p, c, g.Checks)
				}
			}
		}
	}
}

func (f *Found) notRead(product, name string, u *render.Unit, namespace string, at sources.Position) {
	g := &Gateway{Name: name, Product: product, Unit: u, Namespace: namespace, At: at}
	f.addUnread(g, at, product+" checks keys before Supabase ("+name+"), and keylint does not read which it accepts")
	if len(g.Credentials) > 0 {
		f.Gateways = append(f.Gateways, g)
	}
}

// addRoute looks at a route of APISIX, whose rules check keys by a field of their own or by a plugin.
func (f *Found) addRoute(u *render.Unit, o *manifest.Object) {
	for _, rule := range nodes.Items(nodes.Field(o.Root, "spec", "http")) {
		if checks(rule) && f.leadsToSupabase(u, o.Namespace, rule) {
			f.notRead("APISIX", inventory.Label(o), u, o.Namespace, o.Locate(nodes.Field(rule, "name")))
			return
		}
	}
}

func checks(rule *yaml.Node) bool {
	auth := nodes.Field(rule, "authentication")
	if nodes.Text(nodes.Field(auth, "enable")) == "true" && nodes.Text(nodes.Field(auth, "type")) == "keyAuth" {
		return true
	}
	for _, plugin := range nodes.Items(nodes.Field(rule, "plugins")) {
		if nodes.Text(nodes.Field(plugin, "name")) == "key-auth" && nodes.Text(nodes.Field(plugin, "enable")) == "true" {
			return true
		}
	}
	return false
}

func (f *Found) leadsToSupabase(u *render.Unit, namespace string, rule *yaml.Node) bool {
	for _, backend := range nodes.Items(nodes.Field(rule, "backends")) {
		if f.servesSupabase(u, namespace, nodes.Text(nodes.Field(backend, "serviceName"))) {
			return true
		}
	}
	return false
}

// addDefinition looks at an API of Tyk.
func (f *Found) addDefinition(u *render.Unit, o *manifest.Object) {
	spec := nodes.Field(o.Root, "spec")
	target := nodes.Field(spec, "proxy", "target_url")
	to, err := url.Parse(nodes.Text(target))
	if err != nil || nodes.Text(nodes.Field(spec, "use_keyless")) == "true" {
		return
	}
	service, rest, _ := strings.Cut(to.Hostname(), ".")
	namespace, _, _ := strings.Cut(rest, ".")
	if namespace == "" {
		namespace = o.Namespace
	}
	if f.servesSupabase(u, namespace, service) {
		f.notRead("Tyk", inventory.Label(o), u, namespace, o.Locate(target))
	}
}

// addProxy looks at the files that a proxy is shown for a check of keys.
func (f *Found) addProxy(product string, p *inventory.Pod, c *inventory.Container, check func([]byte, sources.Includes) sources.KeyCheck) {
	for _, config := range f.ProxyConfigs(p, c) {
		found := check(config.Text, config.Includes)
		if found.Line == 0 {
			continue
		}
		for _, host := range found.Hosts {
			service, rest, _ := strings.Cut(host, ".")
			namespace, _, _ := strings.Cut(rest, ".")
			if namespace == "" {
				namespace = p.Namespace
			}
			if f.servesSupabase(p.Unit, namespace, service) {
				label, at := config.At(found.File, found.Line)
				f.notRead(product, label, p.Unit, namespace, at)
				return
			}
		}
	}
}

// servesSupabase says whether a name is that of a service of Supabase, as it is reached in the unit.
func (f *Found) servesSupabase(u *render.Unit, namespace, name string) bool {
	for _, c := range f.Containers {
		if c.Carrier.Backend == "" || c.Namespace != namespace || c.Unit != u && !c.Unit.Together(u) {
			continue
		}
		if c.Object == nil && c.Name == name {
			return true
		}
		for _, o := range c.Unit.Objects {
			if o.Kind == "Service" && o.Namespace == namespace && o.Name == name && inventory.Selects(o, c.Labels) {
				return true
			}
		}
	}
	return false
}
