package lint

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources/nodes"
)

// findHosts collects the names under which the instance's gateway is reached: its
// Services within the cluster, the Ingresses and routes that lead to them, and what
// its own services are told of their public address.
func (g *Grouping) findHosts(i *Instance) {
	services := map[string]bool{}
	for _, c := range g.Containers {
		if !i.Holds(c.Unit, c.Namespace) || c.Carrier.Backend != "Kong" && c.Carrier.Backend != "Envoy" {
			continue
		}
		if c.Object == nil {
			services[c.Name] = true // compose: a service is reached by its name
		}
		for _, o := range c.Unit.Objects {
			if o.Kind == "Service" && o.Namespace == c.Namespace && inventory.Selects(o, c.Labels) {
				services[o.Name] = true
			}
		}
	}
	for name := range services {
		for _, host := range []string{name, name + "." + i.Namespace, name + "." + i.Namespace + ".svc", name + "." + i.Namespace + ".svc.cluster.local"} {
			i.hosts[host] = true
		}
	}
	var public []string
	for _, u := range i.units() {
		for _, o := range u.Objects {
			if routesTo(o, services) {
				public = append(public, routeHosts(o)...)
			}
		}
	}
	for _, c := range g.Containers {
		if i.Holds(c.Unit, c.Namespace) && c.Carrier.Backend != "" {
			for _, u := range c.Carrier.URLs {
				public = append(public, u.Host)
			}
		}
	}
	for _, host := range public {
		if !i.hosts[host] && strings.Contains(host, ".") && !sites.IsLocal([]string{host}) {
			i.public = true
			i.worldwide = i.worldwide || isWorldwide(host)
		}
		i.hosts[host] = true
	}
}

// IsPublic says that the instance has an address at which the world may reach it.
func (i *Instance) IsPublic() bool {
	return i.worldwide || i.stack != nil && slices.ContainsFunc(i.stack.URLs, func(u inventory.URL) bool { return !sites.IsLocal([]string{u.Host}) && isWorldwide(u.Host) })
}

// privateNames end the names that no public DNS has (RFC 2606, 6762 and 8375; ICANN reserved .internal).
var privateNames = []string{".local", ".localhost", ".test", ".example", ".invalid", ".internal", ".lan", ".home.arpa"}

// isWorldwide says whether a host may be one that is reached from outside of its own network.
func isWorldwide(host string) bool {
	if address, err := netip.ParseAddr(host); err == nil {
		return !address.IsPrivate()
	}
	return !slices.ContainsFunc(privateNames, func(end string) bool { return strings.HasSuffix(host, end) })
}

// units lists the units of the nucleus, each once.
func (i *Instance) units() []*render.Unit {
	var units []*render.Unit
	seen := map[*render.Unit]bool{}
	for _, p := range i.Parts {
		if !seen[p.unit] {
			seen[p.unit] = true
			units = append(units, p.unit)
		}
	}
	return units
}

// routesTo says whether an Ingress or route leads to one of the services.
func routesTo(o *manifest.Object, services map[string]bool) bool {
	spec := nodes.Field(o.Root, "spec")
	for _, rule := range nodes.Items(nodes.Field(spec, "rules")) {
		for _, p := range nodes.Items(nodes.Field(rule, "http", "paths")) { // Ingress
			if services[nodes.Text(nodes.Field(p, "backend", "service", "name"))] || services[nodes.Text(nodes.Field(p, "backend", "serviceName"))] {
				return true
			}
		}
		for _, b := range nodes.Items(nodes.Field(rule, "backendRefs")) { // HTTPRoute
			if services[nodes.Text(nodes.Field(b, "name"))] {
				return true
			}
		}
	}
	for _, route := range nodes.Items(nodes.Field(spec, "routes")) { // Traefik's IngressRoute
		for _, s := range nodes.Items(nodes.Field(route, "services")) {
			if services[nodes.Text(nodes.Field(s, "name"))] {
				return true
			}
		}
	}
	return services[nodes.Text(nodes.Field(spec, "defaultBackend", "service", "name"))]
}

// routeHosts lists the host names of an Ingress or route.
func routeHosts(o *manifest.Object) []string {
	spec := nodes.Field(o.Root, "spec")
	var hosts []string
	for _, rule := range nodes.Items(nodes.Field(spec, "rules")) {
		hosts = append(hosts, nodes.Text(nodes.Field(rule, "host")))
	}
	for _, h := range nodes.Items(nodes.Field(spec, "hostnames")) {
		hosts = append(hosts, nodes.Text(h))
	}
	for _, route := range nodes.Items(nodes.Field(spec, "routes")) {
		for _, part := range strings.Split(nodes.Text(nodes.Field(route, "match")), "`") {
			if strings.Contains(part, ".") && !strings.ContainsAny(part, "(/ ") {
				hosts = append(hosts, part)
			}
		}
	}
	var out []string
	for _, h := range hosts {
		if h != "" {
			out = append(out, strings.ToLower(h))
		}
	}
	return out
}
