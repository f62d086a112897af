package render

import (
	"fmt"
	"path"
	"strings"

	"github.com/keylint/keylint/render/chart"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// helmCalls installs what commands of scripts, Makefiles and workflows install. Of a chart of the repository whose
// values such a command takes from elsewhere it is only known that: what installs it by hand may be any of
// the files beside it, or none.
func (p *planner) helmCalls() {
	seen := map[string]bool{}
	for _, call := range p.repo.HelmCalls() {
		r := &chart.Release{
			Name: call.Release, Namespace: call.Namespace, ChartName: call.Chart, At: call.At,
			Label: "release " + call.Release + " of " + call.At.File,
		}
		if call.Dir != "" {
			r.Chart = p.charts.At(call.Dir)
		}
		if call.Unseen != "" {
			if call.Dir != "" {
				p.unseenValues[path.Clean(call.Dir)] = chart.UnknownLayer(call.Unseen, call.At)
			}
			p.aside(r)
			continue
		}
		var opened []string
		id := []string{call.Release, call.Namespace, call.Chart + call.Dir}
		for _, v := range call.Values {
			if v.File == nil {
				if l, ok := p.setByCommand(v); ok {
					r.Layers = append(r.Layers, l)
				}
				id = append(id, v.Path+v.Set.Reason())
				continue
			}
			r.Layers = append(r.Layers, chart.FileLayers(v.File)...)
			if id = append(id, v.File.Path); v.Opened {
				opened = append(opened, v.File.Path)
			}
		}
		name := strings.Join(id, "\x00")
		o := order{object: &manifest.Object{Name: r.Name, File: call.At.File, Repo: p.repo}}
		if seen[name] || !p.releaseMatters(o, r) {
			continue
		}
		seen[name] = true
		if call.Changes != "" {
			p.repo.NoteOf(r.Label, sources.NoteNotFetched, call.At, r.Label+": "+call.Changes)
		}
		if r.Label += p.withFiles(r); !seen[r.Label] {
			seen[r.Label] = true
			p.install(o, r, &Unit{Opened: opened})
			p.run()
			for _, l := range r.Layers {
				p.covered[l.At.File] = true
			}
		}
	}
}

// withFiles names the values files by which releases of one name differ.
func (p *planner) withFiles(r *chart.Release) string {
	var files []string
	for _, l := range r.Layers {
		if f := p.repo.File(l.At.File); f != nil && l.At.File != r.At.File && len(files) < 3 {
			files = append(files, path.Base(l.At.File))
		}
	}
	if len(files) == 0 {
		return ""
	}
	return " with " + strings.Join(files, " and ")
}

// setByCommand is a value that --set gives.
func (p *planner) setByCommand(v sources.HelmValues) (chart.Layer, bool) {
	value := nodes.Scalar(p.repo.Hand(v.Set))
	if v.Set.IsKnown() {
		value = chart.Typed(value)
	}
	place := manifest.Place{At: v.At, File: p.repo.File(v.At.File)}
	return chart.PathLayer(v.Path, value, place, fmt.Sprintf("--set in %s:%d", v.At.File, v.At.Line))
}
