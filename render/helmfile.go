package render

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/chart"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

var helmfileName = regexp.MustCompile(`^helmfile(\.[\w.-]+)?\.ya?ml(\.gotmpl)?$`)

func isHelmfile(f *sources.File) bool {
	return helmfileName.MatchString(path.Base(f.Path)) || path.Base(f.Dir()) == "helmfile.d"
}

// helmfiles installs the releases of helmfiles, and of those that they name. A helmfile that is a template, and values
// that are, are not filled in but for the name of the environment (helmfile.readthedocs.io: environments).
func (p *planner) helmfiles() {
	var files []*sources.File
	for _, f := range p.files {
		if f.IsManifest() && !f.Example && isHelmfile(f) {
			files = append(files, f)
		}
	}
	for i := 0; i < len(files); i++ { // which grows by those that are named
		h := helmfile{repositories: map[string]string{}}
		for _, d := range files[i].Documents() {
			for _, base := range nodes.List(nodes.Field(d.Root, "bases")) {
				if f := p.namedBy(files[i], base); f != nil {
					p.covered[f.Path] = true
					h.read(f.Documents())
				}
			}
			for _, item := range nodes.Items(nodes.Field(d.Root, "helmfiles")) {
				f := p.namedBy(files[i], cmp.Or(nodes.Text(item), nodes.Text(nodes.Field(item, "path"))))
				if f != nil && f.IsManifest() && !f.Example && !slices.Contains(files, f) {
					files = append(files, f)
				}
			}
		}
		h.read(files[i].Documents())
		for _, d := range files[i].Documents() {
			for _, n := range nodes.Items(nodes.Field(d.Root, "releases")) {
				for _, environment := range h.of(n) {
					p.helmfileRelease(d, n, h.repositories, environment)
				}
			}
		}
	}
}

// helmfile is what holds for all releases of one, with its bases.
type helmfile struct {
	repositories map[string]string // addresses, by alias
	environments []string
}

func (h *helmfile) read(docs []*sources.Document) {
	for _, d := range docs {
		for _, n := range nodes.Items(nodes.Field(d.Root, "repositories")) {
			h.repositories[nodes.Text(nodes.Field(n, "name"))] = nodes.Text(nodes.Field(n, "url"))
		}
		nodes.Pairs(nodes.Field(d.Root, "environments"), func(name, _ *yaml.Node) {
			if !slices.Contains(h.environments, name.Value) {
				h.environments = append(h.environments, name.Value)
			}
		})
	}
}

// of are the environments by which a release differs: it is installed in each with values of its own. It is the empty
// one alone where it is the same in all.
func (h *helmfile) of(release *yaml.Node) []string {
	texts := append(nodes.List(nodes.Field(release, "values")), nodes.List(nodes.Field(release, "secrets"))...)
	for _, field := range []string{"name", "namespace", "chart"} {
		texts = append(texts, nodes.Text(nodes.Field(release, field)))
	}
	if len(h.environments) == 0 || !slices.ContainsFunc(texts, environmentName.MatchString) {
		return []string{""}
	}
	return h.environments
}

// environmentName matches what helmfile puts the name of the environment in place of.
var environmentName = regexp.MustCompile(`\{\{-?\s*\.Environment\.Name\s*-?\}\}`)

// namedBy is the file that a helmfile names by its path; nil where there is none.
func (p *planner) namedBy(f *sources.File, text string) *sources.File {
	name := path.Join(f.Dir(), text)
	if text == "" || !p.repo.SameTree(f.Path, name) {
		return nil
	}
	return p.repo.File(name)
}

func (p *planner) helmfileRelease(d *sources.Document, n *yaml.Node, repositories map[string]string, environment string) {
	text := func(n *yaml.Node) string { return inEnvironment(nodes.Text(n), environment) }
	if nodes.Text(nodes.Field(n, "installed")) == "false" {
		return
	}
	dir := d.File.Dir()
	r := &chart.Release{
		Name: text(nodes.Field(n, "name")), Namespace: text(nodes.Field(n, "namespace")),
		ChartName: text(nodes.Field(n, "chart")), At: d.Position(n),
	}
	if strings.Contains(r.Namespace, "{{") {
		r.Namespace = "" // which may be any
	}
	r.Label = "release " + r.Name + " of " + d.File.Path
	if environment != "" {
		r.Label += " in " + environment
	}
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
			_, named := sources.SecretsFile(text(item))
			for _, l := range p.helmfileValues(d, item, environment) {
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

// inEnvironment is a text in which the name of the environment is filled in, where it is known.
func inEnvironment(text, environment string) string {
	if environment == "" {
		return text
	}
	return environmentName.ReplaceAllLiteralString(text, environment)
}

// helmfileValues is an entry of values or secrets: a file, or a mapping.
func (p *planner) helmfileValues(d *sources.Document, item *yaml.Node, environment string) []chart.Layer {
	item = nodes.Follow(item)
	text := inEnvironment(nodes.Text(item), environment)
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
