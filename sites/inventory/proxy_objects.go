package inventory

import (
	"cmp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// proxyObject makes carriers of the keys that an object has a proxy send on: a Middleware of Traefik, the snippets of an
// Ingress for ingress-nginx, the filters of an HTTPRoute.
func (inv *Inventory) proxyObject(u *render.Unit, o *manifest.Object) []*Carrier {
	group, _, _ := strings.Cut(o.APIVersion, "/")
	switch {
	case o.Kind == "Middleware" && strings.HasPrefix(group, "traefik."):
		c := &Carrier{Kind: InGateway, Name: Label(o), File: o.File, Unit: u, Namespace: o.Namespace}
		for _, h := range sources.RequestHeaders(nodes.Field(o.Root, "spec")) {
			c.Bindings = append(c.Bindings, &Binding{Holder: c.Name + " " + h.Name, Scheme: h.Scheme, Value: keys.Known(h.Text), Where: Stands(o.Locate(h.Value))})
		}
		return withKeys(c)
	case o.Kind == "Ingress":
		return withKeys(inv.snippets(u, o))
	case o.Kind == "HTTPRoute" && group == "gateway.networking.k8s.io":
		var out []*Carrier
		for _, rule := range nodes.Items(nodes.Field(o.Root, "spec", "rules")) {
			out = append(out, withKeys(setHeaders(u, o, rule))...)
		}
		return out
	}
	return nil
}

func withKeys(c *Carrier) []*Carrier {
	if len(c.Bindings) == 0 {
		return nil
	}
	return []*Carrier{c}
}

// ingressNginx begins the annotations of ingress-nginx. Those whose names have one of the guardWords let only some pass
// (kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations).
const ingressNginx = "nginx.ingress.kubernetes.io/"

var guardWords = []string{"auth", "whitelist", "allowlist", "denylist", "modsecurity"}

// snippets is the carrier of the keys in an Ingress' snippets, which go to the Services that it leads to.
func (inv *Inventory) snippets(u *render.Unit, o *manifest.Object) *Carrier {
	c := &Carrier{Kind: InGateway, Name: Label(o), File: o.File, Unit: u, Namespace: o.Namespace}
	var hosts []string
	for _, rule := range nodes.Items(nodes.Field(o.Root, "spec", "rules")) {
		hosts = append(hosts, nodes.Text(nodes.Field(rule, "host")))
		for _, p := range nodes.Items(nodes.Field(rule, "http", "paths")) {
			c.leadTo(cmp.Or(nodes.Text(nodes.Field(p, "backend", "service", "name")), nodes.Text(nodes.Field(p, "backend", "serviceName"))), o.Namespace, o.Locate(p))
		}
	}
	nodes.Pairs(nodes.Field(o.Root, "metadata", "annotations"), func(name, _ *yaml.Node) {
		if short, ok := strings.CutPrefix(name.Value, ingressNginx); ok && slices.ContainsFunc(guardWords, func(w string) bool { return strings.Contains(short, w) }) {
			hosts = nil
		}
	})
	nodes.Pairs(nodes.Field(o.Root, "metadata", "annotations"), func(name, value *yaml.Node) {
		if !strings.HasPrefix(name.Value, ingressNginx) || !strings.HasSuffix(name.Value, "-snippet") {
			return
		}
		for _, h := range sources.ParseProxy(inv.Readable(keys.Known(keys.NewText(nodes.Text(value))))) {
			at := o.Inside(value, h.Line, h.Column, h.EndColumn)
			if b := inv.sentOn(c.Name+" "+h.Directive, h.Key, h.Variable, at, nil); b != nil {
				if b.Scheme = h.Scheme; !h.Guarded {
					b.Asks = hosts
				}
				c.Bindings = append(c.Bindings, b)
			}
		}
	})
	return c
}

// setHeaders is the carrier of the keys that the filters of a rule set (gateway-api.sigs.k8s.io: HTTPHeaderFilter).
func setHeaders(u *render.Unit, o *manifest.Object, rule *yaml.Node) *Carrier {
	c := &Carrier{Kind: InGateway, Name: Label(o), File: o.File, Unit: u, Namespace: o.Namespace}
	for _, b := range nodes.Items(nodes.Field(rule, "backendRefs")) {
		c.leadTo(nodes.Text(nodes.Field(b, "name")), cmp.Or(nodes.Text(nodes.Field(b, "namespace")), o.Namespace), o.Locate(nodes.Field(b, "name")))
	}
	filters := nodes.Items(nodes.Field(rule, "filters"))
	guarded := slices.ContainsFunc(filters, func(f *yaml.Node) bool { return nodes.Field(f, "extensionRef") != nil }) ||
		slices.ContainsFunc(u.Objects, func(p *manifest.Object) bool { // such as a SecurityPolicy
			return p.Namespace == o.Namespace && strings.HasSuffix(p.Kind, "Policy") && p.Kind != "NetworkPolicy"
		})
	for _, filter := range filters {
		for _, how := range []string{"set", "add"} {
			for _, header := range nodes.Items(nodes.Field(filter, "requestHeaderModifier", how)) {
				name, value := nodes.Text(nodes.Field(header, "name")), nodes.Field(header, "value")
				if key, ok := keys.InHeader(name, nodes.Text(value)); ok {
					b := &Binding{Holder: c.Name + " " + name, Scheme: key.Scheme, Value: keys.Known(key.Text), Where: Stands(o.Locate(value))}
					if !guarded {
						b.Asks = nodes.List(nodes.Field(o.Root, "spec", "hostnames"))
					}
					c.Bindings = append(c.Bindings, b)
				}
			}
		}
	}
	return c
}

// leadTo remembers the Service that a proxy sends to, as what it bears is meant for.
func (c *Carrier) leadTo(service, namespace string, at sources.Position) {
	host := service
	if namespace != "" {
		host += "." + namespace + ".svc"
	}
	if service != "" && !slices.ContainsFunc(c.URLs, func(u URL) bool { return u.Host == host }) {
		c.URLs = append(c.URLs, URL{Base: "http://" + host, Host: host, At: func() sources.Position { return at }})
	}
}
