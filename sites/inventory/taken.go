package inventory

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// checksKeys are the services that look at a header which bears a key.
var checksKeys = map[string]bool{"Kong": true, "Envoy": true, "GoTrue": true, "PostgREST": true, "Realtime": true, "Storage": true, "Functions": true}

// noteTaken tells of what stands before what checks keys, and does not hand on the header in which one is sent: no key that comes that way arrives.
func (inv *Inventory) noteTaken() {
	if !slices.ContainsFunc(inv.Containers, func(c *Container) bool { return checksKeys[c.Carrier.Backend] }) && !inv.hasConsumers() {
		return
	}
	uses := sync.OnceValue(inv.middlewareUses)
	read := map[[3]string]bool{} // objects by file, kind and name; files that a proxy is shown
	shown := shownFiles{map[FileID]bool{}, map[FileID][]sources.TakenHeader{}}
	for _, p := range inv.Pods {
		for _, c := range p.Containers {
			if c.Carrier.Idle == "" && !checksKeys[c.Carrier.Backend] && (c.Object == nil || isProxyImage(c.Image)) && c.Unit.Deployed() {
				inv.noteTakenIn(p, c, shown)
			}
		}
	}
	for id := range shown.read {
		read[[3]string{id.Source}] = true
	}
	for _, u := range inv.Units {
		for _, o := range u.Objects {
			if !o.Derived() {
				read[[3]string{o.File, o.Kind, o.OriginalName}] = true
			}
			if u.Deployed() {
				inv.noteTakenBy(u, o, uses, shown)
			}
		}
	}
	for _, h := range inv.takenByLabels {
		h.To = []string{h.of.Name}
		inv.noteHeaders([]sources.TakenHeader{h.TakenHeader}, called(h.label, func(int) sources.Position { return h.at }), func(string) []*Container { return []*Container{h.of} })
	}
	inv.noteRouters()
	for _, f := range inv.Repo.Files() {
		if !f.TakesHeaders() || f.Example || inv.Inputs[f.Path] {
			continue
		}
		if f.IsManifest() && f.HoldsObjects() {
			for _, w := range manifest.WrittenIn(f.Documents()) {
				kind, name := nodes.Text(nodes.Field(w.Root, "kind")), nodes.Text(nodes.Field(w.Root, "metadata", "name"))
				space := nodes.Text(nodes.Field(w.Root, "metadata", "namespace"))
				if takesInObject(w.Root) && !read[[3]string{f.Path, kind, name}] {
					inv.noteHeaders(sources.TakenIn(w.Root), called(manifest.Label(kind, space, name), func(int) sources.Position { return w.Doc.Position(nodes.Field(w.Root, "metadata", "name")) }),
						func(host string) []*Container { return inv.anywhere(withNamespace(host, space)) })
				}
			}
		} else if (f.IsProxy() || f.IsManifest()) && !read[[3]string{f.Path}] {
			if b, err := f.Plain(); err == nil && !sources.IsKong(b) && !sources.IsEnvoy(b) {
				inv.noteHeaders(sources.ParseTaken(b, nil), called(f.Path, func(line int) sources.Position { return f.Inside(line, 0, 0) }), inv.anywhere)
			}
		}
	}
}

// hasConsumers says whether Kong's Ingress Controller has consumers.
func (inv *Inventory) hasConsumers() bool {
	return slices.ContainsFunc(inv.Units, func(u *render.Unit) bool {
		return slices.ContainsFunc(u.Objects, func(o *manifest.Object) bool { return o.Kind == "KongConsumer" })
	})
}

// takesInObject says of an object whether it is one that says what is done to requests: of Ingresses, of the Gateway API, of Istio, Traefik, Contour,
// Emissary, Gloo, and of nginx' own makers.
func takesInObject(root *yaml.Node) bool {
	group, _, _ := strings.Cut(nodes.Text(nodes.Field(root, "apiVersion")), "/")
	return slices.ContainsFunc([]string{"networking.k8s.io", "extensions", "gateway.", "traefik.", "networking.istio.io", "projectcontour.io", "getambassador.io", "k8s.nginx.org"},
		func(prefix string) bool { return strings.HasPrefix(group, prefix) })
}

// shownFiles are those that a container is shown, and what was found in each that includes no other: many may be shown one.
type shownFiles struct {
	read  map[FileID]bool
	alone map[FileID][]sources.TakenHeader
}

// noteTakenIn tells of the files that a container is shown.
func (inv *Inventory) noteTakenIn(p *Pod, c *Container, shown shownFiles) {
	configs := inv.ProxyConfigs(p, c)
	taken := make([][]sources.TakenHeader, len(configs))
	for i, k := range configs {
		shown.read[k.ID()] = true
		known, alone := false, k.Includes == nil || !sources.BringsIn(k.Text)
		if taken[i], known = shown.alone[k.ID()]; alone && known || sources.IsKong(k.Text) || sources.IsEnvoy(k.Text) {
			continue
		}
		if !alone && !inv.Repo.Spend(proxyCost*len(k.Text)) {
			inv.Repo.Note(sources.NoteBound, k.Inside(1, 0, 0), "to read what proxies ask for is "+sources.TooMuch)
			return
		}
		if taken[i] = sources.ParseTaken(k.Text, k.Includes); alone {
			shown.alone[k.ID()] = taken[i]
		}
	}
	for i, k := range configs {
		for _, id := range k.included() {
			shown.read[id] = true
		}
		if k.isIncluded() {
			continue
		}
		inv.noteHeaders(taken[i], func(h sources.TakenHeader) (string, sources.Position) { return k.At(h.File, h.Line) }, func(host string) []*Container {
			if c.Object == nil {
				return inv.named(c, host)
			}
			return inv.serviceOf(c.Unit, c.Namespace, host)
		})
	}
}

// called is how a place is called where all has one name.
func called(label string, at func(line int) sources.Position) func(sources.TakenHeader) (string, sources.Position) {
	return func(h sources.TakenHeader) (string, sources.Position) { return label, at(h.Line) }
}

// noteTakenBy tells of an object: one that says what is done to requests, or a ConfigMap with the configuration of a proxy that is not shown to one.
func (inv *Inventory) noteTakenBy(u *render.Unit, o *manifest.Object, uses func() map[string][]string, shown shownFiles) {
	resolve := func(host string) []*Container { return inv.serviceOf(u, o.Namespace, host) }
	whole := func(int) sources.Position { return o.Locate(nodes.Field(o.Root, "metadata", "name")) }
	switch {
	case takesInObject(o.Root):
		taken := sources.TakenIn(o.Root)
		if what := sources.AsksIn(o.Root); what != "" && len(taken) == 0 {
			taken = append(taken, sources.TakenHeader{Asks: what, To: sources.LeadsTo(nodes.Field(o.Root, "spec"))})
		}
		if o.Kind == "Middleware" && len(taken) > 0 {
			for i := range taken {
				taken[i].To = uses()[o.Namespace+"-"+o.Name]
			}
		}
		inv.noteHeaders(taken, called(Label(o), whole), resolve)
	case o.Kind == "ConfigMap":
		for _, e := range inv.Entries(o) {
			text := inv.Readable(e.Value)
			if e.Key == "proxy-set-headers" { // of ingress-nginx, for all that it leads somewhere
				inv.noteIngressHeaders(u, o.Namespace, string(text))
			} else if label := Label(o) + " " + e.Key; !shown.read[FileID{u, label}] && !sources.IsKong(text) && !sources.IsEnvoy(text) {
				inv.noteHeaders(sources.ParseTaken(text, nil), called(label, func(line int) sources.Position { return e.Inside(line, 1, 0) }), resolve)
			}
		}
	}
}

// noteIngressHeaders reads the ConfigMap of the headers that ingress-nginx sets, by its name.
func (inv *Inventory) noteIngressHeaders(u *render.Unit, namespace, name string) {
	if space, rest, ok := strings.Cut(name, "/"); ok {
		namespace, name = space, rest
	}
	found := inv.Find(u, "ConfigMap", namespace, name)
	if found.Object == nil {
		return
	}
	for _, e := range inv.Entries(found.Object) {
		line := "proxy_set_header " + e.Key + ` "` + string(inv.Readable(e.Value)) + `";`
		inv.noteHeaders(sources.ParseTaken([]byte(line), nil), called(Label(found.Object), func(int) sources.Position { return e.At }), inv.anywhere)
	}
}

// middlewareUses are the Services that what uses each middleware of Traefik's leads to, by the middleware as an Ingress names it.
func (inv *Inventory) middlewareUses() map[string][]string {
	uses := map[string][]string{}
	add := func(name string, of *manifest.Object, n *yaml.Node) {
		for _, host := range sources.LeadsTo(n) {
			uses[name] = append(uses[name], withNamespace(host, of.Namespace))
		}
	}
	inv.eachObject(func(_ *render.Unit, o *manifest.Object) {
		switch o.Kind {
		case "Ingress":
			for name := range strings.SplitSeq(nodes.Text(nodes.Field(o.Root, "metadata", "annotations", "traefik.ingress.kubernetes.io/router.middlewares")), ",") {
				name, _, _ = strings.Cut(strings.TrimSpace(name), "@")
				add(name, o, o.Root)
			}
		case "IngressRoute":
			for _, r := range nodes.Items(nodes.Field(o.Root, "spec", "routes")) {
				for _, used := range nodes.Items(nodes.Field(r, "middlewares")) {
					add(cmp.Or(nodes.Text(nodes.Field(used, "namespace")), o.Namespace)+"-"+nodes.Text(nodes.Field(used, "name")), o, r)
				}
			}
		}
	})
	return uses
}

// withNamespace is the name of a Service, as it is called from everywhere.
func withNamespace(service, namespace string) string {
	if namespace == "" || strings.Contains(service, ".") {
		return service
	}
	return service + "." + namespace
}

// noteHeaders tells of the headers that one place takes away, where they would have gone to what checks them. Nothing but an API has a header apikey:
// that one is told of wherever it goes that is not known.
func (inv *Inventory) noteHeaders(taken []sources.TakenHeader, at func(sources.TakenHeader) (label string, at sources.Position), resolve func(host string) []*Container) {
	type found struct{ known, checked bool }
	leads := map[string]found{}
	for _, h := range taken {
		label, at := at(h)
		known, checked := false, false
		for _, host := range h.To {
			to, looked := leads[host]
			if !looked {
				if !inv.Repo.Spend(filterCost * (1 + len(inv.Containers))) {
					inv.Repo.Note(sources.NoteBound, at, "where what is sent to proxies is led is "+sources.TooMuch)
					return
				}
				for _, c := range resolve(host) {
					to = found{true, to.checked || checksKeys[c.Carrier.Backend]}
				}
				leads[host] = to
			}
			known, checked = known || to.known, checked || to.checked
		}
		if !checked && (known || h.Name != "apikey") {
			continue
		}
		if h.Asks != "" {
			inv.Repo.Note(sources.NoteNotFetched, at, label+" asks for what "+h.Asks+" checks before it hands a request on: whether one with a key passes cannot be told")
			continue
		}
		if h.From != "" {
			inv.Repo.Note(sources.NoteNotFetched, at, label+" includes "+h.From+": whether that lets pass what brings a key, and hands it on, cannot be told")
			continue
		}
		does := "takes the header " + h.Name + " away from"
		if h.Set {
			does = "sets the header " + h.Name + " to something else in"
		}
		inv.Repo.Note(sources.NoteNotFetched, at, label+" "+does+" what it hands on: no key that is sent in it that way arrives")
	}
}

// takenByLabel is a header that a label has a proxy not hand on to its container.
type takenByLabel struct {
	sources.TakenHeader
	of    *Container
	label string
	at    sources.Position
}
