package gateway

import (
	"cmp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources/nodes"
)

// pluginsAnnotation names the plugins of an Ingress, an HTTPRoute, a Service or a KongConsumer (developer.konghq.com/kubernetes-ingress-controller:
// reference/annotations).
const pluginsAnnotation = "konghq.com/plugins"

// ingressPlugins makes of the objects that the Ingress Controller reads what it makes of them: a declarative configuration.
type ingressPlugins struct {
	*Found
	g        *Gateway
	objects  map[string]unitObject             // what may stand in the gateway's cluster, by kind, namespace and name
	classes  map[string]bool                   // those of the consumers
	serving  map[string]bool                   // the Services of Supabase's, and others
	made     map[*manifest.Object][]*yaml.Node // the plugins that an object names, which many routes may have
	plugins  []*yaml.Node                      // those that stand at the top
	services []*yaml.Node
	unknown  string // why it is not known what one of the plugins does; empty where of all it is
}

type unitObject struct {
	unit   *render.Unit
	object *manifest.Object
}

// guardByPlugins says of the consumers' credentials why no route lets them pass, where the plugins say so.
func (f *Found) guardByPlugins(g *Gateway) {
	p := &ingressPlugins{Found: f, g: g, objects: map[string]unitObject{}, classes: map[string]bool{"": true, "kong": true}, serving: map[string]bool{}, made: map[*manifest.Object][]*yaml.Node{}}
	p.each(func(u *render.Unit, o *manifest.Object) {
		if of := o.Kind + "|" + inventory.ObjectName("", o.Namespace, o.Name); p.objects[of].object == nil {
			p.objects[of] = unitObject{u, o}
		}
		if o.Kind == "KongConsumer" {
			p.classes[classOf(o)] = true
		}
	})
	p.each(func(u *render.Unit, o *manifest.Object) {
		switch {
		case o.Kind == "KongConsumer" && u == g.Unit && o.Namespace == g.Namespace:
			for _, plugin := range p.consumerPlugins(o) {
				p.plugins = append(p.plugins, with(plugin, "consumer", cmp.Or(nodes.Text(nodes.Field(o.Root, "username")), o.Name)))
			}
		case o.Kind == "KongClusterPlugin" && nodes.Text(nodes.Field(o.Root, "metadata", "labels", "global")) == "true":
			p.plugins = append(p.plugins, p.plugin(u, o))
		}
	})
	p.routes(func(o *manifest.Object) bool { return o.Namespace == g.Namespace })
	if len(p.services) == 0 { // consumers beside the controller
		p.routes(func(*manifest.Object) bool { return true })
	}
	g.Config.Guard(nodes.Mapping("services", sequence(p.services), "plugins", sequence(p.plugins)))
	for _, c := range g.Credentials {
		c.Binding.Doubt = cmp.Or(c.Binding.Doubt, g.Config.Refuses(c.Consumer), p.unknown)
		c.Binding.RefusedAt = g.Config.RefusesAt(c.Consumer)
	}
}

// consumerPlugins are those of a consumer, and of the groups that it is in.
func (p *ingressPlugins) consumerPlugins(o *manifest.Object) []*yaml.Node {
	var out []*yaml.Node
	for _, name := range nodes.List(nodes.Field(o.Root, "consumerGroups")) {
		if group := p.objects["KongConsumerGroup|"+inventory.ObjectName("", o.Namespace, name)]; group.object != nil {
			out = append(out, p.pluginsOf(group.object)...)
		}
	}
	return append(out, p.pluginsOf(o)...)
}

// each visits the objects that may stand in the gateway's cluster.
func (p *ingressPlugins) each(visit func(*render.Unit, *manifest.Object)) {
	for _, u := range p.Units {
		if u == p.g.Unit || u.Deployed() && !u.Apart(p.g.Unit) {
			for _, o := range u.Objects {
				visit(u, o)
			}
		}
	}
}

// routes adds the routes to Supabase of those objects.
func (p *ingressPlugins) routes(are func(*manifest.Object) bool) {
	p.each(func(u *render.Unit, o *manifest.Object) {
		switch {
		case !are(o):
		case o.Kind == "Ingress" && p.classes[cmp.Or(nodes.Text(nodes.Field(o.Root, "spec", "ingressClassName")), classOf(o))]:
			p.ingress(u, o)
		case o.Kind == "HTTPRoute":
			p.httpRoute(u, o)
		}
	})
}

func (p *ingressPlugins) ingress(u *render.Unit, o *manifest.Object) {
	for _, rule := range nodes.Items(nodes.Field(o.Root, "spec", "rules")) {
		for _, path := range nodes.Items(nodes.Field(rule, "http", "paths")) {
			backend := cmp.Or(nodes.Text(nodes.Field(path, "backend", "service", "name")), nodes.Text(nodes.Field(path, "backend", "serviceName")))
			if p.serves(u, o.Namespace, backend) {
				p.route(o, ingressMatch(o, rule, path), backend, p.pluginsOf(o))
			}
		}
	}
}

// httpRoute adds the routes of an HTTPRoute with plugins. One without is as likely another gateway's.
func (p *ingressPlugins) httpRoute(u *render.Unit, o *manifest.Object) {
	for _, rule := range nodes.Items(nodes.Field(o.Root, "spec", "rules")) {
		backend := ""
		for _, ref := range nodes.Items(nodes.Field(rule, "backendRefs")) {
			backend = cmp.Or(backend, nodes.Text(nodes.Field(ref, "name")))
		}
		if !p.serves(u, o.Namespace, backend) {
			continue
		}
		plugins := p.pluginsOf(o)
		for _, filter := range nodes.Items(nodes.Field(rule, "filters")) {
			if ref := nodes.Field(filter, "extensionRef"); nodes.Text(nodes.Field(ref, "kind")) == "KongPlugin" {
				plugins = append(plugins, p.named(o, nodes.Text(nodes.Field(ref, "name"))))
			}
		}
		matches := nodes.Items(nodes.Field(rule, "matches"))
		if len(matches) == 0 {
			matches = []*yaml.Node{nil}
		}
		for _, match := range matches {
			if len(plugins) > 0 {
				p.route(o, routeMatch(o, match), backend, plugins)
			}
		}
	}
}

// serves says whether a Service is one of Supabase's.
func (p *ingressPlugins) serves(u *render.Unit, namespace, name string) bool {
	of := u.Path + "|" + namespace + "|" + name
	is, known := p.serving[of]
	if !known {
		is = p.servesSupabase(u, namespace, name)
		p.serving[of] = is
	}
	return is
}

// route adds a route with its plugins, and those of the Service behind it.
func (p *ingressPlugins) route(o *manifest.Object, match []any, backend string, plugins []*yaml.Node) {
	var behind []*yaml.Node
	if service := p.objects["Service|"+inventory.ObjectName("", o.Namespace, backend)]; service.object != nil {
		behind = p.pluginsOf(service.object)
	}
	p.services = append(p.services, nodes.Mapping("plugins", sequence(behind), "routes", sequence([]*yaml.Node{
		nodes.Mapping(append(match, "name", nodes.Scalar(inventory.Label(o)), "plugins", sequence(plugins))...),
	})))
}

// pluginsOf are the plugins that the object's annotation names, each once.
func (p *ingressPlugins) pluginsOf(o *manifest.Object) []*yaml.Node {
	out, known := p.made[o]
	if known {
		return out
	}
	seen := map[string]bool{"": true}
	for _, name := range strings.Split(nodes.Text(nodes.Field(o.Root, "metadata", "annotations", pluginsAnnotation)), ",") {
		if name = strings.TrimSpace(name); !seen[name] {
			seen[name] = true
			out = append(out, p.named(o, name))
		}
	}
	p.made[o] = slices.Clip(out)
	return p.made[o]
}

// named is the plugin that an object means by a name: that of its namespace, or of another one that is named with it, or of the whole cluster.
func (p *ingressPlugins) named(by *manifest.Object, name string) *yaml.Node {
	namespace := by.Namespace
	if before, after, ok := strings.Cut(name, ":"); ok {
		namespace, name = before, after
	}
	for _, of := range []string{"KongPlugin|" + inventory.ObjectName("", namespace, name), "KongClusterPlugin|" + inventory.ObjectName("", "", name)} {
		if found := p.objects[of]; found.object != nil {
			return p.plugin(found.unit, found.object)
		}
	}
	p.unknown = cmp.Or(p.unknown, inventory.ObjectName("KongPlugin", namespace, name)+" is not in the repository, and may let some pass alone")
	return nodes.Mapping()
}

// plugin is what the controller makes of a plugin's object. Its configuration may stand in a Secret.
func (p *ingressPlugins) plugin(u *render.Unit, o *manifest.Object) *yaml.Node {
	config := nodes.Field(o.Root, "config")
	if ref := nodes.Field(o.Root, "configFrom", "secretKeyRef"); ref != nil {
		secret := p.Find(u, "Secret", cmp.Or(nodes.Text(nodes.Field(ref, "namespace")), o.Namespace), nodes.Text(nodes.Field(ref, "name")))
		known := false
		if secret.Object != nil {
			e, ok := p.Entry(secret.Object, nodes.Text(nodes.Field(ref, "key")))
			if docs := nodes.Decode(p.Readable(e.Value)); ok && e.Value.IsKnown() && len(docs) == 1 && !e.SOPS && !e.Sealed {
				config, known = docs[0].Root, true
			}
		}
		if !known {
			p.unknown = cmp.Or(p.unknown, "what "+inventory.Label(o)+" is configured with is not known")
		}
	}
	if nodes.Field(o.Root, "configPatches") != nil {
		p.unknown = cmp.Or(p.unknown, "what "+inventory.Label(o)+" is configured with is not known, which patches change")
	}
	plugin := nodes.Mapping("name", nodes.Field(o.Root, "plugin"), "config", config)
	if nodes.Text(nodes.Field(o.Root, "disabled")) == "true" {
		plugin = with(plugin, "enabled", "false")
	}
	return plugin
}

// with is a mapping with a further field.
func with(n *yaml.Node, field, text string) *yaml.Node {
	out := *n
	out.Content = append(n.Content[:len(n.Content):len(n.Content)], nodes.Scalar(field), nodes.Scalar(text))
	return &out
}

func sequence(items []*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Content: items}
}
