package render

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"sort"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/chart"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// elsewhere is what deploys something that is not in the repository, and of which nothing in the repository says that it
// has to do with keys: a chart of somebody else, a path of another repository, a remote base.
type elsewhere struct {
	label     string
	namespace string // that it is deployed to; empty where that is not known
	at        sources.Position
	apart     bool // it brings namespaces of its own
}

// aside takes up a release of a chart that is not here, and that is given no key. Without a namespace it goes to the default one.
func (p *planner) aside(r *chart.Release) {
	if r.Chart == nil {
		p.elsewhere = append(p.elsewhere, elsewhere{label: r.Label, namespace: cmp.Or(r.Namespace, "default"), at: r.At})
	}
}

// tellElsewhere tells of all that is deployed from elsewhere. A chart, or the manifests of another repository, can do
// anything in the namespace that they go to: where keys stand there, or the namespace is not known, nothing is proven of
// these. What goes to other namespaces is named, and no more.
func (p *planner) tellElsewhere() {
	for _, d := range p.deployers {
		if !p.reached[writtenAs(d.object)] {
			p.unreached(d)
		}
	}
	p.g.EachUnfetched(func(label, namespace, address string, at sources.Position) {
		namespace = cmp.Or(namespace, p.namespaceAbove(at.File))
		p.elsewhere = append(p.elsewhere, elsewhere{label, namespace, at, namespace == "" && sources.OfPublisher(address)})
	})
	for _, m := range p.repo.RemoteManifests() {
		p.elsewhere = append(p.elsewhere, elsewhere{"kubectl in " + m.At.File + " (" + m.Host + ")", m.Namespace, m.At, m.Namespace == "" && sources.OfPublisher(m.Address)})
	}
	bearing := p.bearingNamespaces()
	if len(bearing) == 0 {
		return // no key stands in a cluster
	}
	told := map[string][]elsewhere{}
	const others = "\x00others"
	for _, e := range p.elsewhere {
		of := e.namespace
		if e.apart || of != "" && !bearing[of] {
			of = others
		}
		told[of] = append(told[of], e)
	}
	for _, of := range slices.Sorted(maps.Keys(told)) {
		list := told[of]
		sort.SliceStable(list, func(a, b int) bool { return list[a].at.Before(list[b].at) })
		kind := sources.NoteNotFetched
		what := "what " + takenBy(list) + " from elsewhere was not fetched"
		switch of {
		case others:
			kind = sources.NoteSkipped
			what += ", and is not compared: it goes to namespaces in which no key stands"
		case "":
			what += ", and into which namespace it goes is not known: whether it changes what holds keys cannot be told"
		default:
			what += ": what it changes in the namespace " + sources.Shown(of) + ", in which keys stand, cannot be told"
		}
		p.repo.Note(kind, list[0].at, what)
	}
}

// takenBy names who takes something from elsewhere, each once.
func takenBy(list []elsewhere) string {
	var labels []string
	for _, e := range list {
		if !slices.Contains(labels, e.label) {
			labels = append(labels, e.label)
		}
	}
	last := len(labels) - 1
	if last == 0 {
		return labels[0] + " takes"
	}
	return strings.Join(labels[:last], ", ") + " and " + labels[last] + " take"
}

// bearingNamespaces are those in which something stands that may bear a key. What says no namespace is applied to the
// default one, as far as the repository tells.
func (p *planner) bearingNamespaces() map[string]bool {
	out := map[string]bool{}
	for _, u := range p.units {
		for _, o := range u.Objects {
			if u.Deployed() && !o.ClusterScoped() && !isOrder(o) && p.leadsTo(o) {
				out[cmp.Or(o.Namespace, "default")] = true
			}
		}
	}
	return out
}

// unreached takes up what an order deploys that nothing else led to, if that is not here.
func (p *planner) unreached(d *deployer) {
	o, spec := d.object, nodes.Field(d.object.Root, "spec")
	add := func(namespace string, at *yaml.Node) {
		named := order{object: o}.label()
		p.elsewhere = append(p.elsewhere, elsewhere{label: named, namespace: cmp.Or(namespace, p.namespaceAbove(d.file.Path)), at: o.Locate(at)})
	}
	switch o.Kind {
	case "Kustomization":
		source := nodes.Field(spec, "sourceRef")
		_, here := p.local(cmp.Or(nodes.Text(nodes.Field(spec, "path")), "."))
		foreign := nodes.Text(nodes.Field(source, "kind")) != "GitRepository" || p.isForeignSource(order{object: o})
		if source != nil && (foreign || !here) {
			p.elsewhere = append(p.elsewhere, elsewhere{label: order{object: o}.label(), namespace: nodes.Text(nodes.Field(spec, "targetNamespace")), at: o.Locate(nodes.Field(source, "name"))})
		}
	case "HelmRelease":
		source := nodes.Field(spec, "chart", "spec", "sourceRef")
		here := nodes.Text(nodes.Field(source, "kind")) == "GitRepository" && !p.isForeignSource(order{object: o})
		if at := nodes.Field(spec, "chart", "spec", "chart"); at != nil && !here {
			add(cmp.Or(nodes.Text(nodes.Field(spec, "targetNamespace")), o.Namespace), at)
		} else if at := nodes.Field(spec, "chartRef", "name"); at != nil {
			add(cmp.Or(nodes.Text(nodes.Field(spec, "targetNamespace")), o.Namespace), at)
		}
	case "HelmChart":
		if at := nodes.Field(spec, "chart"); at != nil {
			add(cmp.Or(nodes.Text(nodes.Field(spec, "targetNamespace")), "default"), at)
		}
	case "Application":
		for _, s := range argoSources(spec) {
			at := cmp.Or(nodes.Field(s, "chart"), nodes.Field(s, "path"))
			dir, here := p.local(nodes.Text(nodes.Field(s, "path")))
			if here {
				p.jsonnet(order{object: o}, s, dir)
			}
			if at != nil && (nodes.Field(s, "chart") != nil || !here || p.isForeign(s)) {
				p.elsewhere = append(p.elsewhere, elsewhere{label: order{object: o}.label(), namespace: literal(nodes.Text(nodes.Field(spec, "destination", "namespace"))), at: o.Locate(at)})
			}
		}
	case "ApplicationSet":
		for _, app := range p.expandSet(order{object: o}) {
			p.unreached(&deployer{object: app, file: d.file})
		}
	}
}

// literal is a text in which nothing is filled in; empty for any other.
func literal(text string) string {
	if strings.Contains(text, "{{") {
		return ""
	}
	return text
}

// jsonnet takes up what Argo CD evaluates in a directory, and keylint does not.
func (p *planner) jsonnet(o order, s *yaml.Node, dir string) {
	for _, f := range p.files {
		if path.Ext(f.Path) == ".jsonnet" && argoLists(s, dir, f.Path) && !p.g.Has(dir) {
			namespace := nodes.Text(nodes.Field(o.object.Root, "spec", "destination", "namespace"))
			p.elsewhere = append(p.elsewhere, elsewhere{label: o.label() + " of " + f.Path, namespace: namespace, at: f.At()})
		}
	}
}

// namespaceAbove is the one that a kustomization at a file or above it, or a Flux Kustomization that deploys it, puts there;
// empty where none does.
func (p *planner) namespaceAbove(file string) string {
	for dir := path.Dir(file); ; dir = path.Dir(dir) {
		if ns := p.g.Namespace(dir); ns != "" {
			return ns
		}
		if dir == "." || dir == "/" {
			break
		}
	}
	for _, d := range p.deployers {
		ns := nodes.Text(nodes.Field(d.object.Root, "spec", "targetNamespace"))
		if d.object.Kind == "Kustomization" && ns != "" && slices.ContainsFunc(d.dirs, func(dir string) bool { return under(file, dir) }) {
			return ns
		}
	}
	return ""
}
