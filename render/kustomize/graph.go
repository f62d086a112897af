package kustomize

import (
	"maps"
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/keylint/keylint/render/chart"
	"github.com/keylint/keylint/sources"
)

// Graph is every kustomization of the repository and which one uses which.
type Graph struct {
	Repo   *sources.Repository
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
	k := readKustomization(g.Repo, f)
	k.foreign = foreign
	g.byDir[k.Dir] = k
	return k
}

func (g *Graph) find(dir string) *kustomization {
	for _, name := range kustomizationNames {
		if f := g.Repo.File(path.Join(dir, name)); f != nil {
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

// Root is a kustomization that nothing uses, with everything below it.
type Root struct {
	*kustomization
	graph   *Graph
	closure []*kustomization // itself first, in order of listing
	upward  []*kustomization // the same, each after what it uses
	gens    []generator
	cycle   []string // directories that use each other, if any
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
		if !k.Component && !k.foreign {
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
	sort.Slice(roots, func(i, j int) bool { return roots[i].Dir < roots[j].Dir })
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

// below gathers what a kustomization uses, and notices a cycle.
func (g *Graph) below(top *kustomization) *Root {
	r := &Root{kustomization: top, graph: g}
	state := map[*kustomization]int{} // 1 on the way down, 2 done
	type frame struct {
		k    *kustomization
		next []*kustomization
	}
	push := func(stack []frame, k *kustomization) []frame {
		state[k] = 1
		r.closure = append(r.closure, k)
		return append(stack, frame{k, g.uses(k)})
	}
	stack := push(nil, top)
	for len(stack) > 0 {
		f := &stack[len(stack)-1]
		if len(f.next) == 0 {
			state[f.k] = 2
			r.upward = append(r.upward, f.k)
			stack = stack[:len(stack)-1]
			continue
		}
		k := f.next[0]
		f.next = f.next[1:]
		switch state[k] {
		case 0:
			stack = push(stack, k)
		case 1:
			if r.cycle == nil {
				for i := len(stack) - 1; i >= 0; i-- {
					r.cycle = append([]string{stack[i].k.Dir}, r.cycle...)
					if stack[i].k == k {
						break
					}
				}
			}
		}
	}
	return r
}

// Files lists every file that the root is made of, each once, in order of listing.
func (r *Root) Files() []*sources.File {
	var out []*sources.File
	seen := map[string]bool{}
	add := func(f *sources.File) {
		if f != nil && !seen[f.Path] {
			seen[f.Path] = true
			out = append(out, f)
		}
	}
	for _, k := range r.closure {
		add(k.file)
		for _, ref := range k.refs {
			if ref.verdict == isFile {
				add(r.repo.File(ref.name))
			}
		}
	}
	return out
}

// Bears says whether any file of the root can bear a key.
func (r *Root) Bears() bool {
	for _, f := range r.Files() {
		if f.BearsKeys() {
			return true
		}
	}
	return false
}

// The bounds on what is handed to kustomize, which knows none.
const (
	maxVisits = 5_000     // kustomizations that one root loads, each as often as it is listed
	maxInput  = 256 << 20 // bytes that one root loads, likewise
)

// tooLarge says whether the root loads more than is bearable, each kustomization
// counted as often as it is loaded: bases that are listed twice on every level double
// on every level.
func (r *Root) tooLarge() bool {
	visits, bytes := map[*kustomization]int64{}, map[*kustomization]int64{}
	for _, k := range r.upward {
		v, b := int64(1), int64(len(k.safe))
		for _, ref := range k.refs {
			if ref.verdict != isFile {
				continue
			}
			if f := r.repo.File(ref.name); f != nil {
				b += f.Size()
			}
		}
		for _, used := range r.graph.uses(k) {
			v, b = min(v+visits[used], maxVisits+1), min(b+bytes[used], maxInput+1)
		}
		visits[k], bytes[k] = v, b
	}
	return visits[r.kustomization] > maxVisits || bytes[r.kustomization] > maxInput
}

// cycleText names a cycle.
func cycleText(dirs []string) string {
	return strings.Join(append(dirs[:len(dirs):len(dirs)], dirs[0]), " uses ")
}

// NoteHarm tells of a root that is not rendered, because it can bear no key, what should
// be known all the same: that it reaches outside the repository, or never ends.
func (r *Root) NoteHarm() {
	if r.cycle != nil {
		r.repo.Note(sources.NoteRenderFailed, r.file.At(), "its kustomizations form a cycle: "+cycleText(r.cycle))
	}
	for _, k := range r.closure {
		for _, loss := range k.losses {
			if loss.kind == sources.NoteRefused {
				r.repo.Note(loss.kind, loss.at(), loss.message)
			}
		}
	}
}
