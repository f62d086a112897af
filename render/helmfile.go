package render

import (
	"path"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/chart"
	"github.com/keylint/keylint/render/manifest"
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
			repositories := map[string]string{} // addresses, by alias
			for _, n := range nodes.Items(nodes.Field(d.Root, "repositories")) {
				repositories[nodes.Text(nodes.Field(n, "name"))] = nodes.Text(nodes.Field(n, "url"))
			}
			for _, n := range nodes.Items(nodes.Field(d.Root, "releases")) {
				p.helmfileRelease(d, n, repositories)
			}
		}
	}
}

func (p *planner) helmfileRelease(d *sources.Document, n *yaml.Node, repositories map[string]string) {
	if nodes.Text(nodes.Field(n, "installed")) == "false" {
		return
	}
	dir := d.File.Dir()
	r := &chart.Release{
		Name: nodes.Text(nodes.Field(n, "name")), Namespace: nodes.Text(nodes.Field(n, "namespace")),
		ChartName: nodes.Text(nodes.Field(n, "chart")), At: d.Position(n),
	}
	r.Label = "release " + r.Name + " of " + d.File.Path
	alias, _, _ := strings.Cut(r.ChartName, "/")
	r.Repository = repositories[alias]
	if chart := nodes.Field(n, "chart"); chart != nil {
		r.At = d.Position(chart)
	}
	if local := path.Join(dir, r.ChartName); strings.HasPrefix(r.ChartName, ".") && p.repo.SameTree(dir, local) {
		r.Chart = p.charts.At(local)
	}
	var opened []string
	for _, field := range []string{"values", "secrets"} {
		for _, item := range nodes.Items(nodes.Field(n, field)) {
			_, named := sources.SecretsFile(nodes.Text(item))
			for _, l := range p.helmfileValues(d, item) {
				r.Layers = append(r.Layers, l)
				if named || field == "secrets" { // helm-secrets decrypts them
					opened = append(opened, l.At.File)
				}
			}
		}
	}
	for _, item := range nodes.Items(nodes.Field(n, "set")) {
		if value := nodes.Field(item, "value"); value != nil {
			if l, ok := chart.PathLayer(nodes.Text(nodes.Field(item, "name")), chart.Typed(value), manifest.PlaceOf(d, value), "set"); ok {
				r.Layers = append(r.Layers, l)
			}
		}
	}
	o := order{object: &manifest.Object{Name: r.Name, File: d.File.Path, Repo: p.repo}}
	for _, l := range r.Layers { // they are this release's, whether it is looked at or not
		p.covered[l.At.File] = true
	}
	if p.releaseMatters(o, r) {
		p.install(o, r, &Unit{By: Helmfile, Opened: opened})
		p.run()
	}
}

// helmfileValues is an entry of values or secrets: a file, or a mapping.
func (p *planner) helmfileValues(d *sources.Document, item *yaml.Node) []chart.Layer {
	item = nodes.Follow(item)
	text := nodes.Text(item)
	if text == "" {
		return []chart.Layer{chart.DocumentLayer(d, item, "values")}
	}
	file, ok := sources.SecretsFile(text)
	if !ok {
		file = text
	}
	name := path.Join(d.File.Dir(), file)
	f := p.repo.File(name)
	why := ""
	switch {
	case strings.Contains(text, "{{"):
		why = "which values file it takes is a template expression"
	case !p.repo.SameTree(d.File.Path, name) || f == nil:
		why = "the values file " + sources.Shown(text) + " is not in the repository"
	case strings.HasSuffix(text, ".gotmpl"):
		why = "the values file " + sources.Shown(text) + " is a template"
	default:
		return chart.FileLayers(f)
	}
	p.repo.Note(sources.NoteNotFetched, d.Position(item), why)
	return []chart.Layer{chart.UnknownLayer(why, d.Position(item))}
}
