package render

import (
	"path"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

var helmfileName = regexp.MustCompile(`^helmfile(\.[\w.-]+)?\.ya?ml$`)

func isHelmfile(f *sources.File) bool {
	return helmfileName.MatchString(path.Base(f.Path)) || path.Base(f.Dir()) == "helmfile.d"
}

// helmfiles installs the releases of helmfiles. A helmfile that is a template, and values
// that are, are not filled in.
func (p *planner) helmfiles() {
	for _, f := range p.files {
		if !f.IsManifest() || f.Example || !isHelmfile(f) {
			continue
		}
		for _, d := range f.Documents() {
			for _, n := range nodes.Items(nodes.Field(d.Root, "releases")) {
				p.helmfileRelease(d, n)
			}
		}
	}
}

func (p *planner) helmfileRelease(d *sources.Document, n *yaml.Node) {
	if nodes.Text(nodes.Field(n, "installed")) == "false" {
		return
	}
	dir := d.File.Dir()
	r := &release{
		name: nodes.Text(nodes.Field(n, "name")), namespace: nodes.Text(nodes.Field(n, "namespace")),
		chartName: nodes.Text(nodes.Field(n, "chart")), at: d.Position(n),
	}
	r.label = "release " + r.name + " of " + d.File.Path
	if chart := nodes.Field(n, "chart"); chart != nil {
		r.at = d.Position(chart)
	}
	if local := path.Join(dir, r.chartName); strings.HasPrefix(r.chartName, ".") && p.g.repo.SameTree(dir, local) {
		r.chart = p.charts.at(local)
	}
	for _, field := range []string{"values", "secrets"} {
		for _, item := range nodes.Items(nodes.Field(n, field)) {
			r.layers = append(r.layers, p.helmfileValues(d, item)...)
		}
	}
	for _, item := range nodes.Items(nodes.Field(n, "set")) {
		if value := nodes.Field(item, "value"); value != nil {
			if l, ok := pathLayer(nodes.Text(nodes.Field(item, "name")), value, documentPlace(d, value), "set"); ok {
				r.layers = append(r.layers, l)
			}
		}
	}
	o := order{object: &Object{Name: r.name, File: d.File.Path, repo: p.g.repo}}
	for _, l := range r.layers { // they are this release's, whether it is looked at or not
		p.covered[l.at.File] = true
	}
	if p.releaseMatters(o, r) {
		p.install(o, r, "")
		p.run()
	}
}

// helmfileValues is an entry of values or secrets: a file, or a mapping.
func (p *planner) helmfileValues(d *sources.Document, item *yaml.Node) []layer {
	item = nodes.Follow(item)
	text := nodes.Text(item)
	if text == "" {
		return []layer{documentLayer(d, item, "values")}
	}
	name := path.Join(d.File.Dir(), text)
	f := p.g.repo.File(name)
	why := ""
	switch {
	case strings.Contains(text, "{{"):
		why = "which values file it takes is a template expression"
	case !p.g.repo.SameTree(d.File.Path, name) || f == nil:
		why = "the values file " + sources.Shown(text) + " is not in the repository"
	case strings.HasSuffix(text, ".gotmpl"):
		why = "the values file " + sources.Shown(text) + " is a template"
	default:
		return fileLayers(f)
	}
	p.g.repo.Note(sources.NoteNotFetched, d.Position(item), why)
	return []layer{unknownLayer(why, d.Position(item))}
}
