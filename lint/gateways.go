package lint

import (
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
)

// Several gateways of one instance have a list each: one for the world, say, and one for its jobs. A key is held
// against all of them together, but where the URL beside it leads to one of them for certain: it is refused
// there, whatever another one accepts.

// doors are the gateways of an instance that has several which run.
type doors struct {
	host   func(*inventory.Binding) string        // of the URL that a binding holds
	at     map[string][]*inventory.Container      // who answers at a name, and at a URL to which a route leads
	of     map[*sites.Site]*inventory.Container   // whose list an accepted site is on
	labels map[*inventory.Container]string        // what they are called, with their lists
	meant  map[*sites.Site]*inventory.Container   // doorOf, once it has been asked
	leads  map[*inventory.Carrier][]inventory.URL // likewise
}

// findDoors tells the instance's gateways from one another. Where one of them is no container, such as an ingress
// controller, a route may lead through that as well.
func (g *Grouping) findDoors(i *Instance, routes []inventory.Route) {
	d := &doors{
		host: g.HostIn, at: map[string][]*inventory.Container{}, of: map[*sites.Site]*inventory.Container{}, labels: map[*inventory.Container]string{},
		meant: map[*sites.Site]*inventory.Container{}, leads: map[*inventory.Carrier][]inventory.URL{},
	}
	for _, c := range g.Containers {
		if i.hasGateway(c) && !c.Init && c.Carrier.Idle == "" {
			d.labels[c] = c.Label()
			for _, host := range i.namesOf(c) {
				d.add(host, c)
			}
		}
	}
	if len(d.labels) < 2 {
		return
	}
	through := false
	for _, gw := range g.Gateways {
		if !i.Holds(gw.Unit, gw.Namespace) || !gw.Presentable() {
			continue
		}
		c := gw.Server()
		through = through || c == nil
		if c != nil && gw.Name != c.Label() {
			d.labels[c] = c.Label() + " (" + gw.Name + ")"
		}
		for _, cred := range gw.Credentials {
			if s := g.OfCredential(cred); s != nil && c != nil {
				d.of[s] = c
			}
		}
	}
	for _, r := range routes {
		for _, c := range r.To {
			if !through && d.labels[c] != "" {
				d.add("http://"+r.Host, c)
				d.add("https://"+r.Host, c)
			}
		}
	}
	i.doors = d
}

func (d *doors) add(at string, c *inventory.Container) {
	if !slices.Contains(d.at[at], c) {
		d.at[at] = append(d.at[at], c)
	}
}

// doorOf is the gateway of several that the site's key is sent to for certain; nil where that is not known, and where
// the instance has no more than one.
func (i *Instance) doorOf(s *sites.Site) *inventory.Container {
	if i == nil || i.doors == nil || s.Standing != sites.Presented {
		return nil
	}
	c, asked := i.doors.meant[s]
	if !asked {
		c = i.findDoor(s)
		i.doors.meant[s] = c
	}
	return c
}

func (i *Instance) findDoor(s *sites.Site) *inventory.Container {
	var only *inventory.Container
	hosts := s.Hosts()
	for _, u := range s.Carrier.URLs {
		c := i.doors.behind(u)
		switch {
		case !slices.Contains(hosts, u.Host):
			continue
		case c == nil, only != nil && c != only, s.Carrier.Backend != "" && !inventory.TakesURL(s.Carrier.Backend, u.Variable):
			return nil
		case !strings.Contains(u.Host, ".") && c.Object != nil && s.Namespace != c.Namespace:
			return nil // another namespace has names of its own
		}
		only = c
	}
	if only == nil || i.knowsAnother(s, only) {
		return nil
	}
	return only
}

// knowsAnother says whether another URL beside the site may lead to another gateway than the one: the code may send the key there. A key that is qualified, or
// built into what everybody gets, goes with the URLs that are so too.
func (i *Instance) knowsAnother(s *sites.Site, only *inventory.Container) bool {
	if s.Name.Elsewhere() {
		return false
	}
	return slices.ContainsFunc(i.leads(s.Carrier), func(u inventory.URL) bool {
		return strings.HasPrefix(u.Variable, s.Name.PublicPrefix) && i.doors.behind(u) != only
	})
}

// leads are the URLs of a carrier, in variables of whatever name, at which the instance answers.
func (i *Instance) leads(c *inventory.Carrier) []inventory.URL {
	all, looked := i.doors.leads[c]
	if !looked {
		all = slices.Clone(c.URLs)
		for _, b := range c.Bindings {
			if host := i.doors.host(b); host != "" {
				all = append(all, inventory.URL{Variable: b.Name, Host: host, Base: "https://" + host})
			}
		}
		all = slices.DeleteFunc(all, func(u inventory.URL) bool { return !i.Answers([]string{u.Host}) })
		i.doors.leads[c] = all
	}
	return all
}

// behind is the one gateway that a URL leads to; nil where it is not known to lead to one, and to no other.
func (d *doors) behind(u inventory.URL) *inventory.Container {
	if found := slices.Concat(d.at[u.Host], d.at[strings.ToLower(u.Base)]); len(found) == 1 {
		return found[0]
	}
	return nil
}

// part adds an accepted site to the list of the one of several gateways whose it is.
func (r *reference) part(i *Instance, s *sites.Site) {
	if i.doors == nil || i.doors.of[s] == nil {
		return
	}
	if r.behind == nil {
		r.behind = map[*inventory.Container]reference{}
	}
	door := i.doors.of[s]
	one := r.behind[door]
	one.add(s)
	r.behind[door] = one
}

// of is the part of a reference that is the list of one of several gateways; all of it where that is nil.
func (r reference) of(door *inventory.Container) reference {
	if door == nil {
		return r
	}
	one := r.behind[door]
	one.gateway, one.door = true, door
	return one
}

// isOfOther says whether a site is of the list of another gateway, or its key is sent to another.
func (i *Instance) isOfOther(s *sites.Site, door *inventory.Container) bool {
	if s.Standing == sites.Accepted {
		return i.doors.of[s] != door
	}
	other := i.doorOf(s)
	return other != nil && other != door
}

// label is what one of several gateways is called, with its list; empty where there is none.
func (i *Instance) label(door *inventory.Container) string {
	if door == nil {
		return ""
	}
	return i.doors.labels[door]
}

// Misdirected is a credential of another gateway of the site's instance, where the one that the site's key is sent to
// does not list it; nil where that is not so.
func (p *Pass) Misdirected(i *Instance, s *sites.Site) *sites.Site {
	door := i.doorOf(s)
	if door == nil {
		return nil
	}
	var elsewhere *sites.Site
	for _, other := range i.Sites {
		switch {
		case other.Standing != sites.Accepted || p.IsIdle(other) || !other.Value.Equal(s.Value):
		case i.doors.of[other] == door:
			return nil
		case elsewhere == nil:
			elsewhere = other
		}
	}
	return elsewhere
}

// refusedAtDoor says whether the gateway that the site's key is sent to for certain does not list a text.
func (p *Pass) refusedAtDoor(s *sites.Site, text keys.Text) bool {
	i := p.InstanceOf(s)
	door := i.doorOf(s)
	return door != nil && !p.lastReference(i, s.Role).of(door).has(keys.Known(text))
}
