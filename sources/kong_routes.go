package sources

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/nodes"
)

// KongRoute is a route, or a service, whose requests need a key.
type KongRoute struct {
	Name   string
	Line   int
	Groups []string // the ACL groups that may pass; empty where any consumer may
	paths  []string // that lead to it, where it takes the key from "apikey"
}

// guarded is a route that asks for a key, or looks at who asks.
type guarded struct {
	reach
	name          string
	off           bool     // it answers nobody, whoever asks
	hides         bool     // what is behind it does not get the key
	strips        bool     // nor the header Authorization, in which the token is
	shut          string   // why it lets nobody pass who sends a key in the header apikey; empty where it may
	allow, refuse []string // the ACL groups that it lists; none where it has no such list
	anyGroup      bool     // groups of another kind are looked at, too
}

// Asks says whether a request for a path needs a key that is called apikey: the route with the longest path that it begins with decides.
func (c *KongConfig) Asks(path string) bool {
	longest, asks := 0, false
	try := func(paths []string, is bool) {
		for _, p := range paths {
			if strings.HasPrefix(path, strings.TrimSuffix(p, "/")) && len(p) > longest {
				longest, asks = len(p), is
			}
		}
	}
	for _, r := range c.Routes {
		try(r.paths, true)
	}
	try(c.Open, false)
	return asks
}

// AsksAlways says whether routes lead to Supabase's services, and each of those asks for a key that is called apikey.
func (c *KongConfig) AsksAlways() bool {
	leads := false
	for _, service := range servicePaths {
		there := func(r reach) bool { return r.to(service) > len("/") }
		if slices.ContainsFunc(c.guarded, func(g guarded) bool { return there(g.reach) }) || slices.ContainsFunc(c.free, there) {
			if leads = true; !c.Asks(service + "/") {
				return false
			}
		}
	}
	return leads
}

// Refuses says why no route that asks for a key is known to let a key of the consumer pass, or none at the path of one of Supabase's services;
// empty where one is, and where no route asks.
func (c *KongConfig) Refuses(consumer string) string {
	k := c.Consumer(consumer)
	if k == nil || len(c.guarded) == 0 {
		return ""
	}
	if k.shut != "" {
		return "the plugin " + k.shut + " of Kong consumer " + keys.ShownName(consumer)
	}
	why := ""
	for _, g := range c.guarded {
		refused := cmp.Or(g.shut, g.refusesGroups(k.Groups))
		if refused == "" {
			everywhere, _ := c.refusesAt(k)
			return everywhere
		}
		why = cmp.Or(why, "its route "+keys.ShownName(g.name)+" "+refused)
	}
	if len(c.guarded) == 1 {
		return "Kong is not known to let it pass: " + why
	}
	return fmt.Sprintf("none of Kong's %d routes is known to let it pass: %s", len(c.guarded), why)
}

// Guard reads which routes ask for a key, and whom they let pass, where other objects say what a declarative configuration does: a tree of its
// form with services, their routes, and plugins.
func (c *KongConfig) Guard(root *yaml.Node) {
	read := &KongConfig{}
	read.readRoutes(root)
	c.guarded, c.free, c.moreRoutes = read.guarded, read.free, true
	pluginsOfConsumer := consumerPlugins(root)
	for i, k := range c.Consumers {
		c.Consumers[i].shut = shutFor(pluginsOfConsumer(nil, k.Name))
	}
	c.index()
}

// RefusesGroups says whether each route that asks for a key refuses the consumer for its ACL groups.
func (c *KongConfig) RefusesGroups(consumer string) bool {
	k := c.Consumer(consumer)
	return k != nil && len(c.guarded) > 0 && !slices.ContainsFunc(c.guarded, func(g guarded) bool { return g.refusesGroups(k.Groups) == "" })
}

// Passes says whether a route lets pass who is in a group.
func (c *KongConfig) Passes(group string) bool {
	return slices.ContainsFunc(c.guarded, func(g guarded) bool { return slices.Contains(g.allow, group) && g.refusesGroups([]string{group}) == "" })
}

// refusesGroups says why the plugin acl lets none of the groups pass (kong/plugins/acl/handler.lua).
func (g guarded) refusesGroups(groups []string) string {
	in := func(list []string) bool {
		return slices.ContainsFunc(groups, func(group string) bool { return slices.Contains(list, group) })
	}
	switch {
	case g.anyGroup:
		return ""
	case len(g.allow) > 0 && !in(g.allow):
		return "lets only the group " + shownList(g.allow, " or ") + " pass"
	case in(g.refuse):
		return "refuses the group " + shownList(g.refuse, " and ")
	}
	return ""
}

func shownList(names []string, between string) string {
	shown := make([]string, len(names))
	for i, name := range names {
		shown[i] = keys.ShownName(name)
	}
	return strings.Join(shown, between)
}

// readRoutes lists what asks for a key, and the paths of what does not: a service or a route with a key-auth plugin, in
// any of the places where a plugin can stand. A plugin with an anonymous consumer lets
// everybody pass.
func (c *KongConfig) readRoutes(root *yaml.Node) {
	var global []*yaml.Node
	for _, p := range nodes.Items(nodes.Field(root, "plugins")) {
		if nodes.Field(p, "service") == nil && nodes.Field(p, "route") == nil && nodes.Field(p, "consumer") == nil && nodes.Field(p, "consumer_group") == nil {
			global = append(global, p)
		}
	}
	for _, s := range nodes.Items(nodes.Field(root, "services")) {
		s = nodes.Follow(s)
		name := nodes.Text(nodes.Field(s, "name"))
		disabled := nodes.Text(nodes.Field(s, "enabled")) == "false"
		own := slices.Concat(global, nodes.Items(nodes.Field(s, "plugins")), scoped(root, "service", s))
		routes := nodes.Items(nodes.Field(s, "routes"))
		for _, r := range nodes.Items(nodes.Field(root, "routes")) {
			if isFor(nodes.Field(r, "service"), namesOf(s)) {
				routes = append(routes, r)
			}
		}
		for _, r := range routes {
			called := nodes.Text(nodes.Field(r, "name"))
			plugins := slices.Concat(own, nodes.Items(nodes.Field(r, "plugins")), scoped(root, "route", r))
			if called == "" {
				called = name
			}
			c.readRoute(called, nodes.Follow(r), disabled, pluginsOf(plugins))
		}
		if len(routes) == 0 {
			c.readRoute(name, s, disabled, pluginsOf(own))
		}
	}
}

func (c *KongConfig) readRoute(name string, n *yaml.Node, disabled bool, plugins map[string]*yaml.Node) {
	to := reachOf(n)
	paths := nodes.List(nodes.Field(n, "paths"))
	keyAuth, acl := plugins["key-auth"], plugins["acl"]
	asks := keyAuth != nil && nodes.Text(nodes.Field(keyAuth, "config", "anonymous")) == ""
	allow := slices.Concat(nodes.List(nodes.Field(acl, "config", "allow")), nodes.List(nodes.Field(acl, "config", "whitelist"))) // so before Kong 3.0
	if asks && takenFrom(keyAuth) == "" {
		c.Routes = append(c.Routes, KongRoute{Name: name, Line: n.Line, Groups: slices.Clone(allow), paths: paths})
	} else {
		c.Open = append(c.Open, paths...)
		if asks {
			c.Routes = append(c.Routes, KongRoute{Name: name, Line: n.Line, Groups: slices.Clone(allow)})
		}
	}
	shut := shutBy(plugins, asks)
	if disabled {
		shut = "belongs to a service that is not enabled"
	}
	if !asks && (shut == "" && (acl == nil || keyAuth == nil) || acl == nil && (terminates(plugins) || !to.ofService())) {
		c.free = append(c.free, to)
		return
	}
	c.guarded = append(c.guarded, guarded{
		reach: to, name: name, off: disabled || terminates(plugins), hides: hides(plugins), strips: strips(plugins), shut: shut, allow: allow,
		refuse:   slices.Concat(nodes.List(nodes.Field(acl, "config", "deny")), nodes.List(nodes.Field(acl, "config", "blacklist"))),
		anyGroup: nodes.Text(nodes.Field(acl, "config", "include_consumer_groups")) == "true",
	})
}

// takenFrom is where a key-auth plugin takes the key from, if not from a header that is called apikey; empty where it does.
func takenFrom(keyAuth *yaml.Node) string {
	names := nodes.List(nodes.Field(keyAuth, "config", "key_names"))
	switch {
	case len(names) > 0 && !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, "apikey") }):
		return "takes the key from " + shownList(names, " or ") + ", and not from apikey"
	case nodes.Text(nodes.Field(keyAuth, "config", "key_in_header")) == "false":
		return "takes the key from no header"
	}
	return ""
}

// hides says whether one of the plugins takes the key out of the request, and none puts one in. Realtime takes it from where a client puts it
// (supabase/realtime lib/realtime_web/channels/user_socket.ex).
func hides(plugins map[string]*yaml.Node) bool {
	transforms := nodes.Field(plugins["request-transformer"], "config")
	for _, by := range []string{"add", "append", "replace"} {
		for _, where := range []string{"querystring", "headers"} {
			for _, item := range nodes.List(nodes.Field(transforms, by, where)) {
				name, _, _ := strings.Cut(strings.ToLower(item), ":")
				if name == "apikey" || name == "x-api-key" {
					return false
				}
			}
		}
	}
	return nodes.Text(nodes.Field(plugins["key-auth"], "config", "hide_credentials")) == "true" ||
		slices.Contains(nodes.List(nodes.Field(transforms, "remove", "querystring")), "apikey")
}

// strips says whether one of the plugins takes Authorization out of the request, and puts none in: what it replaces is gone by then
// (kong/plugins/request-transformer/access.lua).
func strips(plugins map[string]*yaml.Node) bool {
	transforms := nodes.Field(plugins["request-transformer"], "config")
	names := func(by string, at int) bool {
		return slices.ContainsFunc(nodes.List(nodes.Field(transforms, by, "headers")), func(item string) bool {
			parts := strings.SplitN(item, ":", 2)
			return at < len(parts) && strings.EqualFold(strings.TrimSpace(parts[at]), "Authorization")
		})
	}
	return names("remove", 0) && !names("add", 0) && !names("append", 0) && !names("rename", 1)
}

// pluginsOf are the plugins in force, by name: of several of a name the last one counts, the most special, and one that is
// switched off counts for nothing.
func pluginsOf(list []*yaml.Node) map[string]*yaml.Node {
	out := map[string]*yaml.Node{}
	for _, p := range list {
		if nodes.Text(nodes.Field(p, "enabled")) != "false" {
			out[nodes.Text(nodes.Field(p, "name"))] = p
		}
	}
	return out
}

// scoped are the plugins at the top that are for one service, route or consumer, by one of its names, and for nothing else: one that is for a consumer at
// a route does nothing for the others. Where that leads to one of Supabase's services it counts as the consumer's, which does not pass everywhere then.
func scoped(root *yaml.Node, kind string, entry *yaml.Node) []*yaml.Node {
	var out []*yaml.Node
	for _, p := range nodes.Items(nodes.Field(root, "plugins")) {
		others := slices.ContainsFunc([]string{"service", "route", "consumer", "consumer_group"}, func(other string) bool {
			return other != kind && nodes.Field(p, other) != nil
		})
		if (!others || kind == "consumer" && isForService(root, p)) && isFor(nodes.Field(p, kind), namesOf(entry)) {
			out = append(out, p)
		}
	}
	return out
}

// isForService says whether a plugin is for a route, or a service of Kong's, that leads to one of Supabase's.
func isForService(root, plugin *yaml.Node) bool {
	leads := func(s, r *yaml.Node) bool {
		return (isFor(nodes.Field(plugin, "route"), namesOf(r)) || isFor(nodes.Field(plugin, "service"), namesOf(s))) && reachOf(nodes.Follow(r)).ofService()
	}
	for _, s := range nodes.Items(nodes.Field(root, "services")) {
		if slices.ContainsFunc(nodes.Items(nodes.Field(s, "routes")), func(r *yaml.Node) bool { return leads(s, r) }) {
			return true
		}
	}
	return slices.ContainsFunc(nodes.Items(nodes.Field(root, "routes")), func(r *yaml.Node) bool { return leads(nil, r) })
}

// namesOf are the names by which others may refer to an entry (kong/db/schema/others/declarative_config.lua: find_entity).
func namesOf(entry *yaml.Node) (names []string) {
	for _, field := range []string{"name", "username", "custom_id", "id"} {
		if name := nodes.Text(nodes.Field(entry, field)); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// isFor says whether a reference is to what has one of the names: the name itself, or a mapping that holds it.
func isFor(n *yaml.Node, names []string) bool {
	return n != nil && slices.ContainsFunc([]string{nodes.Text(n), nodes.Text(nodes.Field(n, "name")), foreignName(n)}, func(name string) bool { return slices.Contains(names, name) })
}
