package lint

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
)

// findHosts collects the names under which the instances' gateways are reached: their Services within the cluster,
// and their public addresses. An instance's own services say where that is; where a route leads the host to the
// gateway of another one, that one answers there. An address that none of the services reads says which instance is meant,
// and not that the world reaches it.
func (g *Grouping) findHosts() {
	addresses, read := map[*Instance]map[string]bool{}, map[*Instance]map[string]bool{}
	for _, i := range g.Instances {
		g.findNames(i)
		addresses[i], read[i] = map[string]bool{}, map[string]bool{}
		for _, c := range g.Containers {
			if i.Holds(c.Unit, c.Namespace) && c.Carrier.Backend != "" {
				for _, u := range c.Carrier.URLs {
					addresses[i][u.Host] = true
					read[i][u.Host] = read[i][u.Host] || inventory.TakesURL(c.Carrier.Backend, u.Variable)
				}
			}
		}
	}
	led := map[string]map[*Instance]bool{}
	routes := g.Routes()
	for _, r := range routes {
		for _, i := range g.Instances {
			if slices.ContainsFunc(r.To, i.hasGateway) {
				if led[r.Host] == nil {
					led[r.Host] = map[*Instance]bool{}
				}
				led[r.Host][i] = true
			}
		}
	}
	for _, i := range g.Instances {
		g.findDoors(i, routes)
		for host, to := range led {
			addresses[i][host], read[i][host] = to[i], to[i]
		}
		for host, answers := range addresses[i] {
			if !answers {
				continue
			}
			if read[i][host] && !i.hosts[host] && strings.Contains(host, ".") && !sites.IsLocal([]string{host}) {
				i.public = true
				i.worldwide = i.worldwide || IsWorldwide(host)
			}
			i.hosts[host] = true
		}
	}
}

// findNames collects the names of an instance's gateway within the cluster, or the project.
func (g *Grouping) findNames(i *Instance) {
	for _, c := range g.Containers {
		if i.hasGateway(c) {
			for _, host := range i.namesOf(c) {
				i.hosts[host] = true
			}
		}
	}
}

// namesOf are the names under which a gateway of the instance is reached.
func (i *Instance) namesOf(c *inventory.Container) []string {
	services := c.Names()
	for _, o := range c.Unit.Objects {
		if o.Kind == "Service" && o.Namespace == c.Namespace && inventory.Selects(o, c.Labels) {
			services = append(services, o.Name)
		}
	}
	var out []string
	for _, name := range services {
		out = append(out, name, name+"."+i.Namespace, name+"."+i.Namespace+".svc", name+"."+i.Namespace+".svc.cluster.local")
	}
	return out
}

// hasGateway says whether a container is the instance's gateway.
func (i *Instance) hasGateway(c *inventory.Container) bool {
	return i.Holds(c.Unit, c.Namespace) && (c.Carrier.Backend == "Kong" || c.Carrier.Backend == "Envoy")
}

// IsPublic says that the instance has an address at which the world may reach it.
func (i *Instance) IsPublic() bool {
	return i.worldwide || i.stack != nil && slices.ContainsFunc(i.stack.URLs, func(u inventory.URL) bool { return !sites.IsLocal([]string{u.Host}) && IsWorldwide(u.Host) })
}

// privateNames end the names that no public DNS has (RFC 2606, 6762 and 8375; ICANN reserved .internal).
var privateNames = []string{".local", ".localhost", ".test", ".example", ".invalid", ".internal", ".lan", ".home.arpa"}

// IsWorldwide says whether a host may be one that is reached from outside of its own network.
func IsWorldwide(host string) bool {
	if address, err := netip.ParseAddr(host); err == nil {
		return !address.IsPrivate()
	}
	return !slices.ContainsFunc(privateNames, func(end string) bool { return strings.HasSuffix(host, end) })
}

// refusesAt says why the gateway is not known to let a key pass at one of the hosts that it is sent to, or may be; empty where nothing says so. A
// service of Supabase's own goes past the gateway, but for those that are given its URL to ask.
func (r reference) refusesAt(s *sites.Site) string {
	if s.Standing != sites.Presented {
		return ""
	}
	hosts, unknown := s.Hosts(), s.Carrier.Backend == ""
	if s.Carrier.Backend != "" {
		hosts = asksAt(s.Carrier)
	}
	for _, accepted := range r.group {
		if len(accepted.RefusedAt) == 0 || !accepted.Value.Same(s.Value) {
			continue
		}
		for _, refusal := range accepted.RefusedAt {
			if slices.ContainsFunc(hosts, refusal.At) || len(hosts) == 0 && unknown && !refusal.Others {
				return refusal.Why
			}
		}
	}
	return ""
}

// asksAt are the hosts of the gateway that one of Supabase's services asks: Studio and Functions have its URL in one variable.
func asksAt(c *inventory.Carrier) (hosts []string) {
	for _, u := range c.URLs {
		if u.Variable == "SUPABASE_URL" && inventory.TakesURL(c.Backend, u.Variable) {
			hosts = append(hosts, u.Host)
		}
	}
	return hosts
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
