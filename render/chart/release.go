package chart

import (
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/keylint/keylint/internal/current"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
)

// Release is one chart with its values, as Helm would install it.
type Release struct {
	Label      string // "HelmRelease supabase/supabase"
	Name       string
	Namespace  string
	At         sources.Position // where it is declared
	ChartName  string           // as it is declared
	Repository string           // the address or the alias of the one that it is declared with; empty where none is
	Chart      *Chart           // nil where it is not at hand and no model stands in for it
	Layers     []Layer          // what is given, the chart's own defaults not among them
	Missing    []string         // what could not be read of it
	Guessed    bool             // nothing says with which values it is installed
	Templated  bool             // "helm template" makes its objects: it looks nothing up, and upgrades nothing
	Unread     []Unread         // once it is installed, what it is given in vain
	Failed     string           // once it is installed, why it did not render, where values that nobody sees may be why
	Doubt      string           // once it is installed, why nothing that it deploys is known; empty where it is
}

// Bears says whether the values can bear keys: those of files, decrypted where that was
// possible, and of the file of the order itself its own only. So can a chart of Supabase that
// is not at hand.
func (r *Release) Bears(repo *sources.Repository, own string) bool {
	if r.Chart == nil && isCommunity(r.ChartName, r.Repository) {
		return true
	}
	for _, l := range r.Layers {
		if f := repo.File(l.At.File); l.At.File != own && f != nil && f.BearsKeys() || repo.MarkedNode(l.root) {
			return true
		}
	}
	return false
}

// Install renders the release. What it could not see it notes, and returns for the unit.
func (r *Release) Install(repo *sources.Repository) (objects []*manifest.Object, missing []string) {
	defer current.Begin("rendering", r.Label)()
	missing = append(missing, r.Missing...)
	lose := func(kind sources.NoteKind, at sources.Position, message string) {
		repo.NoteOf(r.Label, kind, at, message)
		missing = append(missing, message)
	}
	c := r.Chart
	if c == nil && isCommunity(r.ChartName, r.Repository) {
		c = modelChart()
	}
	if c == nil {
		what := "the chart " + sources.Shown(r.ChartName) + " is not in the repository"
		if r.ChartName == "" {
			what = "which chart it installs cannot be told"
		}
		lose(sources.NoteNotFetched, r.At, r.Label+": "+what+", so of its values only environment variables are read")
		return r.environments(repo), missing
	}
	if len(c.faults) > 0 {
		lose(sources.NoteRenderFailed, r.At, fmt.Sprintf("%s: the chart in %s was not rendered: %s", r.Label, c.Dir, c.faults[0]))
		return r.environments(repo), missing
	}
	if c.Dir == "" || len(c.models) > 0 {
		repo.Note(sources.NoteModelled, r.At, r.Label+" was read through "+modelled+", because the chart itself lies elsewhere")
	}
	for _, name := range c.missing {
		lose(sources.NoteNotFetched, r.At, fmt.Sprintf("%s: the chart %s, which %s depends on, is not in the repository", r.Label, sources.Shown(name), path.Join(c.Dir, "Chart.yaml")))
	}
	if name := leadsElsewhere(c.files); name != "" {
		repo.NoteOf(r.Label, sources.NoteNotFetched, sources.Position{File: path.Join(c.Dir, name)},
			r.Label+": the schema of its values refers to others, which were not fetched: what they ask of the values is not tested")
	}
	layers := append(slices.Clone(c.defaults()), r.Layers...)
	why := unseen(layers)
	values, err := mergeLayers(layers, repo, defaults{release: r.Label})
	if err == nil && why != "" {
		missing = append(missing, why)
		values, err = mergeLayers(layers, repo, r.shownDefaults(c.files, values, repo))
	}
	if err != nil {
		lose(sources.NoteRenderFailed, r.At, r.Label+": its values are not a mapping that Helm can read")
		return r.environments(repo), missing
	}
	rendered, decided, err := renderTemplates(c.files, values, r.Name, r.Namespace, &decisions{words: repo.Standins(), given: why != ""}, repo.Spend)
	if decided.untested {
		repo.NoteOf(r.Label, sources.NoteRefused, sources.Position{File: path.Join(c.Dir, schemaName)},
			r.Label+": the schema of its values asks for something in the text of a secret, and no schema gets to see one: whether Helm takes the values is not known")
	}
	if decided.by != "" {
		at := r.At
		if f := c.file(repo, decided.file); f != nil {
			at = sources.Position{File: f.Path, Line: decided.line}
		}
		r.Doubt = fmt.Sprintf("a template of %s decides by the text of a secret (%s), and no template gets to see one: what it makes is not known", r.Label, decided.by)
		lose(sources.NoteRefused, at, r.Doubt)
		if err != nil {
			r.Failed = r.Doubt
			return r.environments(repo), missing
		}
	}
	if err != nil {
		where, line, cause := explainChart(err)
		at, kind := r.At, sources.NoteRenderFailed
		if r.Guessed {
			kind = sources.NoteSkipped
			cause += "; which values it is installed with is not in the repository"
		} else if why != "" {
			kind = sources.NoteSkipped
			cause += "; " + why
		}
		if f := c.file(repo, where); f != nil {
			at = sources.Position{File: f.Path, Line: line}
		}
		message := fmt.Sprintf("%s does not render: %s", r.Label, cause)
		if kind == sources.NoteSkipped {
			r.Failed = message
		}
		lose(kind, at, message)
		return r.environments(repo), missing
	}
	r.Unread = r.unread(repo, c, values)
	installed := &installed{Release: r, chart: c, repo: repo, layers: layers, values: values}
	for pass := range installed.marked {
		installed.marked[pass].marks.names = repo.Names()
	}
	if decided.by == "" && c.Dir != "" {
		installed.tellCluster(rendered, why != "")
	}
	for _, template := range slices.Sorted(maps.Keys(rendered)) {
		objects = append(objects, installed.objects(template, rendered[template])...)
	}
	return objects, missing
}
