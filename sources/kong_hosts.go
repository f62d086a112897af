package sources

import (
	"maps"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
)

// HostRefusal is why a key that passes elsewhere is not known to at some hosts.
type HostRefusal struct {
	Hosts  []string // in small letters, without a port; one may begin or end with a star
	Others bool     // it is at all others but those
	Why    string
}

// At says whether it is so at a host.
func (r HostRefusal) At(host string) bool {
	if name, _, hasPort := strings.Cut(host, ":"); hasPort {
		host = name
	}
	return r.Others != slices.ContainsFunc(r.Hosts, func(named string) bool { return isHost(host, named) })
}

// isHost says whether a host is the one that a route names.
func isHost(host, named string) bool {
	if end, ok := strings.CutPrefix(named, "*"); ok {
		return strings.HasSuffix(host, end)
	}
	if start, ok := strings.CutSuffix(named, "*"); ok {
		return strings.HasPrefix(host, start)
	}
	return host == named
}

// RefusesAt says at which hosts the routes let no key of the consumer pass that passes at others, and why.
func (c *KongConfig) RefusesAt(consumer string) []HostRefusal {
	k := c.Consumer(consumer)
	if k == nil || c.Role(k.Name) == "" {
		return nil
	}
	_, at := c.refusesAt(k)
	var out []HostRefusal
	for _, host := range slices.Sorted(maps.Keys(at)) {
		out = append(out, HostRefusal{Hosts: []string{host}, Why: at[host] + ", for the host " + keys.ShownName(host)})
	}
	return append(out, c.unanswered()...)
}

// unanswered are the services to which routes lead at certain hosts alone: Kong answers 404 to whoever asks for one at another host ("no Route
// matched with those values", kong/runloop/handler.lua).
func (c *KongConfig) unanswered() (out []HostRefusal) {
	if c.moreRoutes {
		return nil
	}
	byPath := c.routesByPath()
	for _, service := range servicePaths {
		hosts := map[string]bool{}
		add := func(r reach, asks bool) {
			length := r.to(service)
			all := r.some == "" && (length > len("/") || length > 0 && !byPath)
			if all || asks && slices.ContainsFunc(r.within(service), func(part string) bool { return !ownOfServer(part) }) {
				for _, host := range r.at() {
					hosts[host] = true
				}
			}
		}
		for _, g := range c.guarded {
			add(g.reach, true)
		}
		for _, r := range c.free {
			add(r, false)
		}
		if len(hosts) > 0 && !hosts[""] {
			named := slices.Sorted(maps.Keys(hosts))
			out = append(out, HostRefusal{Hosts: named, Others: true, Why: "Kong has a route to " + service + " for the host " + shownList(named, " or ") + " alone, and answers 404 elsewhere"})
		}
	}
	return out
}

// routesByPath says whether the routes tell the services from one another by their paths: what leads to all paths is the dashboard's then.
func (c *KongConfig) routesByPath() bool {
	return slices.ContainsFunc(c.guarded, func(g guarded) bool { return g.ofService() }) || slices.ContainsFunc(c.free, reach.ofService)
}
