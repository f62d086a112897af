package render

import (
	"cmp"
	"slices"
	"sort"

	"github.com/keylint/keylint/sources"
)

// Units lists what the repository deploys, in order of name. What could not be rendered
// is noted in the repository, and in the unit's Missing.
func Units(repo *sources.Repository) []*Unit {
	g := readGraph(repo)
	roots := g.roots()
	var units []*Unit
	for _, r := range roots {
		if r.bears(repo) {
			units = append(units, renderRoot(g, r))
		} else {
			noteHarm(g, r)
		}
	}
	units = append(units, plainUnits(g, roots)...)
	slices.SortStableFunc(units, func(a, b *Unit) int { return cmp.Compare(a.Name, b.Name) })
	return units
}

// noteHarm tells of a root that is not rendered, because it can bear no key, what should
// be known all the same: that it reaches outside the repository, or never ends.
func noteHarm(g *graph, r *root) {
	if r.cycle != nil {
		g.repo.Note(sources.NoteRenderFailed, r.file.At(), "its kustomizations form a cycle: "+cycleText(r.cycle))
	}
	for _, k := range r.closure {
		for _, loss := range k.losses {
			if loss.kind == sources.NoteRefused {
				g.repo.Note(loss.kind, loss.at(), loss.message)
			}
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	return sorted(names)
}

func sorted(names []string) []string {
	sort.Strings(names)
	return names
}
