package render

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/chart"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// valuesFiles makes releases of what somebody installs with helm by hand: charts of the
// repository that nothing deploys, and values files of the chart of supabase-community. A
// values.yaml holds what is common to the others in its directory.
func (p *planner) valuesFiles() {
	byDir := map[string][]valuesFile{}
	for _, f := range p.files {
		if v, ok := p.asValues(f); ok {
			byDir[f.Dir()] = append(byDir[f.Dir()], v)
		}
	}
	for _, f := range p.files {
		if path.Base(f.Path) == "Chart.yaml" && byDir[f.Dir()] == nil && !f.Example {
			byDir[f.Dir()] = nil
		}
	}
	p.helmCalls()
	for _, dir := range slices.Sorted(maps.Keys(byDir)) {
		files := slices.DeleteFunc(byDir[dir], func(v valuesFile) bool { return p.covered[v.file.Path] })
		if len(files) == 0 && len(byDir[dir]) > 0 && !p.charts.Has(dir) {
			continue // commands install with all of them
		}
		p.installByHand(dir, files)
	}
}

// valuesFile is a file with values of the chart.
type valuesFile struct {
	file  *sources.File
	doc   *sources.Document
	below *yaml.Node // where the chart's values begin
}

var baseValues = regexp.MustCompile(`^values\.ya?ml$`)

// asValues recognises a values file by secret.jwt, with the keys of the chart below it, at
// any depth that an umbrella chart may put it.
func (p *planner) asValues(f *sources.File) (valuesFile, bool) {
	if !f.IsManifest() || f.Example || !f.BearsKeys() || f.IsCompose() || p.covered[f.Path] || isHelmfile(f) || !f.Mentions("jwt") {
		return valuesFile{}, false
	}
	if f.IsTemplate() && !isFilledIn(f) {
		return valuesFile{}, false // an example: nothing in it waits for anything
	}
	for _, d := range f.Documents() {
		if nodes.Field(d.Root, "apiVersion") != nil {
			continue
		}
		var below *yaml.Node
		nodes.EachMapping(d.Root, func(n *yaml.Node) {
			if below == nil && setsKeys(nodes.Field(n, "secret", "jwt")) {
				below = n
			}
		})
		if below != nil {
			return valuesFile{f, d, below}, true
		}
	}
	return valuesFile{}, false
}

func setsKeys(jwt *yaml.Node) bool {
	for _, name := range []string{"anonKey", "serviceKey", "secretRef"} {
		if nodes.Field(jwt, name) != nil {
			return true
		}
	}
	return false
}

func (p *planner) installByHand(dir string, files []valuesFile) {
	if p.charts.Has(dir) && !p.bearingBelow(dir) {
		return
	}
	c := p.charts.At(dir)
	if c != nil && (p.covered[dir] || !c.Bears || p.isSubchart(dir) || p.isLibrary(c)) {
		return
	}
	var base *valuesFile
	var own []valuesFile
	for i, f := range files {
		if baseValues.MatchString(path.Base(f.file.Path)) {
			base = &files[i]
			continue
		}
		own = append(own, f)
	}
	if len(own) == 0 && (base != nil || c != nil) {
		if base == nil {
			base = &valuesFile{}
		}
		own = []valuesFile{*base}
		base = nil
	}
	for _, f := range own {
		p.installValues(dir, c, base, f)
	}
}

// installValues makes the unit of one values file.
func (p *planner) installValues(dir string, c *chart.Chart, base *valuesFile, f valuesFile) {
	r := &chart.Release{Name: "supabase", Chart: c, ChartName: "supabase"}
	name := dir
	if c != nil {
		r.Guessed = f.file == nil || baseValues.MatchString(path.Base(f.file.Path))
		r.Name = c.Name
		r.At = p.repo.File(path.Join(dir, "Chart.yaml")).At()
	}
	if f.file != nil {
		name = f.file.Path
		r.At = f.file.At()
		if c == nil {
			if base != nil {
				r.Layers = append(r.Layers, chart.DocumentLayer(base.doc, base.below, base.file.Path))
			}
			r.Layers = append(r.Layers, chart.DocumentLayer(f.doc, f.below, f.file.Path))
		} else if !baseValues.MatchString(path.Base(name)) { // values.yaml holds the chart's own defaults
			r.Layers = append(r.Layers, chart.FileLayers(f.file)...)
		}
	}
	if f.file != nil && f.file.IsTemplate() && isFilledIn(f.file) {
		r.Layers = append(r.Layers, chart.UnknownLayer("something outside the repository's manifests fills in "+name, f.file.At()))
	}
	if unseen, ok := p.unseenValues[dir]; ok && r.Guessed {
		r.Layers = append(r.Layers, unseen)
	}
	r.Label = name
	u := &Unit{Name: name, Kind: Release, Path: name, Rendered: true, Inputs: []string{r.At.File}}
	u.Objects, u.Missing = r.Install(p.repo)
	u.Unread, u.Failed, u.Doubt = r.Unread, r.Failed, r.Doubt
	u.doubted()
	for _, obj := range u.Objects {
		p.tellLeft("the release of "+u.Name, obj, leftAlone(obj, u))
	}
	if p.governs(u)(u) {
		p.leave(u)
	}
	p.units = append(p.units, u)
}

// isFilledIn says whether a file has places that something fills in.
func isFilledIn(f *sources.File) bool { return f.Mentions("${") || f.Mentions("{{") }

// isSubchart says whether the chart is part of another one.
func (p *planner) isSubchart(dir string) bool {
	parent := path.Dir(dir)
	return path.Base(parent) == "charts" && p.repo.File(path.Join(path.Dir(parent), "Chart.yaml")) != nil
}

// isLibrary says whether the chart is there for others to use, and installs nothing.
func (p *planner) isLibrary(c *chart.Chart) bool {
	for _, d := range p.repo.File(path.Join(c.Dir, "Chart.yaml")).Documents() {
		if strings.EqualFold(nodes.Text(nodes.Field(d.Root, "type")), "library") {
			return true
		}
	}
	return false
}
