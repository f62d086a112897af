package render

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/chart"
	"github.com/keylint/keylint/render/kustomize"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// planner finds out what is deployed. It starts from what somebody applies by hand, or a
// bootstrap does: kustomizations that no other uses, and plain manifests. Where objects of
// Flux or Argo CD are among these, they say what their controllers deploy next, and so on.
type planner struct {
	repo   *sources.Repository
	g      *kustomize.Graph
	charts *chart.Charts
	roots  []*kustomize.Root
	files  []*sources.File            // of the repository, as the walk found them
	under  map[string][]*sources.File // by directory, what a controller takes from it
	units  []*Unit
	reach  *reach
	plain  map[*sources.File][]*manifest.Object // as files have them

	kustomizeCalls  func() []sources.KustomizeCall        // the commands of the repository that build kustomizations
	clusterNames    func() map[string]string              // the names that Argo CD knows clusters by, by their address
	exclusions      func() exclusions                     // the kinds that Argo CD leaves alone
	chartConfigs    map[string]*manifest.Object           // HelmChartConfigs, by namespace and name
	helmURLs        map[string]map[string]string          // addresses of HelmRepositories, by name and namespace
	argoURLs        map[string]int                        // how often Applications name a repository for a path that is here
	fluxSources     map[string]int                        // how often Flux' objects name a GitRepository for one
	branches        map[string]map[string]int             // by repository, how often a branch of it is deployed
	gitRepositories []*manifest.Object                    // as they are written
	ignored         map[*sources.File][]gitignore.Pattern // the lines of .sourceignore files
	deployers       []*deployer                           // as they are written, everywhere in the repository
	byFile          map[string][]*deployer
	relevant        map[*deployer]bool // whether what it deploys can bear keys

	unseenValues map[string]chart.Layer // what a command gives a chart that cannot be seen, by its directory

	elsewhere []elsewhere // what is deployed from elsewhere and is given no key

	queue   []order
	done    map[string]bool // orders that were carried out
	covered map[string]bool // files that a controller deploys
	passed  map[string]bool // files below a directory that one deploys which it does not take
	reached map[string]bool // deployers that something deploys, by place
}

// order is an object that makes a controller deploy something, as it is when it reaches
// the cluster.
type order struct {
	object  *manifest.Object
	set     *manifest.Object // that made the object; nil where none did
	cluster string
	from    *Unit    // that deploys the object
	chain   []string // the orders above it
	tries   int      // how often it was put back
}

// id tells orders apart: two clusters may hold objects of the same name.
func (o order) id() string {
	return strings.Join([]string{o.cluster, o.object.Kind, o.object.Namespace, o.object.Name}, "|")
}

// label is how the object is called in reports.
func (o order) label() string {
	kind := o.object.Kind
	if kind == "Kustomization" {
		kind = string(FluxKustomization)
	} else if isArgo(o.object) {
		kind = "Argo CD " + kind
	}
	return kind + " " + strings.TrimPrefix(o.object.Namespace+"/"+o.object.Name, "/")
}

func isFlux(o *manifest.Object) bool { return strings.Contains(o.APIVersion, ".toolkit.fluxcd.io/") }
func isK3s(o *manifest.Object) bool  { return strings.HasPrefix(o.APIVersion, "helm.cattle.io/") }
func isArgo(o *manifest.Object) bool { return strings.HasPrefix(o.APIVersion, "argoproj.io/") }

// isOrder says whether the object makes a controller deploy something.
func isOrder(o *manifest.Object) bool {
	switch o.Kind {
	case "Kustomization", "HelmRelease":
		return isFlux(o)
	case "Application", "ApplicationSet":
		return isArgo(o)
	case "HelmChart":
		return isK3s(o)
	}
	return false
}

// deployer is such an object as it is written, before anything is rendered: what it names
// is enough to tell what is worth rendering.
type deployer struct {
	object *manifest.Object
	file   *sources.File
	dirs   []string                // directories that it deploys
	argo   map[string][]*yaml.Node // the sources of Argo CD's by which it does, by directory
}

// readDeployers finds them all.
func (p *planner) readDeployers() {
	for _, f := range p.files {
		if !f.Deploys() || f.Example || !f.IsManifest() {
			continue
		}
		for _, o := range p.objectsIn(f) {
			if isOrder(o) {
				d := &deployer{object: o, file: f}
				p.deployers = append(p.deployers, d)
				p.byFile[f.Path] = append(p.byFile[f.Path], d)
				p.countURL(o)
				p.countSource(o)
			}
			if o.Kind == "HelmRepository" && isFlux(o) {
				p.noteRepository(o)
			}
			if o.Kind == "GitRepository" && isFlux(o) {
				p.gitRepositories = append(p.gitRepositories, o)
				spec := nodes.Field(o.Root, "spec")
				p.countBranch(fluxURL(spec), fluxBranch(spec))
			}
			if o.Kind == "HelmChartConfig" && isK3s(o) {
				p.chartConfigs[o.Namespace+"/"+o.Name] = o
			}
		}
	}
	for _, d := range p.deployers {
		d.argo = map[string][]*yaml.Node{}
		p.eachDir(d.object, func(dir string, source *yaml.Node) {
			d.dirs, d.argo[dir] = append(d.dirs, dir), append(d.argo[dir], source)
		})
	}
}

// eachDir visits the directories that the object names, as far as that can be told before
// anything is rendered, each with the source of Argo CD's that names it.
func (p *planner) eachDir(o *manifest.Object, visit func(dir string, source *yaml.Node)) {
	add := func(text string, source *yaml.Node) {
		if dir, ok := p.local(text); ok {
			visit(dir, source)
		}
	}
	spec := nodes.Field(o.Root, "spec")
	switch {
	case o.Kind == "Kustomization":
		if nodes.Text(nodes.Field(spec, "sourceRef", "kind")) == "GitRepository" {
			add(nodes.Text(nodes.Field(spec, "path")), nil)
		}
	case o.Kind == "Application":
		for _, s := range argoSources(spec) {
			if nodes.Field(s, "chart") == nil && !p.isForeign(s) {
				add(nodes.Text(nodes.Field(s, "path")), s)
			}
		}
	case o.Kind == "ApplicationSet":
		for _, app := range p.expandSet(order{object: o}) {
			p.eachDir(app, visit)
		}
	case o.Kind == "HelmRelease" && nodes.Text(nodes.Field(spec, "chart", "spec", "sourceRef", "kind")) == "GitRepository":
		add(nodes.Text(nodes.Field(spec, "chart", "spec", "chart")), nil)
	}
}

// local is the directory of the repository that a path of a Flux or Argo CD object means.
func (p *planner) local(text string) (string, bool) {
	if text == "" || strings.Contains(text, "${") || strings.Contains(text, "{{") {
		return "", false
	}
	dir := strings.TrimPrefix(path.Clean("/"+text), "/")
	if dir == "" {
		dir = "."
	}
	for _, t := range p.repo.Trees() {
		if d := path.Join(t, dir); p.repo.FileSystem().IsDir("/" + d) {
			return d, true
		}
	}
	return "", false
}

// filesUnder are the files that a controller takes from a directory: those of the
// kustomization there, or else, as Flux does, all manifests below it, where a directory
// with a kustomization of its own counts as one.
func (p *planner) filesUnder(dir string) []*sources.File {
	if _, known := p.under[dir]; !known {
		p.under[dir] = p.readUnder(dir)
	}
	return p.under[dir]
}

func (p *planner) readUnder(dir string) []*sources.File {
	if p.g.Has(dir) {
		return p.g.At(dir).Files()
	}
	var out []*sources.File
	dirs, files := p.listUnder(dir)
	for _, d := range dirs {
		out = append(out, p.g.At(d).Files()...)
	}
	return append(out, files...)
}

// listUnder lists the kustomizations and plain manifests below a directory. Of kustomizations within each
// other it is the topmost one that Flux takes (fluxcd/pkg/kustomize: Generator, scanManifests).
func (p *planner) listUnder(dir string) (dirs []string, files []*sources.File) {
	topmost := map[string]string{} // directory → the topmost kustomization at or above it; empty where there is none
	var within func(d string) string
	within = func(d string) string {
		if known, ok := topmost[d]; ok {
			return known
		}
		top := ""
		if d != dir && d != "." && d != "/" {
			top = within(path.Dir(d))
		}
		if top == "" && p.g.Has(d) {
			top = d
		}
		topmost[d] = top
		return top
	}
	seen := map[string]bool{}
	for _, f := range p.files {
		if !under(f.Path, dir) || !f.IsManifest() && !f.IsKustomization() {
			continue
		}
		if k := within(f.Dir()); k != "" {
			if !seen[k] {
				seen[k] = true
				dirs = append(dirs, k)
			}
			continue
		}
		if f.IsManifest() {
			files = append(files, f)
		}
	}
	return dirs, files
}

func under(name, dir string) bool { return dir == "." || strings.HasPrefix(name, dir+"/") }

// cover marks what the object deploys, so that it is not taken for something that is
// applied by hand.
func (p *planner) cover(d *deployer) {
	if isFlux(d.object) && p.isForeignSource(order{object: d.object}) {
		return // what is here under that path is something else
	}
	for _, dir := range d.dirs {
		if p.charts.Has(dir) {
			p.covered[dir] = true
			continue
		}
		if p.g.Has(dir) {
			p.covered[dir] = true
		}
		for _, f := range p.filesUnder(dir) {
			if !p.g.Has(dir) && !d.takes(dir, f.Path) {
				p.passed[f.Path] = true
				continue
			}
			p.covered[f.Path] = true
			if f.IsKustomization() {
				p.covered[f.Dir()] = true
			}
		}
	}
}

// takes says whether a controller takes a file from a directory that is no kustomization.
func (d *deployer) takes(dir, name string) bool {
	if isFlux(d.object) {
		return fluxTakes(name)
	}
	return slices.ContainsFunc(d.argo[dir], func(s *yaml.Node) bool { return s == nil || argoLists(s, dir, name) })
}

// enqueue takes up the orders among a unit's objects.
func (p *planner) enqueue(objects []*manifest.Object, cluster string, from *Unit, chain []string) {
	for _, o := range objects {
		if isOrder(o) {
			p.queue = append(p.queue, order{object: o, cluster: cluster, from: from, chain: chain})
		}
	}
}

// run carries out the orders. Releases wait until all else is there, because their values
// may come from it.
func (p *planner) run() {
	for len(p.queue) > 0 {
		next := 0
		for i, o := range p.queue {
			if o.object.Kind != "HelmRelease" && o.object.Kind != "HelmChart" && o.tries == 0 {
				next = i
				break
			}
		}
		o := p.queue[next]
		p.queue = append(p.queue[:next:next], p.queue[next+1:]...)
		p.carryOut(o)
	}
}

func (p *planner) carryOut(o order) {
	id := o.id()
	if p.done[id] {
		for i, above := range o.chain {
			if above == id && i < len(o.chain)-1 {
				p.repo.NoteOf(o.label(), sources.NoteRenderFailed, o.object.Locate(nodes.Field(o.object.Root, "metadata", "name")),
					o.label()+" deploys itself by way of others, in a cycle: "+o.cycle(id))
			}
		}
		return
	}
	if o.tries == 0 && p.waits(o) {
		o.tries++
		p.queue = append(p.queue, o)
		return
	}
	p.done[id] = true
	p.reached[writtenAs(o.object)] = true

	o.chain = append(o.chain[:len(o.chain):len(o.chain)], id)
	switch o.object.Kind {
	case "Kustomization":
		p.flux(o)
	case "HelmRelease":
		p.helmRelease(o)
	case "HelmChart":
		p.helmChart(o)
	case "Application":
		p.application(o)
	case "ApplicationSet":
		for _, app := range p.expandSet(o) {
			p.queue = append(p.queue, order{object: app, set: o.object, cluster: o.cluster, from: o.from, chain: o.chain})
		}
	}
}

// cycle names the orders from one to itself.
func (o order) cycle(id string) string {
	var names []string
	found := false
	for _, above := range o.chain {
		found = found || above == id
		if found {
			names = append(names, above[strings.LastIndex(above, "|")+1:])
		}
	}
	return strings.Join(append(names, o.object.Name), " deploys ")
}

// waits says whether an order needs an object that no unit has yet.
func (p *planner) waits(o order) bool {
	for _, ref := range nodes.Items(nodes.Field(o.object.Root, "spec", "postBuild", "substituteFrom")) {
		kind, name := nodes.Text(nodes.Field(ref, "kind")), nodes.Text(nodes.Field(ref, "name"))
		if p.object(o, kind, o.object.Namespace, name) == nil {
			return true
		}
	}
	return false
}

// object finds an object of the cluster, that of the same unit first.
func (p *planner) object(o order, kind, namespace, name string) *manifest.Object {
	if o.from != nil {
		if found := o.from.Find(kind, namespace, name); found != nil {
			return found
		}
	}
	for _, u := range p.units {
		if u.Deployed() && (u.Cluster == o.cluster || u.Cluster == "" || o.cluster == "") {
			if found := u.Find(kind, namespace, name); found != nil {
				return found
			}
		}
	}
	return nil
}

// add makes a unit of what an order deploys, and takes up the orders in it. What is deployed by what is not known is not known either.
func (p *planner) add(u *Unit, o order) {
	if o.from != nil {
		u.Doubt = cmp.Or(u.Doubt, o.from.Doubt)
	}
	u.doubted()
	for _, obj := range u.Objects {
		p.tellLeft(u.Name, obj, leftAlone(obj, u))
	}
	p.units = append(p.units, u)
	for _, f := range u.Inputs {
		p.covered[f] = true
	}
	p.enqueue(u.Objects, u.Cluster, u, o.chain)
}

// cannotTell notes why nothing is known of what an order deploys.
func (p *planner) cannotTell(o order, kind sources.NoteKind, at *yaml.Node, why string) {
	p.repo.NoteOf(o.label(), kind, o.object.Locate(at), o.label()+": "+why)
}
