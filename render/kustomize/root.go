package kustomize

import (
	"slices"
	"strings"

	"github.com/keylint/keylint/sources"
)

// Root is a kustomization that nothing uses, with everything below it.
type Root struct {
	*kustomization
	closure []*kustomization // itself first, in order of listing
	upward  []*kustomization // the same, each after what it uses
	gens    []generator
	cycle   []string // directories that use each other, if any
}

// Dir is the directory of the kustomization; "." is the repository's root.
func (r *Root) Dir() string { return r.dir }

// IsComponent says whether the kustomization is a component, which only others can build.
func (r *Root) IsComponent() bool { return r.component }

// below gathers what a kustomization uses, and notices a cycle.
func (g *Graph) below(top *kustomization) *Root {
	r := &Root{kustomization: top}
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
					r.cycle = append([]string{stack[i].k.dir}, r.cycle...)
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

// Opened are the files that a generator decrypts, ksops', each once, in order of listing.
func (r *Root) Opened() []string {
	var out []string
	for _, k := range r.closure {
		for _, name := range k.opened {
			if !slices.Contains(out, name) {
				out = append(out, name)
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
func (r *Root) tooLarge(g *Graph) bool {
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
		for _, used := range g.uses(k) {
			v, b = min(v+visits[used], maxVisits+1), min(b+bytes[used], maxInput+1)
		}
		visits[k], bytes[k] = v, b
	}
	return visits[r.kustomization] > maxVisits || bytes[r.kustomization] > maxInput
}

// cycleFault tells of the root's cycle, from the first of its directories on: whichever of them it is entered by, it is one.
func (r *Root) cycleFault(g *Graph) issue {
	first := slices.Index(r.cycle, slices.Min(r.cycle))
	dirs := slices.Concat(r.cycle[first:], r.cycle[:first])
	message := "kustomizations form a cycle: " + strings.Join(append(dirs, dirs[0]), " uses ")
	k := g.byDir[dirs[0]]
	at := k.file.At
	for _, ref := range k.refs {
		if ref.name == dirs[1%len(dirs)] && ref.verdict == isDirectory {
			at = k.entry(ref.field, ref.text)
		}
	}
	return issue{sources.NoteRenderFailed, message, at}
}

// NoteHarm tells of a root that is not rendered, because it can bear no key, what should
// be known all the same: that it reaches outside the repository, or never ends.
func (r *Root) NoteHarm(g *Graph) {
	if r.cycle != nil {
		fault := r.cycleFault(g)
		r.repo.Note(fault.kind, fault.at(), fault.message)
	}
	for _, k := range r.closure {
		for _, loss := range k.losses {
			if loss.kind == sources.NoteRefused {
				r.repo.Note(loss.kind, loss.at(), loss.message)
			}
		}
	}
}
