package inventory

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// Route leads a host to the containers that answer there. Where a name may be that of several, it has them all.
type Route struct {
	Host string
	To   []*Container
}

// Routes are what is led where: by Ingresses and the routes of the Gateway API and of Traefik, by labels, and by
// the configurations of nginx, Caddy, cloudflared and Traefik.
func (inv *Inventory) Routes() []Route {
	r := &routing{inv: inv, read: map[string]bool{}}
	for _, u := range inv.Units {
		for _, o := range u.Objects {
			if u.Deployed() {
				r.object(u, o)
			}
		}
	}
	for _, p := range inv.Pods {
		for _, c := range p.Containers {
			if c.Object == nil && c.Carrier.Idle == "" {
				r.service(p, c)
			}
		}
	}
	for _, f := range inv.Repo.Files() {
		if !f.LeadsHosts() || f.Example || r.read[f.Path] || inv.Inputs[f.Path] || !f.IsProxy() && !f.IsManifest() {
			continue
		}
		if b, err := f.Plain(); err == nil {
			for _, route := range sources.ParseRoutes(b) {
				r.add(route.Host, inv.anywhere(route.Upstream.Hostname()))
			}
		}
	}
	return r.routes
}

// routing gathers routes.
type routing struct {
	inv    *Inventory
	read   map[string]bool // files that a proxy of the repository is shown
	routes []Route
}

func (r *routing) add(host string, to []*Container) {
	if host != "" && len(to) > 0 && !strings.ContainsAny(host, "${}*") {
		r.routes = append(r.routes, Route{strings.ToLower(host), to})
	}
}

// object reads an object of Kubernetes: a route, or a ConfigMap with the configuration of a proxy.
func (r *routing) object(u *render.Unit, o *manifest.Object) {
	to := func(host, name, namespace string) { r.add(host, r.inv.serviceOf(u, namespace, name)) }
	backends := func(hosts []string, list *yaml.Node) {
		var all []*Container
		led := map[*Container]bool{}
		for _, b := range nodes.Items(list) {
			for _, c := range r.inv.serviceOf(u, cmp.Or(nodes.Text(nodes.Field(b, "namespace")), o.Namespace), nodes.Text(nodes.Field(b, "name"))) {
				if !led[c] {
					led[c], all = true, append(all, c)
				}
			}
		}
		for _, host := range hosts {
			r.add(host, all)
		}
	}
	spec := nodes.Field(o.Root, "spec")
	switch o.Kind {
	case "Ingress":
		for _, rule := range nodes.Items(nodes.Field(spec, "rules")) {
			host := nodes.Text(nodes.Field(rule, "host"))
			to(host, nodes.Text(nodes.Field(spec, "defaultBackend", "service", "name")), o.Namespace)
			for _, p := range nodes.Items(nodes.Field(rule, "http", "paths")) {
				to(host, cmp.Or(nodes.Text(nodes.Field(p, "backend", "service", "name")), nodes.Text(nodes.Field(p, "backend", "serviceName"))), o.Namespace)
			}
		}
	case "HTTPRoute":
		for _, rule := range nodes.Items(nodes.Field(spec, "rules")) {
			backends(nodes.List(nodes.Field(spec, "hostnames")), nodes.Field(rule, "backendRefs"))
		}
	case "IngressRoute":
		for _, route := range nodes.Items(nodes.Field(spec, "routes")) {
			backends(sources.RuleHosts(nodes.Text(nodes.Field(route, "match"))), nodes.Field(route, "services"))
		}
	case "ConfigMap":
		for _, e := range r.inv.Entries(o) {
			for _, route := range sources.ParseRoutes(r.inv.Readable(e.Value)) {
				to(r.inv.restored(route.Host), route.Upstream.Hostname(), o.Namespace)
			}
		}
	}
}

// service reads a service of compose: what its labels and nginx-proxy's variable lead to it, and where it leads
// by the files that it is shown, if it is a proxy.
func (r *routing) service(p *Pod, c *Container) {
	for _, route := range c.routes {
		switch {
		case route.Upstream != nil:
			r.add(route.Host, r.inv.named(c, route.Upstream.Hostname()))
		case route.Service != "":
			r.add(route.Host, r.inv.making(route.Service))
		default:
			r.add(route.Host, []*Container{c})
		}
	}
	if v := c.Env["VIRTUAL_HOST"]; v != nil && v.Value.IsKnown() { // github.com/nginx-proxy/nginx-proxy
		for _, host := range strings.Split(v.Value.Text().Reveal(), ",") {
			r.add(strings.TrimSpace(host), []*Container{c})
		}
	}
	if !isProxyImage(c.Image) {
		return
	}
	for _, f := range r.inv.ShownTo(p, c) {
		r.read[f.Source] = true
		for _, route := range sources.ParseRoutes(r.inv.Readable(f.Value)) {
			r.add(c.filled(r.inv.restored(route.Host)), r.inv.named(c, route.Upstream.Hostname()))
		}
	}
}

// proxyVariable matches a variable of a proxy's environment: Caddy's {$NAME}, and ${NAME} of a template of
// nginx' image.
var proxyVariable = regexp.MustCompile(`\{\$(\w+)(?::[^}]*)?\}|\$\{(\w+)\}`)

// filled is a host with the variables of the container that are known.
func (c *Container) filled(host string) string {
	return proxyVariable.ReplaceAllStringFunc(host, func(whole string) string {
		m := proxyVariable.FindStringSubmatch(whole)
		for name, v := range c.Env {
			if strings.EqualFold(name, m[1]+m[2]) && v.Value.IsKnown() { // the host is in small letters
				return v.Value.Text().Reveal()
			}
		}
		return whole
	})
}

// named are the services of compose that one of them finds under a name.
func (inv *Inventory) named(c *Container, name string) []*Container {
	return inv.containers(func(other *Container) bool { return other.Object == nil && c.reaches(other, name) })
}

// making are the services of compose that are a service of Traefik's.
func (inv *Inventory) making(service string) []*Container {
	return inv.containers(func(c *Container) bool { return slices.Contains(c.makes, service) })
}

// anywhere are the containers that a name is that of, where nothing says from where it is asked.
func (inv *Inventory) anywhere(name string) []*Container {
	service, namespace := splitService(name)
	out := inv.containers(func(c *Container) bool {
		return c.Object == nil && namespace == "" && slices.ContainsFunc(c.networks, func(n sources.ComposeNetwork) bool {
			return name == c.Name || name == c.called || slices.Contains(n.Aliases, name)
		})
	})
	return append(out, running(inv.behind(service), func(c *Container) bool { return namespace == "" || c.Namespace == namespace })...)
}

// serviceOf are the pods behind a Service, as it is called from a namespace of the unit: those of the unit, or else
// of its cluster, or else of a unit of which it is not known that it reaches another, if that is one only.
func (inv *Inventory) serviceOf(u *render.Unit, from, name string) []*Container {
	service, namespace := splitService(name)
	namespace = cmp.Or(namespace, from)
	all := running(inv.behind(service), func(c *Container) bool { return c.Namespace == namespace || c.Namespace == "" || namespace == "" })
	for _, near := range []func(*render.Unit) bool{
		func(v *render.Unit) bool { return v == u },
		u.Together,
	} {
		if found := slices.DeleteFunc(slices.Clone(all), func(c *Container) bool { return !near(c.Unit) }); len(found) > 0 {
			return found
		}
	}
	found := slices.DeleteFunc(all, func(c *Container) bool { return u.Apart(c.Unit) })
	if slices.ContainsFunc(found, func(c *Container) bool { return c.Unit != found[0].Unit }) {
		return nil
	}
	return found
}

// splitService parts the name of a Service from its namespace: "kong.supabase.svc.cluster.local".
func splitService(name string) (service, namespace string) {
	service, rest, _ := strings.Cut(name, ".")
	namespace, _, _ = strings.Cut(rest, ".")
	return service, namespace
}

// behind are the containers to which the Services of a name lead, each in its own namespace of its unit. Thousands of routes ask for them.
func (inv *Inventory) behind(service string) []*Container {
	if inv.services != nil {
		return inv.services[service]
	}
	inv.services = map[string][]*Container{}
	type space struct {
		unit      *render.Unit
		namespace string
	}
	type selecting struct {
		name     string
		selector map[string]string
	}
	in := map[space][]selecting{}
	for _, u := range inv.Units {
		for _, o := range u.Objects {
			if s := selectorOf(o); o.Kind == "Service" && len(s) > 0 {
				in[space{u, o.Namespace}] = append(in[space{u, o.Namespace}], selecting{o.Name, s})
			}
		}
	}
	for _, c := range inv.Containers {
		for _, s := range in[space{c.Unit, c.Namespace}] {
			if to := inv.services[s.name]; c.Object != nil && selects(s.selector, c.Labels) && (len(to) == 0 || to[len(to)-1] != c) {
				inv.services[s.name] = append(to, c)
			}
		}
	}
	return inv.services[service]
}

func (inv *Inventory) containers(are func(*Container) bool) []*Container {
	return running(inv.Containers, are)
}

// running are those of some containers that are deployed to go on running, and of which something is so.
func running(all []*Container, are func(*Container) bool) []*Container {
	var out []*Container
	for _, c := range all {
		if !c.Init && c.Carrier.Idle == "" && c.Unit.Deployed() && are(c) {
			out = append(out, c)
		}
	}
	return out
}
