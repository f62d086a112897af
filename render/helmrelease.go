package render

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render/chart"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/render/stores"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// helmRelease installs what one of Flux' HelmReleases names. Its values are those of
// valuesFrom in their order, and over them spec.values
// (fluxcd/pkg/chartutil: ChartValuesFromReferences).
func (p *planner) helmRelease(o order) {
	spec := nodes.Field(o.object.Root, "spec")
	r := &chart.Release{Label: o.label(), At: o.object.Locate(spec)}
	r.Namespace = cmp.Or(nodes.Text(nodes.Field(spec, "targetNamespace")), o.object.Namespace)
	r.Name = cmp.Or(nodes.Text(nodes.Field(spec, "releaseName")), defaultReleaseName(o.object, spec))
	p.chartOf(o, r, spec)
	for _, ref := range nodes.Items(nodes.Field(spec, "valuesFrom")) {
		r.Layers = append(r.Layers, p.valuesFrom(o, ref)...)
	}
	if values := nodes.Field(spec, "values"); values != nil {
		r.Layers = append(r.Layers, chart.ObjectLayer(o.object, values, "spec.values"))
	}
	post := nodes.Field(spec, "postRenderers")
	if post != nil {
		r.Missing = append(r.Missing, "the postRenderers of "+r.Label+" were not applied")
	}
	if p.releaseMatters(o, r) {
		if text, err := yaml.String(post); post != nil && (err != nil || sources.SetsValues(text)) {
			p.cannotTell(o, sources.NoteNotFetched, post, "its postRenderers were not applied, which change what its chart sets")
		}
		if at := nodes.Field(spec, "upgrade", "preserveValues"); nodes.Text(at) == "true" {
			p.cannotTell(o, sources.NoteNotFetched, at, "its preserveValues keeps the values of the release before, whatever stands here")
		}
		u := &Unit{Cluster: o.cluster, By: releasedBy(o), Order: o.object}
		p.install(o, r, u)
		p.tellFlux(o, u)
	} else if r.Chart != nil {
		p.covered[r.Chart.Dir] = true
	}
}

// defaultReleaseName is the one that Flux makes up: behind the target namespace where
// there is one.
func defaultReleaseName(o *manifest.Object, spec *yaml.Node) string {
	if ns := nodes.Text(nodes.Field(spec, "targetNamespace")); ns != "" {
		return ns + "-" + o.Name
	}
	return o.Name
}

// chartOf finds the chart: in the repository where the source is git, else by its name.
func (p *planner) chartOf(o order, r *chart.Release, spec *yaml.Node) {
	node := nodes.Field(spec, "chart", "spec", "chart")
	kind := nodes.Text(nodes.Field(spec, "chart", "spec", "sourceRef", "kind"))
	r.ChartName = nodes.Text(node)
	if ref := nodes.Field(spec, "chart", "spec", "sourceRef"); kind == "HelmRepository" {
		r.Repository = p.helmRepository(o, ref)
	}
	if node == nil {
		node = nodes.Field(spec, "chartRef", "name")
		r.ChartName, r.Repository = p.chartBehind(o, nodes.Field(spec, "chartRef"))
		kind = ""
	}
	if node != nil {
		r.At = o.object.Locate(node)
	}
	if kind == "GitRepository" && p.isForeignSource(o) {
		ref, _ := fluxSource(o.object)
		r.Repository = cmp.Or(p.gitURL(o, nodes.Text(nodes.Field(ref, "name")), ref), nodes.Text(nodes.Field(ref, "name")))
		p.repo.Note(sources.NoteNotFetched, r.At, r.Label+": its GitRepository is another repository than this one, and so is the chart "+sources.Shown(r.ChartName))
		return
	}
	if kind == "GitRepository" {
		if dir, ok := p.local(r.ChartName); ok {
			r.Chart = p.charts.At(dir)
		}
		if r.Chart == nil {
			p.repo.NoteOf(r.Label, sources.NoteRenderFailed, r.At, r.Label+": there is no chart in "+sources.Shown(r.ChartName))
		}
	}
}

// noteRepository takes up the address of a HelmRepository as it is written. Of two of one name and namespace with
// different addresses the name alone is known.
func (p *planner) noteRepository(o *manifest.Object) {
	url := nodes.Text(nodes.Field(o.Root, "spec", "url"))
	if p.helmURLs[o.Name] == nil {
		p.helmURLs[o.Name] = map[string]string{}
	}
	if known, ok := p.helmURLs[o.Name][o.Namespace]; ok && known != url {
		url = ""
	}
	p.helmURLs[o.Name][o.Namespace] = url
}

// helmRepository is the address of a HelmRepository that an order names; its name where that is not known.
func (p *planner) helmRepository(o order, ref *yaml.Node) string {
	name, namespace := nodes.Text(nodes.Field(ref, "name")), sourceNamespace(o, ref)
	if source := p.object(o, "HelmRepository", namespace, name); source != nil {
		return nodes.Text(nodes.Field(source.Root, "spec", "url"))
	}
	written := p.helmURLs[name]
	url := ""
	for _, ns := range slices.Sorted(maps.Keys(written)) {
		switch here := written[ns]; {
		case ns == namespace && ns != "":
			return cmp.Or(here, name)
		case namespace != "" && ns != "": // that of another namespace
		case url != "" && here != url:
			return name
		default: // a kustomization may give it the namespace
			url = here
		}
	}
	return cmp.Or(url, name)
}

// sourceNamespace is the namespace in which Flux looks for what an order refers to.
func sourceNamespace(o order, ref *yaml.Node) string {
	return cmp.Or(nodes.Text(nodes.Field(ref, "namespace")), o.object.Namespace)
}

// chartBehind is the name of the chart that an OCIRepository or HelmChart gives, the last part of its URL
// or its chart, and the address that it is taken from.
func (p *planner) chartBehind(o order, ref *yaml.Node) (name, repository string) {
	kind, name := nodes.Text(nodes.Field(ref, "kind")), nodes.Text(nodes.Field(ref, "name"))
	source := p.object(o, kind, sourceNamespace(o, ref), name)
	if source == nil {
		return name, ""
	}
	spec := nodes.Field(source.Root, "spec")
	repository = nodes.Text(nodes.Field(spec, "url"))
	if from := nodes.Field(spec, "sourceRef"); from != nil {
		repository = p.helmRepository(o, from)
	}
	return path.Base(cmp.Or(nodes.Text(nodes.Field(spec, "chart")), nodes.Text(nodes.Field(spec, "url")), name)), repository
}

// valuesFrom reads the values that one reference gives. What cannot be seen may set
// anything, or with a targetPath just that.
func (p *planner) valuesFrom(o order, ref *yaml.Node) []chart.Layer {
	kind, name := nodes.Text(nodes.Field(ref, "kind")), nodes.Text(nodes.Field(ref, "name"))
	key := cmp.Or(nodes.Text(nodes.Field(ref, "valuesKey")), "values.yaml")
	target := nodes.Text(nodes.Field(ref, "targetPath"))
	label := manifest.Label(kind, o.object.Namespace, name)
	at := o.object.Locate(nodes.Field(ref, "name"))
	unknown := func(why string) []chart.Layer {
		p.repo.Note(sources.NoteNotFetched, at, o.label()+": "+why)
		l := chart.UnknownLayer(why, at)
		if target != "" {
			word := nodes.Scalar(p.repo.Hand(keys.Unknown(why)))
			if set, ok := chart.PathLayer(target, word, manifest.Place{At: at, File: p.repo.File(at.File)}, label); ok {
				return []chart.Layer{set}
			}
		}
		return []chart.Layer{l}
	}
	from := p.valuesObject(o, kind, name)
	if from == nil {
		return unknown("its values come from " + label + ", which is not in " + p.searched(o))
	}
	from.GivesValues = true
	label = manifest.Label(kind, o.object.Namespace, from.ShownName())
	for _, e := range from.Entries() {
		if e.Key != key {
			continue
		}
		if !e.Value.IsKnown() {
			return unknown("its values come from " + label + ", which is not known: " + e.Value.Reason())
		}
		q := placeIn(e, label)
		if target == "" {
			return chart.EntryLayer(p.repo, e, q, label)
		}
		if l, ok := chart.PathLayer(target, atTargetPath(p.repo.Hand(e.Value)), q, label); ok {
			return []chart.Layer{l}
		}
		return unknown("the targetPath " + sources.Shown(target) + " is not followed")
	}
	return unknown(label + " has no data key " + sources.Shown(key))
}

// placeIn is the place of values that a data key of an object holds.
func placeIn(e manifest.Entry, label string) manifest.Place {
	p := e.Place
	p.At, p.Via = e.At, append(slices.Clone(e.Via), label+" "+e.Key)
	return p
}

// atTargetPath is a value as Flux sets it at a path: in quotes a text, and else as helm --set types it
// (fluxcd/pkg/chartutil: ReplacePathValue).
func atTargetPath(text string) *yaml.Node {
	for _, quote := range []string{"'", `"`} {
		if len(text) > 1 && strings.HasPrefix(text, quote) && strings.HasSuffix(text, quote) {
			return nodes.Scalar(strings.Trim(text, `'"`))
		}
	}
	return chart.Typed(nodes.Scalar(text))
}

// valuesObject finds the Secret or ConfigMap with values, also one that a generator made
// and whose name, with its hash, kustomize did not carry over to the HelmRelease.
func (p *planner) valuesObject(o order, kind, name string) *manifest.Object {
	if found := p.object(o, kind, o.object.Namespace, name); found != nil {
		return found
	}
	objects := p.beside(o)
	if o.from != nil {
		objects = o.from.Objects
	}
	var only *manifest.Object
	for _, obj := range objects {
		if obj.Kind == kind && obj.OriginalName == name && obj.Namespace == o.object.Namespace {
			if only != nil {
				return nil
			}
			only = obj
		}
	}
	return only
}

// searched says where an object was looked for that an order names: in the repository, but for what the
// unit that deploys the order lacks.
func (p *planner) searched(o order) string {
	if o.from != nil && len(o.from.Missing) > 0 {
		return fmt.Sprintf("what is known of %s (%s)", o.from.Name, o.from.Missing[0])
	}
	return "the repository"
}

// beside are the objects of the directory of what is applied by hand: they are applied with it.
func (p *planner) beside(o order) []*manifest.Object {
	var out []*manifest.Object
	for _, f := range p.files {
		if o.from == nil && f.Dir() == path.Dir(o.object.File) && !f.Example && !p.covered[f.Path] && f.HoldsObjects() {
			out = append(out, stores.InFile(p.repo, f)...)
		}
	}
	return out
}

// releasedBy is what deploys a HelmRelease: Flux, which gets its values as those are that deploy the
// HelmRelease and what its values come from.
func releasedBy(o order) Deployer {
	if o.from == nil || o.from.By == "" {
		return FluxDecrypting
	}
	return o.from.By
}

// install makes a unit of a release, of one that says who deploys it.
func (p *planner) install(o order, r *chart.Release, u *Unit) {
	u.Name, u.Kind, u.Path, u.Rendered, u.Declared = r.Label, Release, path.Dir(r.At.File), true, r.At
	u.Objects, u.Missing = r.Install(p.repo)
	u.Unread, u.Failed, u.Doubt = r.Unread, r.Failed, r.Doubt
	u.Inputs = append(u.Inputs, r.At.File)
	for _, l := range r.Layers {
		if l.At.File != "" {
			u.Inputs = append(u.Inputs, l.At.File)
		}
	}
	if r.Chart != nil {
		p.covered[r.Chart.Dir] = true
	}
	if len(u.Objects) == 0 && len(u.Missing) == 0 {
		return
	}
	p.add(u, o)
}
