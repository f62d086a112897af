package kustomize

import (
	"strings"

	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// nameOriginals finds what each object was called before kustomize renamed it. The
// annotation says which file it came from; within a file the objects of a kind keep
// their order, so they are paired off with the file's documents. Where the numbers
// differ (a patch deleted one), the longest name that the rendered one contains is it.
func (l *locator) nameOriginals(generated map[*manifest.Object]bool) {
	type group struct{ file, kind string }
	var order []group
	members := map[group][]*manifest.Object{}
	for _, o := range l.objects {
		if generated[o] {
			o.OriginalName, o.Unseen = l.root.generatorName(o), l.root.lostInput()
			continue
		}
		key := group{o.File, o.Kind}
		if members[key] == nil {
			order = append(order, key)
		}
		members[key] = append(members[key], o)
	}
	documents := map[string][]manifest.Written{}
	for _, key := range order {
		f := l.root.repo.File(key.file)
		if f == nil {
			continue
		}
		if documents[key.file] == nil {
			documents[key.file] = manifest.WrittenIn(f.Documents())
		}
		var candidates []manifest.Written
		for _, w := range documents[key.file] {
			if nodes.Text(nodes.Field(w.Root, "kind")) == key.kind {
				candidates = append(candidates, w)
			}
		}
		l.pair(members[key], candidates)
	}
}

func (l *locator) pair(objects []*manifest.Object, documents []manifest.Written) {
	if len(documents) == 0 {
		return
	}
	inOrder := len(objects)%len(documents) == 0 // a base that is used twice yields them twice
	for i, o := range objects {
		if inOrder && !strings.Contains(o.Name, nameOf(documents[i%len(documents)])) {
			inOrder = false
		}
	}
	for i, o := range objects {
		if inOrder {
			l.comesFrom(o, documents[i%len(documents)])
			continue
		}
		var best *manifest.Written
		for j, d := range documents {
			if name := nameOf(d); strings.Contains(o.Name, name) && (best == nil || len(name) > len(nameOf(*best))) {
				best = &documents[j]
			}
		}
		if best == nil && len(documents) == 1 {
			best = &documents[0]
		}
		if best != nil {
			l.comesFrom(o, *best)
		}
	}
}

func nameOf(w manifest.Written) string { return nodes.Text(nodes.Field(w.Root, "metadata", "name")) }

// lostInput says which file a generator of the root was not given, so that there may be more in what it makes; empty where it
// was given all.
func (r *Root) lostInput() string {
	for _, k := range r.closure {
		for _, ref := range k.refs {
			if strings.HasSuffix(ref.field, "Generator") && (ref.verdict == isRemote || ref.verdict == isOutside || ref.verdict == isClosed) {
				return "the " + noun(ref.field) + " " + sources.Shown(ref.text) + " was not read"
			}
		}
	}
	return ""
}

func (l *locator) comesFrom(o *manifest.Object, w manifest.Written) {
	l.origins[o].base = &w
	o.OriginalName = nameOf(w)
	o.OriginalNamespace = nodes.Text(nodes.Field(w.Root, "metadata", "namespace"))
}

// comesFromChart finds the object of a chart that kustomize made this one of: of its kind,
// with the longest name that is in this one's.
func (l *locator) comesFromChart(o *manifest.Object, made []*manifest.Object) {
	var best *manifest.Object
	for _, m := range made {
		if m.Kind == o.Kind && strings.Contains(o.Name, m.Name) && (best == nil || len(m.Name) > len(best.Name)) {
			best = m
		}
	}
	if best != nil {
		l.origins[o].made = best
		o.OriginalName, o.OriginalNamespace, o.File = best.Name, best.Namespace, best.File
	}
}

// generatorName is the name that the generator of an object gives it, before a prefix
// and a hash: the longest that fits.
func (r *Root) generatorName(o *manifest.Object) string {
	best := ""
	for _, gen := range r.generators() {
		if gen.kind == o.Kind && len(gen.name) > len(best) && strings.Contains(o.Name, gen.name) {
			best = gen.name
		}
	}
	if best == "" {
		return o.Name
	}
	return best
}
