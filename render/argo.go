package render

import (
	"cmp"
	"path"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/chart"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/render/stores"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// application deploys what one of Argo CD's Applications names. Each of its sources is a
// kustomization, a chart or a directory of manifests, told apart by what is there; what
// they make is one unit, in the namespace of the destination.
func (p *planner) application(o order) {
	spec := nodes.Field(o.object.Root, "spec")
	u := &Unit{Name: o.label(), Kind: Application, Path: path.Dir(o.object.File), Rendered: true, Cluster: p.argoCluster(spec, o.cluster), By: ArgoCD, Order: o.object}
	if p.repo.HasArgoPlugin() {
		u.By = ArgoCDPlugin
	}
	u.Declared = o.object.Locate(nodes.Field(o.object.Root, "metadata", "name"))
	namespace := nodes.Text(nodes.Field(spec, "destination", "namespace"))
	refs := argoRefs(spec)
	before := len(u.Objects)
	for _, s := range argoSources(spec) {
		p.argoSource(o, u, s, namespace, refs)
	}
	for _, obj := range u.Objects[before:] {
		if obj.Namespace == "" && !obj.ClusterScoped() {
			obj.Namespace = namespace
		}
		p.tellLeft(u.Name, obj, respected(spec, obj))
		p.tellExcluded(u.Name, spec, obj)
	}
	u.Inputs = append(u.Inputs, o.object.File)
	if len(u.Objects) > 0 || len(u.Missing) > 0 {
		p.tellApplication(o)
		p.add(u, o)
	}
}

// argoSources are the sources of an Application: one, or several, or that from which Argo CD fills the branch that it deploys.
func argoSources(spec *yaml.Node) []*yaml.Node {
	if s := nodes.Field(spec, "sourceHydrator", "drySource"); s != nil {
		return []*yaml.Node{s}
	}
	if s := nodes.Field(spec, "source"); s != nil {
		return []*yaml.Node{s}
	}
	return nodes.Items(nodes.Field(spec, "sources"))
}

// argoRefs are the sources that others take values files from, as $name/path.
func argoRefs(spec *yaml.Node) map[string]*yaml.Node {
	refs := map[string]*yaml.Node{}
	for _, s := range argoSources(spec) {
		if name := nodes.Text(nodes.Field(s, "ref")); name != "" {
			refs[name] = s
		}
	}
	return refs
}

func (p *planner) argoSource(o order, u *Unit, s *yaml.Node, namespace string, refs map[string]*yaml.Node) {
	at := nodes.Field(s, "path")
	text := nodes.Text(at)
	if nodes.Field(s, "plugin") != nil {
		u.By = ArgoCDPlugin
	}
	if chartName := nodes.Text(nodes.Field(s, "chart")); chartName != "" {
		p.argoChart(o, u, s, nil, chartName, namespace, refs)
		return
	}
	if text == "" {
		if nodes.Text(nodes.Field(s, "ref")) == "" { // else it is there for its values files
			p.cannotTell(o, sources.NoteRenderFailed, nodes.Field(s, "repoURL"), "a source has neither path nor chart, and deploys nothing")
			u.Missing = append(u.Missing, "a source of "+o.label()+" has neither path nor chart")
		}
		return
	}
	dir, ok := p.local(text)
	if !ok || p.isForeign(s) {
		why := "the path " + sources.Shown(text) + " does not exist in this repository; it is one of another, and what that holds cannot be told"
		kind := sources.NoteNotFetched
		p.cannotTell(o, kind, at, why)
		u.Missing = append(u.Missing, why)
		return
	}
	p.tellArgo(o, s)
	p.tellOverrides(o, dir)
	if c := p.charts.At(dir); c != nil {
		p.argoChart(o, u, s, c, c.Name, namespace, refs)
		return
	}
	if p.g.Has(dir) {
		p.argoKustomize(o, u, s, dir)
		return
	}
	p.argoDirectory(o, u, s, dir)
}

// argoKustomize builds the kustomization with the options of the source.
func (p *planner) argoKustomize(o order, u *Unit, s *yaml.Node, dir string) {
	if !p.anyMatters(p.filesUnder(dir)) && !p.topMatters(s) {
		return
	}
	options := nodes.Field(s, "kustomize")
	r := p.generate(dir, o, nodes.Field(options, "patches"), p.topMatters(s), func(spec *types.Kustomization) {
		if ns := nodes.Text(nodes.Field(options, "namespace")); ns != "" {
			spec.Namespace = ns
		}
		spec.NamePrefix = nodes.Text(nodes.Field(options, "namePrefix")) + spec.NamePrefix
		spec.NameSuffix += nodes.Text(nodes.Field(options, "nameSuffix"))
		spec.Components = append(spec.Components, nodes.List(nodes.Field(options, "components"))...)
	})
	built := renderRoot(p.g, r)
	if u.By == ArgoCD {
		p.noteRestricted(r, p.byArgo)
	}
	u.Rendered = u.Rendered && built.Rendered
	u.Objects = append(u.Objects, built.Objects...)
	u.Missing = append(u.Missing, built.Missing...)
	u.Doubt = cmp.Or(u.Doubt, built.Doubt)
	u.Unread = append(u.Unread, built.Unread...)
	u.Inputs = append(u.Inputs, built.Inputs...)
	u.Opened = append(u.Opened, built.Opened...)
}

// argoTakes matches the names of files that Argo CD takes from a directory (argo-cd reposerver/repository: manifestFile).
var argoTakes = regexp.MustCompile(`\.(?:ya?ml|json|jsonnet)$`)

// argoDirectory reads the manifests of a directory. Jsonnet it evaluates, which keylint does not.
func (p *planner) argoDirectory(o order, u *Unit, s *yaml.Node, dir string) {
	for _, f := range p.files {
		if argoLists(s, dir, f.Path) && p.fileMatters(f) && path.Ext(f.Path) != ".jsonnet" {
			u.Objects = append(u.Objects, stores.InFile(p.repo, f)...)
			u.Inputs = append(u.Inputs, f.Path)
		}
	}
	p.jsonnet(o, s, dir)
}

// argoLists says whether a source of a directory takes a file: those below it only with recurse.
func argoLists(s *yaml.Node, dir, name string) bool {
	options := nodes.Field(s, "directory")
	if !under(name, dir) || path.Dir(name) != dir && nodes.Text(nodes.Field(options, "recurse")) != "true" || !argoTakes.MatchString(name) {
		return false
	}
	include, exclude := nodes.Text(nodes.Field(options, "include")), nodes.Text(nodes.Field(options, "exclude"))
	rel := strings.TrimPrefix(name, dir+"/")
	return (include == "" || matchesGlob(include, rel)) && (exclude == "" || !matchesGlob(exclude, rel))
}

// matchesGlob is Argo CD's include and exclude: a pattern, or several as {a,b}.
func matchesGlob(pattern, name string) bool {
	alternatives := []string{pattern}
	if strings.HasPrefix(pattern, "{") && strings.HasSuffix(pattern, "}") {
		alternatives = strings.Split(pattern[1:len(pattern)-1], ",")
	}
	for _, a := range alternatives {
		if ok, err := path.Match(strings.TrimPrefix(strings.TrimSpace(a), "**/"), path.Base(name)); err == nil && ok {
			return true
		}
		if ok, err := path.Match(strings.TrimSpace(a), name); err == nil && ok {
			return true
		}
	}
	return false
}

// argoChart renders a chart with the values of the source: its files, then values or
// valuesObject, then parameters (argo-cd reposerver/repository: helmTemplate).
func (p *planner) argoChart(o order, u *Unit, s *yaml.Node, c *chart.Chart, name, namespace string, refs map[string]*yaml.Node) {
	helm := nodes.Field(s, "helm")
	r := &chart.Release{Label: o.label(), Chart: c, ChartName: name, Repository: nodes.Text(nodes.Field(s, "repoURL")), Namespace: namespace, Templated: true}
	r.Namespace = cmp.Or(nodes.Text(nodes.Field(helm, "namespace")), namespace)
	r.Name = cmp.Or(nodes.Text(nodes.Field(helm, "releaseName")), o.object.Name)
	if r.At = o.object.Locate(nodes.Field(s, "chart")); c != nil {
		r.At = o.object.Locate(nodes.Field(s, "path"))
	}
	for _, item := range nodes.Items(nodes.Field(helm, "valueFiles")) {
		p.argoValueFile(o, u, r, c, item, refs, nodes.Text(nodes.Field(helm, "ignoreMissingValueFiles")) == "true")
	}
	if values := nodes.Field(helm, "valuesObject"); values != nil {
		r.Layers = append(r.Layers, chart.ObjectLayer(o.object, values, "helm.valuesObject"))
	} else if values := nodes.Field(helm, "values"); values != nil {
		q := o.object.Place(values)
		r.Layers = append(r.Layers, chart.TextLayer(nodes.Text(values), q, "helm.values")...)
	}
	for _, item := range nodes.Items(nodes.Field(helm, "parameters")) {
		value := nodes.Field(item, "value")
		if value == nil {
			continue
		}
		typed := value
		if nodes.Text(nodes.Field(item, "forceString")) != "true" {
			typed = chart.Typed(value)
		}
		l, ok := chart.PathLayer(nodes.Text(nodes.Field(item, "name")), typed, o.object.Place(value), "helm.parameters")
		if !ok {
			r.Missing = append(r.Missing, "a parameter of "+r.Label+" sets an item of a list, which is not followed")
			continue
		}
		r.Layers = append(r.Layers, l)
	}
	if c != nil {
		p.covered[c.Dir] = true
	}
	if !p.releaseMatters(o, r) {
		return
	}
	objects, missing := r.Install(p.repo)
	u.Objects = append(u.Objects, objects...)
	u.Missing = append(u.Missing, missing...)
	u.Unread = append(u.Unread, r.Unread...)
	u.Failed, u.Doubt = cmp.Or(u.Failed, r.Failed), cmp.Or(u.Doubt, r.Doubt)
	for _, l := range r.Layers {
		u.Inputs = append(u.Inputs, l.At.File)
	}
}

// releaseMatters says whether a chart or its values can bear keys.
func (p *planner) releaseMatters(o order, r *chart.Release) bool {
	if p.bearsKeys(o, r) {
		return true
	}
	p.aside(r)
	return false
}

func (p *planner) bearsKeys(o order, r *chart.Release) bool {
	return r.Chart != nil && p.bearingBelow(r.Chart.Dir) || o.object.Root != nil && p.leadsTo(o.object) || r.Bears(p.repo, o.object.File)
}

// argoValueFile reads one of a source's values files: beside the chart, or in the source
// that a "$name/" before it names, which may be this repository.
func (p *planner) argoValueFile(o order, u *Unit, r *chart.Release, c *chart.Chart, item *yaml.Node, refs map[string]*yaml.Node, optional bool) {
	text := nodes.Text(item)
	why := "the values file " + sources.Shown(text) + " is not in the repository"
	ref, rest := argoRef(text)
	switch {
	case ref != "" && refs[ref] == nil:
		p.cannotTell(o, sources.NoteRenderFailed, item, "no source is called "+sources.Shown(ref)+", from which it takes "+sources.Shown(rest))
		return
	case ref != "" && p.isForeign(refs[ref]):
		why = "the values file " + sources.Shown(text) + " is in another repository"
		text = ""
	}
	dir := ""
	if c != nil {
		dir = c.Dir
	}
	if f := p.valueFile(dir, text); text != "" && f != nil {
		if _, ok := sources.SecretsFile(text); ok {
			u.Opened = append(u.Opened, f.Path)
		}
		r.Layers = append(r.Layers, chart.FileLayers(f)...)
		if s := refs[ref]; s != nil {
			if what := p.argoRevision(o.object.File, s, nodes.Field(s, "targetRevision")); what != "" {
				p.cannotTell(o, sources.NoteNotFetched, item, "it takes the values file "+sources.Shown(text)+" from "+what+otherRevision)
			}
		}
		return
	}
	if optional && ref == "" {
		return
	}
	p.cannotTell(o, sources.NoteNotFetched, item, why)
	r.Layers = append(r.Layers, chart.UnknownLayer(why, o.object.Locate(item)))
}

// argoRef parts the name of a values file in another source, "$name/path"; ref is empty of any other.
func argoRef(text string) (ref, rest string) {
	if file, ok := sources.SecretsFile(text); ok {
		text = file
	}
	if ref, rest, ok := strings.Cut(text, "/"); ok && strings.HasPrefix(ref, "$") {
		return ref[1:], rest
	}
	return "", text
}

// valueFile is the values file that a source names, of a chart in the directory, which is
// empty where the chart is not at hand; nil where there is none.
func (p *planner) valueFile(dir, text string) *sources.File {
	ref, name := argoRef(text)
	if ref == "" && dir != "" && !strings.HasPrefix(name, "/") {
		if name = path.Join(dir, name); !p.repo.SameTree(dir, name) {
			return nil
		}
		return p.repo.File(name)
	}
	name = strings.TrimPrefix(path.Clean("/"+name), "/")
	for _, t := range p.repo.Trees() {
		if f := p.repo.File(path.Join(t, name)); f != nil {
			return f
		}
	}
	return nil
}

// isForeign says whether a source is certainly another repository than the one that most
// Applications with a path of this one name.
func (p *planner) isForeign(s *yaml.Node) bool {
	mine, most := repositoryName(s), 0
	for _, n := range p.argoURLs {
		most = max(most, n)
	}
	return mine != "" && p.argoURLs[mine] < most
}

// countURL takes up which repositories an Application names for paths that are here.
func (p *planner) countURL(o *manifest.Object) {
	spec := nodes.Field(o.Root, "spec")
	if o.Kind == "ApplicationSet" {
		spec = nodes.Field(spec, "template", "spec")
	}
	for _, s := range argoSources(spec) {
		if _, ok := p.local(nodes.Text(nodes.Field(s, "path"))); ok && repositoryName(s) != "" {
			p.argoURLs[repositoryName(s)]++
			p.countBranch(repositoryName(s), nodes.Text(nodes.Field(s, "targetRevision")))
		}
	}
}

// repositoryName is the last part of a source's URL, which a fork keeps.
func repositoryName(s *yaml.Node) string {
	url := nodes.Text(nodes.Field(s, "repoURL"))
	if strings.Contains(url, "{{") {
		return ""
	}
	return strings.ToLower(strings.TrimSuffix(path.Base(strings.TrimSuffix(url, "/")), ".git"))
}
