package kustomize

import (
	"maps"
	"path"
	"slices"
	"sort"

	"github.com/keylint/keylint/render/chart"
	"github.com/keylint/keylint/sources"
)

// Graph is every kustomization of the repository and which one uses which.
type Graph struct {
	repo   *sources.Repository
	charts *chart.Charts // that kustomizations inflate
	byDir  map[string]*kustomization
	none   map[string]bool // directories that were asked for a kustomization and have none
}

// kustomizationNames are the names that kustomize looks for in a directory, in its
// order (api/konfig: RecognizedKustomizationFileNames).
var kustomizationNames = []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}

// Read reads the kustomizations that the walk found, and those in directories that
// it left out but that others name.
func Read(repo *sources.Repository, charts *chart.Charts) *Graph {
	g := &Graph{repo, charts, map[string]*kustomization{}, map[string]bool{}}
	for _, f := range repo.Files() {
		if f.IsKustomization() && !f.Example {
			g.add(f, false)
		}
	}
	queue := g.sorted()
	for len(queue) > 0 {
		k := queue[0]
		queue = queue[1:]
		for i, r := range k.refs {
			if r.verdict != isDirectory || !takesKustomizations[r.field] || g.byDir[r.name] != nil {
				continue
			}
			if used := g.find(r.name); used != nil {
				queue = append(queue, used)
				continue
			}
			k.refs[i].verdict = isMissing
			k.fault(k.entry(r.field, r.text), "%s holds no kustomization", r.name)
		}
	}
	return g
}

func (g *Graph) add(f *sources.File, foreign bool) *kustomization {
	if twin := g.byDir[f.Dir()]; twin != nil {
		twin.fault(twin.file.At, "%s holds two kustomizations, %s and %s", f.Dir(), path.Base(twin.file.Path), path.Base(f.Path))
		return twin
	}
	k := readKustomization(g.repo, f)
	k.foreign = foreign
	g.byDir[k.dir] = k
	return k
}

func (g *Graph) find(dir string) *kustomization {
	for _, name := range kustomizationNames {
		if f := g.repo.File(path.Join(dir, name)); f != nil {
			return g.add(f, true)
		}
	}
	return nil
}

func (g *Graph) sorted() []*kustomization {
	all := make([]*kustomization, 0, len(g.byDir))
	for _, dir := range slices.Sorted(maps.Keys(g.byDir)) {
		all = append(all, g.byDir[dir])
	}
	return all
}

// kustomizationAt is the kustomization in a directory, which the walk may have left out.
func (g *Graph) kustomizationAt(dir string) *kustomization {
	if k := g.byDir[dir]; k != nil {
		return k
	}
	if g.none[dir] {
		return nil
	}
	k := g.find(dir)
	if k == nil {
		g.none[dir] = true
	}
	return k
}

// Has says whether a kustomization is in the directory.
func (g *Graph) Has(dir string) bool { return g.kustomizationAt(dir) != nil }

// At is the kustomization of a directory with everything below it; there must be one.
func (g *Graph) At(dir string) *Root { return g.below(g.kustomizationAt(dir)) }

// Governs says whether a kustomization stands in the directory or in one above it.
func (g *Graph) Governs(dir string) bool {
	for ; ; dir = path.Dir(dir) {
		if k := g.byDir[dir]; k != nil && !k.foreign {
			return true
		}
		if dir == "." || dir == "/" {
			return false
		}
	}
}

// uses lists the kustomizations that k names, in its order.
func (g *Graph) uses(k *kustomization) []*kustomization {
	var out []*kustomization
	for _, r := range k.refs {
		if r.verdict == isDirectory && takesKustomizations[r.field] && g.byDir[r.name] != nil {
			out = append(out, g.byDir[r.name])
		}
	}
	return out
}

// Roots finds what is deployed: kustomizations, not components, that no other uses.
// Of a cycle that nothing outside leads into, the first member stands for all.
func (g *Graph) Roots() []*Root {
	used := map[*kustomization]bool{}
	for _, k := range g.byDir {
		for _, other := range g.uses(k) {
			used[other] = true
		}
	}
	var roots []*Root
	reached := map[*kustomization]bool{}
	add := func(k *kustomization) {
		r := g.below(k)
		for _, member := range r.closure {
			reached[member] = true
		}
		if !k.component && !k.foreign {
			roots = append(roots, r)
		}
	}
	all := g.sorted()
	for _, k := range all {
		if !used[k] {
			add(k)
		}
	}
	for _, k := range all {
		if !reached[k] && !k.foreign && g.below(k).cycle != nil && g.reaches(k, k) {
			add(k)
		}
	}
	sort.Slice(roots, func(i, j int) bool { return roots[i].dir < roots[j].dir })
	return roots
}

// reaches says whether a way of at least one step leads from one to the other.
func (g *Graph) reaches(from, to *kustomization) bool {
	seen := map[*kustomization]bool{}
	queue := g.uses(from)
	for len(queue) > 0 {
		k := queue[0]
		queue = queue[1:]
		if k == to {
			return true
		}
		if !seen[k] {
			seen[k] = true
			queue = append(queue, g.uses(k)...)
		}
	}
	return false
}
