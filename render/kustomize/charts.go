package kustomize

import (
	"fmt"
	"path"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/chart"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// chartEntry is a chart that a kustomization inflates. To do so kustomize runs helm; here
// the chart is rendered in this process, and what comes out stands in a file that only
// kustomize sees, in the place of the entry.
type chartEntry struct {
	types.HelmChart
	home    string // where charts lie
	file    string // the file's name, in the kustomization's directory
	objects []*manifest.Object
	missing []string
	doubt   string
	unread  []chart.Unread
	done    bool
}

// readCharts puts such a file in the place of each chart.
func (k *kustomization) readCharts(spec *types.Kustomization) {
	home := "charts"
	if spec.HelmGlobals != nil && spec.HelmGlobals.ChartHome != "" {
		home = spec.HelmGlobals.ChartHome
	}
	for n, c := range spec.HelmCharts {
		entry := &chartEntry{HelmChart: c, home: home, file: fmt.Sprintf(".keylint-chart-%d.yaml", n)}
		for _, values := range entry.valuesFiles() {
			k.decide("helmCharts", values)
		}
		k.charts = append(k.charts, entry)
	}
	spec.HelmCharts, spec.HelmGlobals = nil, nil
}

func (e *chartEntry) valuesFiles() []string {
	var out []string
	for _, f := range append([]string{e.ValuesFile}, e.AdditionalValuesFiles...) {
		if f != "" {
			out = append(out, f)
		}
	}
	return out
}

// withCharts is the safe form, with the charts' files among the resources.
func (k *kustomization) withCharts(spec *types.Kustomization) {
	for _, e := range k.charts {
		spec.Resources = append(spec.Resources, e.file)
	}
}

// inflate renders the chart that stands behind a file.
func (g *Graph) inflate(k *kustomization, e *chartEntry) []byte {
	if !e.done {
		e.done = true
		r := k.release(g, e)
		objects, missing := r.Install(g.repo)
		e.missing, e.unread, e.doubt = missing, r.Unread, r.Doubt
		for _, o := range objects {
			if !o.Derived() {
				e.objects = append(e.objects, o)
			}
		}
	}
	var b strings.Builder
	for _, o := range e.objects {
		text, err := yaml.String(o.Root)
		if err != nil {
			continue
		}
		b.WriteString("---\n" + text)
	}
	return []byte(b.String())
}

// release is what kustomize would have helm template.
func (k *kustomization) release(g *Graph, e *chartEntry) *chart.Release {
	name := e.ReleaseName
	if name == "" {
		name = e.Name
	}
	r := &chart.Release{
		Label: "the Helm chart " + sources.Shown(e.Name) + " in " + k.file.Path, Name: name, Namespace: e.Namespace,
		ChartName: e.Name, Repository: e.Repo, At: k.entry("helmCharts", e.Name)(), Templated: true,
	}
	for _, dir := range []string{e.Name, path.Join(e.Name+"-"+e.Version, e.Name)} {
		dir = path.Join(k.dir, e.home, dir)
		if r.Chart == nil && g.repo.SameTree(k.dir, dir) {
			r.Chart = g.charts.At(dir)
		}
	}
	for _, file := range e.valuesFiles() {
		ref := judge(k.repo, k.dir, "helmCharts", file)
		if ref.verdict != isFile {
			r.Layers = append(r.Layers, chart.UnknownLayer("the values file "+sources.Shown(file)+" is not there", r.At))
			continue
		}
		r.Layers = append(r.Layers, chart.FileLayers(k.repo.File(ref.name))...)
	}
	if d := k.document(); d != nil {
		for _, item := range nodes.Items(nodes.Field(d.Root, "helmCharts")) {
			inline := nodes.Field(item, "valuesInline")
			if inline != nil && nodes.Text(nodes.Field(item, "name")) == e.Name {
				r.Layers = append(r.Layers, chart.DocumentLayer(d, inline, "valuesInline"))
			}
		}
	}
	if e.ValuesMerge == "merge" && len(r.Layers) > 1 { // what the file says goes before
		last := len(r.Layers) - 1
		r.Layers = append([]chart.Layer{r.Layers[last]}, r.Layers[:last]...)
	}
	return r
}
