package lint

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sources"
)

// instance is one Supabase deployment while it is being put together.
type instance struct {
	name  string
	unit  *render.Unit // of its nucleus; nil for a hosted project
	ns    string
	parts []part // everything that the nucleus is made of, unit and ns first
	ref   string // project reference of a hosted project
	hosts map[string]bool
	sites []*Site

	extra    []keys.Value // what the gateway accepts beside the keys, from consumers that the user added
	signed   signatures   // those of the whole run
	declared []string     // patterns of paths that the configuration gives it

	public  bool // it has an address that the world may use
	gateway bool // a gateway's credentials are in sight
	backend bool // a gateway or one of Supabase's own services runs here
}

// part is a namespace of a unit.
type part struct {
	unit *render.Unit
	ns   string
}

// nucleus says whether the site lies where the instance itself does.
func (i *instance) nucleus(s *Site) bool { return i.holds(s.Unit, s.namespace) }

func (i *instance) holds(u *render.Unit, ns string) bool {
	for _, p := range i.parts {
		if p.unit == u && p.ns == ns {
			return true
		}
	}
	return false
}

// grouping puts the instances together.
type grouping struct {
	*collection
	config    Config
	instances []*instance
	signed    signatures
}

// Group finds the nuclei, then lets every other site join one.
//
// A nucleus is a namespace of a unit in which a gateway with Supabase's consumers, or a
// service that is Supabase's alone, runs, or where there is none, in which the stack's own Secret lies. Two overlays of
// one base are two units, and so two instances.
func Group(c *collection, config Config) *grouping {
	g := &grouping{collection: c, config: config, signed: signatures{}}
	for _, u := range g.units {
		if u.Deployed() {
			g.instances = append(g.instances, g.nuclei(u)...)
		}
	}
	g.mergeParts()
	for _, i := range g.instances {
		g.findHosts(i)
	}
	g.declareInstances()
	g.joinSites()
	g.instances = slices.DeleteFunc(g.instances, func(i *instance) bool { return len(i.sites) == 0 })
	for _, i := range g.instances {
		for _, gw := range g.gateways {
			if i.holds(gw.unit, gw.namespace) {
				i.extra = append(i.extra, gw.extra...)
			}
		}
	}
	g.nameInstances()
	sort.SliceStable(g.instances, func(a, b int) bool { return g.instances[a].name < g.instances[b].name })
	return g
}

func (g *grouping) nuclei(u *render.Unit) []*instance {
	byNamespace := map[string]*instance{}
	at := func(ns string) *instance {
		if byNamespace[ns] == nil {
			byNamespace[ns] = &instance{unit: u, ns: ns, parts: []part{{u, ns}}, hosts: map[string]bool{}, signed: g.signed}
		}
		return byNamespace[ns]
	}
	for _, gw := range g.gateways {
		if gw.unit == u && gw.presentable() {
			at(gw.namespace).gateway = true
			at(gw.namespace).backend = true
		}
	}
	for _, c := range g.containers {
		if c.unit == u && ownServices[c.carrier.backend] {
			at(c.namespace).backend = true
		}
	}
	if len(byNamespace) == 0 {
		for ns, slots := range g.storedSlots(u) {
			if slots[keys.JWTSecret] && (slots[keys.Anon] || slots[keys.ServiceRole]) {
				at(ns)
			}
		}
	}
	return foldBackends(byNamespace)
}

// foldBackends merges the namespaces that have services but no gateway into the one
// that has one, if there is just one: the services may run apart from their gateway.
func foldBackends(byNamespace map[string]*instance) []*instance {
	var all, gateways []*instance
	for _, i := range byNamespace {
		all = append(all, i)
		if i.gateway {
			gateways = append(gateways, i)
		}
	}
	sort.Slice(all, func(a, b int) bool { return all[a].ns < all[b].ns })
	if len(gateways) != 1 {
		return all
	}
	for _, i := range all {
		if i != gateways[0] {
			gateways[0].parts = append(gateways[0].parts, i.parts...)
		}
	}
	return gateways
}

// storedSlots lists, for each namespace, the slots that Secrets hold.
func (g *grouping) storedSlots(u *render.Unit) map[string]map[keys.Slot]bool {
	out := map[string]map[keys.Slot]bool{}
	for _, s := range g.sites {
		if s.Unit == u && s.Standing == Stored {
			if out[s.namespace] == nil {
				out[s.namespace] = map[keys.Slot]bool{}
			}
			out[s.namespace][s.Slot] = true
		}
	}
	return out
}

// mergeParts puts together what is deployed in pieces: a Secret, or services without a
// gateway, in a directory or root of their own become part of the one instance of the
// same namespace that has the gateway, the nearest in the directory tree. Where two are
// equally near they stay alone. Units that define an object of the same name are
// alternatives, such as two overlays, and never pieces of one.
func (g *grouping) mergeParts() {
	g.mergeNamespaces()
	into := map[*instance]*instance{}
	for _, i := range g.instances {
		if target := g.missingHalf(i); target != nil {
			into[i] = target
		}
	}
	var kept []*instance
	for _, i := range g.instances {
		target := into[i]
		if target == nil {
			kept = append(kept, i)
			continue
		}
		for into[target] != nil { // a Secret goes to the services, and these to their gateway
			target = into[target]
		}
		target.parts = append(target.parts, i.parts...)
	}
	g.instances = kept
}

// mergeNamespaces puts together what several units deploy to one namespace of one cluster,
// unless each has a gateway of its own.
func (g *grouping) mergeNamespaces() {
	var kept []*instance
	for _, i := range g.instances {
		var into *instance
		for _, k := range kept {
			if k.unit != i.unit && k.unit.Together(i.unit) && k.ns == i.ns && !(k.gateway && i.gateway) {
				into = k
			}
		}
		if into == nil {
			kept = append(kept, i)
			continue
		}
		if i.gateway { // which gives the instance its name
			into.unit, into.parts = i.unit, append(i.parts, into.parts...)
		} else {
			into.parts = append(into.parts, i.parts...)
		}
		into.gateway, into.backend = into.gateway || i.gateway, into.backend || i.backend
	}
	g.instances = kept
}

// missingHalf is the instance that has what i lacks: a gateway, or services at all.
func (g *grouping) missingHalf(i *instance) *instance {
	if i.gateway {
		return nil
	}
	for _, has := range []func(*instance) bool{
		func(o *instance) bool { return o.gateway },
		func(o *instance) bool { return o.backend && !i.backend },
	} {
		var best *instance
		nearest := -1
		for _, other := range g.instances {
			if other == i || !has(other) || other.ns != i.ns && i.ns != "" && other.ns != "" || alternatives(i.unit, other.unit) {
				continue
			}
			switch near := nearness(i.unit, other.unit); {
			case near > nearest:
				best, nearest = other, near
			case near == nearest:
				best = nil
			}
		}
		if best != nil {
			return best
		}
	}
	return nil
}

// alternatives says whether two units define an object of the same kind and name, or
// reach different clusters.
func alternatives(a, b *render.Unit) bool {
	if a.Apart(b) {
		return true
	}
	names := map[string]bool{}
	for _, o := range a.Objects {
		if o.Kind != "Namespace" && !(a.Together(b) && a != b) {
			names[o.Kind+" "+o.Name] = true
		}
	}
	for _, o := range b.Objects {
		if names[o.Kind+" "+o.Name] {
			return true
		}
	}
	return a == b
}

// nameInstances names each by its unit, and by its namespace where the unit holds
// several.
func (g *grouping) nameInstances() {
	perUnit := map[*render.Unit]int{}
	for _, i := range g.instances {
		perUnit[i.unit]++
	}
	for _, i := range g.instances {
		switch {
		case len(i.declared) > 0: // the configuration named it
		case i.ref != "":
			i.name = "hosted project " + i.ref
		case perUnit[i.unit] > 1:
			i.name = fmt.Sprintf("%s, namespace %s", i.unit.Name, i.ns)
		case i.unit.Name == ".":
			i.name = "the repository's root"
		default:
			i.name = i.unit.Name
		}
	}
}

// identity is what makes it this instance, whatever else is deployed.
func (i *instance) identity() string {
	switch {
	case len(i.declared) > 0 || i.ref != "" || i.unit == nil:
		return i.name
	}
	parts := []string{string(i.unit.Kind), i.unit.Path, i.unit.Declared.File, i.ns}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), ", ")
}

// findHosts collects the names under which the instance's gateway is reached: its
// Services within the cluster, the Ingresses and routes that lead to them, and what
// its own services are told of their public address.
func (g *grouping) findHosts(i *instance) {
	services := map[string]bool{}
	for _, c := range g.containers {
		if !i.holds(c.unit, c.namespace) || c.carrier.backend != "Kong" && c.carrier.backend != "Envoy" {
			continue
		}
		if c.object == nil {
			services[c.name] = true // compose: a service is reached by its name
		}
		for _, o := range c.unit.Objects {
			if o.Kind == "Service" && o.Namespace == c.namespace && selects(o, c.labels) {
				services[o.Name] = true
			}
		}
	}
	for name := range services {
		for _, host := range []string{name, name + "." + i.ns, name + "." + i.ns + ".svc", name + "." + i.ns + ".svc.cluster.local"} {
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
	for _, c := range g.containers {
		if i.holds(c.unit, c.namespace) && c.carrier.backend != "" {
			for _, u := range c.carrier.urls {
				public = append(public, u.host)
			}
		}
	}
	for _, host := range public {
		if !i.hosts[host] && strings.Contains(host, ".") && !isLocal([]string{host}) {
			i.public = true
		}
		i.hosts[host] = true
	}
}

// units lists the units of the nucleus, each once.
func (i *instance) units() []*render.Unit {
	var units []*render.Unit
	seen := map[*render.Unit]bool{}
	for _, p := range i.parts {
		if !seen[p.unit] {
			seen[p.unit] = true
			units = append(units, p.unit)
		}
	}
	return units
}

// selects says whether a Service selects pods with these labels.
func selects(o *render.Object, labels map[string]string) bool {
	selector := labelsOf(sources.Field(o.Root, "spec", "selector"))
	for k, v := range selector {
		if labels[k] != v {
			return false
		}
	}
	return len(selector) > 0
}

// routesTo says whether an Ingress or route leads to one of the services.
func routesTo(o *render.Object, services map[string]bool) bool {
	spec := sources.Field(o.Root, "spec")
	for _, rule := range sources.Items(sources.Field(spec, "rules")) {
		for _, p := range sources.Items(sources.Field(rule, "http", "paths")) { // Ingress
			if services[sources.Text(sources.Field(p, "backend", "service", "name"))] || services[sources.Text(sources.Field(p, "backend", "serviceName"))] {
				return true
			}
		}
		for _, b := range sources.Items(sources.Field(rule, "backendRefs")) { // HTTPRoute
			if services[sources.Text(sources.Field(b, "name"))] {
				return true
			}
		}
	}
	for _, route := range sources.Items(sources.Field(spec, "routes")) { // Traefik's IngressRoute
		for _, s := range sources.Items(sources.Field(route, "services")) {
			if services[sources.Text(sources.Field(s, "name"))] {
				return true
			}
		}
	}
	return services[sources.Text(sources.Field(spec, "defaultBackend", "service", "name"))]
}

// routeHosts lists the host names of an Ingress or route.
func routeHosts(o *render.Object) []string {
	spec := sources.Field(o.Root, "spec")
	var hosts []string
	for _, rule := range sources.Items(sources.Field(spec, "rules")) {
		hosts = append(hosts, sources.Text(sources.Field(rule, "host")))
	}
	for _, h := range sources.Items(sources.Field(spec, "hostnames")) {
		hosts = append(hosts, sources.Text(h))
	}
	for _, route := range sources.Items(sources.Field(spec, "routes")) {
		for _, part := range strings.Split(sources.Text(sources.Field(route, "match")), "`") {
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
