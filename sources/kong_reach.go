package sources

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/nodes"
)

// servicePaths are those at which the services answer that every client of Supabase may ask.
var servicePaths = []string{"/auth/v1", "/rest/v1", "/storage/v1", "/realtime/v1", "/functions/v1"}

// tokenPaths are those of them at which the token in Authorization says what the server's key may do.
var tokenPaths = map[string]bool{"/auth/v1": true, "/rest/v1": true, "/storage/v1": true}

// ownOfServer says whether a part of what a service answers is for the server alone: of GoTrue what administrates, and of PostgREST the description
// of its schema, at its root, which upstream's Kong lets nobody else see (supabase/supabase docker/volumes/api/kong.yml, rest-v1-openapi-root).
func ownOfServer(part string) bool {
	return strings.HasPrefix(part, "/auth/v1/admin") || part == "/rest/v1/$" || part == "/rest/v1$"
}

// reach is which requests lead to a route. Kong takes of several routes the one that asks for more of a request, a host, a method, a header, and
// of those that ask for as much one with a regular expression, or else the one with the longest path (kong/router/traditional.lua).
type reach struct {
	paths []string // those that are no regular expression
	parts []string // of the others, the beginning that stands for itself; behind one that is all of it a "$"
	hosts []string // none where it answers at all
	some  string   // what else it asks of a request; empty where nothing
}

// reachOf reads which requests lead to a route.
func reachOf(n *yaml.Node) reach {
	r := reach{hosts: nodes.List(nodes.Field(n, "hosts"))}
	for _, field := range []string{"methods", "headers", "snis", "sources", "destinations"} {
		if set := nodes.Follow(nodes.Field(n, field)); r.some == "" && set != nil && len(set.Content) > 0 {
			r.some = "certain " + field
		}
	}
	if text := nodes.Text(nodes.Field(n, "expression")); text != "" {
		r.some = "an expression"
		for _, m := range quotedPath.FindAllStringSubmatch(text, -1) {
			if m[1] == "==" {
				m[2] += "$"
			}
			r.parts = append(r.parts, m[2])
		}
	}
	for _, p := range nodes.List(nodes.Field(n, "paths")) {
		pattern, marked := strings.CutPrefix(p, "~")
		if literal := regexpSign.Split(pattern, 2)[0]; marked || literal != p {
			if pattern == literal+"$" {
				literal = pattern
			}
			r.parts = append(append(r.parts, literal), matched(pattern)...)
		} else {
			r.paths = append(r.paths, p)
		}
	}
	if len(r.paths)+len(r.parts) == 0 && (r.some != "" || len(r.hosts) > 0) {
		r.paths = []string{"/"}
	}
	return r
}

var (
	quotedPath = regexp.MustCompile(`(==|\^=|~|contains)\s*r?#?"\^?(/[\w/.-]*)`)
	regexpSign = regexp.MustCompile(`[\\+*?()\[\]{}|^$]`) // before Kong 3.0, it took any path with one of them for a regular expression
)

// matched are the paths of services of which a regular expression matches something that lies below.
func matched(pattern string) []string {
	re, err := regexp.Compile("^(?:" + pattern + ")")
	return slices.DeleteFunc(slices.Clone(servicePaths), func(service string) bool { return err != nil || !re.MatchString(service+"/x") })
}

// to is how long the longest of the paths is that leads to all that lies below a service's, whatever else is asked; 0 where none does.
func (r reach) to(service string) int {
	longest := 0
	for _, p := range r.paths {
		if strings.HasPrefix(service+"/", strings.TrimSuffix(p, "/")+"/") {
			longest = max(longest, len(strings.TrimSuffix(p, "/"))+1)
		}
	}
	return longest
}

// within are the parts of what lies below a service's path that lead to the route, where not all does, or not every request.
func (r reach) within(service string) []string {
	if r.some != "" && r.to(service) > len("/") {
		return []string{service}
	}
	var out []string
	for _, p := range r.paths {
		if below := strings.TrimSuffix(p, "/"); strings.HasPrefix(below, service+"/") {
			out = append(out, below)
		}
	}
	for _, p := range r.parts {
		if strings.HasPrefix(p, service) {
			out = append(out, p)
		}
	}
	return out
}

// ofService says whether what answers there is one of these services, and not the dashboard, which may stand at the root.
func (r reach) ofService() bool {
	return slices.ContainsFunc(servicePaths, func(service string) bool { return r.to(service) > len("/") || len(r.within(service)) > 0 })
}

// onlyHost says whether it takes all that is asked at certain hosts: that is the dashboard's, where the services have paths.
func (r reach) onlyHost() bool { return len(r.hosts) > 0 && !r.ofService() }

// at are the hosts at which it answers, as they are asked for; the empty one stands for all, and for one that is not known.
func (r reach) at() []string {
	if len(r.hosts) == 0 {
		return []string{""}
	}
	out := make([]string, len(r.hosts))
	for i, host := range r.hosts {
		if plainHost.MatchString(host) {
			host, _, _ = strings.Cut(host, ":")
			out[i] = strings.ToLower(host)
		}
	}
	return out
}

var plainHost = regexp.MustCompile(`^[\w.*-]+(?::\d+)?$`)

// verdict is what the nearest of the routes say that lead from one host to a service.
type verdict struct {
	nearest int
	passes  bool
	why     string
}

func (v *verdict) add(length int, refused string) {
	if length > v.nearest {
		*v = verdict{nearest: length}
	}
	if length == v.nearest {
		v.passes, v.why = v.passes || refused == "", cmp.Or(v.why, refused)
	}
}

// refusesAt says at which of the services the key of a consumer, which is one of Supabase's two, is not known to pass, where it passes elsewhere:
// whoever asks, or those who ask at one host.
func (c *KongConfig) refusesAt(k *KongConsumer) (everywhere string, at map[string]string) {
	at = map[string]string{}
	role := c.Role(k.Name)
	if role == "" {
		return "", at
	}
	byPath := c.routesByPath()
	for _, service := range servicePaths {
		whole, parts := map[string]*verdict{}, map[string]string{}
		add := func(r reach, refuses func(at string) string) {
			length, refused := r.to(service), refuses(service)
			for _, host := range r.at() {
				if length > 0 && r.some == "" && !(byPath && r.onlyHost()) {
					if whole[host] == nil {
						whole[host] = &verdict{}
					}
					whole[host].add(length, refused)
				}
				for _, part := range r.within(service) {
					if there := refuses(part); there != "" && parts[host] == "" && !(role == keys.Public && ownOfServer(part)) {
						parts[host] = " to at " + strings.TrimSuffix(part, "$") + ": " + there + r.whom()
					}
				}
			}
		}
		for _, g := range c.guarded {
			add(g.reach, func(path string) string { return g.refuses(k, role, path) })
		}
		for _, r := range c.free {
			add(r, func(string) string { return "" })
		}
		nearest, passes := 0, false
		for _, v := range whole {
			nearest, passes = max(nearest, v.nearest), passes || v.passes
		}
		for _, host := range slices.Sorted(maps.Keys(whole)) {
			if v := whole[host]; !v.passes && (v.nearest > len("/") || nearest == v.nearest) && parts[host] == "" {
				parts[host] = " to at " + service + ": " + v.why
			}
		}
		for _, host := range slices.Sorted(maps.Keys(parts)) {
			why := "Kong lets it pass elsewhere, and is not known" + parts[host]
			if host == "" || whole[host] != nil && !passes {
				everywhere = cmp.Or(everywhere, why)
			} else {
				at[host] = cmp.Or(at[host], why)
			}
		}
	}
	return everywhere, at
}

// refuses says why the route lets no key of the consumer pass at a path; empty where it does, and where it answers nobody.
func (g guarded) refuses(k *KongConsumer, role keys.Role, path string) string {
	refused := cmp.Or(g.shut, g.refusesGroups(k.Groups))
	if refused == "" && g.hides && path == "/realtime/v1" {
		refused = "takes the key away, and Realtime wants to see it"
	}
	if refused == "" && g.strips && role == keys.Server && tokenPaths[path] {
		refused = "takes the header Authorization away, so that what is behind it sees no token: the key has no more rights there than anybody"
	}
	if g.off || refused == "" {
		return ""
	}
	return "its route " + keys.ShownName(g.name) + " " + refused
}

// whom says of which requests a route is that asks for more than a path.
func (r reach) whom() string {
	if r.some == "" {
		return ""
	}
	return ", and is for requests with " + r.some
}
