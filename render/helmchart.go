package render

import (
	"cmp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/chart"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// helmChart installs what one of the HelmCharts of k3s and Rancher names. Its values are those of its own
// text, over them those of the HelmChartConfig of its name, over both what it sets one by one
// (k3s-io/helm-controller: pkg/controllers/chart; docs.k3s.io/helm).
func (p *planner) helmChart(o order) {
	spec := nodes.Field(o.object.Root, "spec")
	at := nodes.Field(spec, "chart")
	r := &chart.Release{
		Label: "HelmChart " + o.object.ShownName(), Name: o.object.Name, ChartName: nodes.Text(at), Repository: nodes.Text(nodes.Field(spec, "repo")),
		Namespace: cmp.Or(nodes.Text(nodes.Field(spec, "targetNamespace")), "default"),
	}
	if r.At = o.object.Locate(nodes.Field(o.object.Root, "metadata", "name")); at != nil {
		r.At = o.object.Locate(at)
	}
	give := func(from *manifest.Object, label string) {
		spec := nodes.Field(from.Root, "spec")
		for _, item := range nodes.Items(nodes.Field(spec, "valuesSecrets")) {
			r.Layers = append(r.Layers, p.secretValues(o, r, item)...)
		}
		if values := nodes.Field(spec, "valuesContent"); values != nil {
			r.Layers = append(r.Layers, chart.TextLayer(nodes.Text(values), from.Place(values), label)...)
		}
	}
	give(o.object, "spec.valuesContent")
	if config := p.chartConfigs[o.object.Namespace+"/"+o.object.Name]; config != nil {
		give(config, "HelmChartConfig "+config.ShownName())
	}
	nodes.Pairs(nodes.Field(spec, "set"), func(key, value *yaml.Node) {
		if l, ok := chart.PathLayer(nodes.Text(key), setByK3s(value), o.object.Place(value), "spec.set"); ok {
			r.Layers = append(r.Layers, l)
		}
	})
	if p.releaseMatters(o, r) {
		u := &Unit{Cluster: o.cluster, Order: o.object}
		if o.from != nil {
			u.By = o.from.By
		}
		p.install(o, r, u)
	}
}

// setByK3s is a value of spec.set as k3s hands it to helm: a text by --set-string, but for a truth value or null in
// quotes, and what is none by --set (k3s-io/helm-controller: typedVal).
func setByK3s(value *yaml.Node) *yaml.Node {
	switch text := strings.ToLower(nodes.Text(value)); {
	case value.Tag != "!!str", text == "true", text == "false", text == "null":
		return chart.Typed(value)
	}
	return value
}

// secretValues are the values that a HelmChart takes from the data keys of a Secret in its own namespace.
func (p *planner) secretValues(o order, r *chart.Release, item *yaml.Node) []chart.Layer {
	name := nodes.Text(nodes.Field(item, "name"))
	label := manifest.Label("Secret", o.object.Namespace, name)
	at := o.object.Locate(nodes.Field(item, "name"))
	from := p.valuesObject(o, "Secret", name)
	if from == nil {
		why := "its values come from " + label + ", which is not in the repository"
		p.repo.Note(sources.NoteNotFetched, at, r.Label+": "+why)
		return []chart.Layer{chart.UnknownLayer(why, at)}
	}
	from.GivesValues = true
	wanted := nodes.List(nodes.Field(item, "keys"))
	var out []chart.Layer
	for _, e := range from.Entries() {
		switch {
		case len(wanted) > 0 && !slices.Contains(wanted, e.Key):
		case !e.Value.IsKnown():
			why := "its values come from " + label + ", which is not known: " + e.Value.Reason()
			out = append(out, chart.UnknownLayer(why, at))
		default:
			out = append(out, chart.EntryLayer(p.repo, e, placeIn(e, label), label)...)
		}
	}
	return out
}
