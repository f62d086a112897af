package kustomize

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/keylint/keylint/internal/current"
	"github.com/keylint/keylint/render/chart"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/render/stores"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// Result is what became of a root.
type Result struct {
	Objects []*manifest.Object
	Built   bool           // false where the objects are those of its files, as they are written
	Missing []string       // what could not be rendered
	Doubt   string         // why nothing in it is known; empty where it is
	Unread  []chart.Unread // what its charts are given in vain
	Inputs  []string       // the files that were read, in order of path
}

// Build builds one root, and falls back to its files where that fails. What comes out holds
// on to the root, and not to the graph with all its charts.
func (g *Graph) Build(r *Root) *Result {
	defer current.Begin("rendering the kustomization", r.dir)()
	out := &Result{}
	for _, k := range r.closure {
		if own := g.byDir[k.dir]; own != nil {
			own.told = true
		}
		for _, loss := range k.losses {
			r.repo.Note(loss.kind, loss.at(), loss.message)
			out.Missing = append(out.Missing, loss.message)
		}
	}
	if fault, ok := r.firstFault(g); ok {
		r.fallBack(g, out, fault)
	} else if err := r.build(g, out); err != nil {
		r.fallBack(g, out, r.blame(err))
	}
	return out
}

// build is what kustomize makes of the root.
func (r *Root) build(g *Graph, out *Result) error {
	if !r.repo.Spend(r.cost(g)) {
		return errTooMuch
	}
	fsys := &overlay{r.repo.FileSystem(), g, r.kustomization, map[string]bool{}}
	made, err := runKustomize(fsys, "/"+r.dir)
	if err != nil {
		return err
	}
	if out.Objects, err = r.objectsFrom(made); err != nil {
		return err
	}
	r.blurCut(out.Objects)
	for name := range r.pluginFiles() {
		fsys.read[name] = true
	}
	for _, k := range r.closure {
		for _, e := range k.charts {
			out.Missing = append(out.Missing, e.missing...)
			out.Doubt = cmp.Or(out.Doubt, e.doubt)
			out.Unread = append(out.Unread, e.unread...)
		}
	}
	out.Built = true
	out.Inputs = slices.Sorted(maps.Keys(fsys.read))
	return nil
}

// chartObjects pairs what came out of a chart's file with what the chart made, which knows
// where it is written.
func (r *Root) chartObjects(file string) []*manifest.Object {
	for _, k := range r.closure {
		for _, e := range k.charts {
			if path.Join(k.dir, e.file) == file {
				return e.objects
			}
		}
	}
	return nil
}

// pluginFiles are the generator files that were read in kustomize's stead.
func (r *Root) pluginFiles() map[string]bool {
	names := map[string]bool{}
	for _, k := range r.closure {
		for _, p := range k.plugins {
			if p.sheet.Doc != nil {
				names[p.sheet.Doc.File.Path] = true
			}
		}
	}
	return names
}

// firstFault is why the root does not build, as far as that can be told before
// kustomize is asked.
func (r *Root) firstFault(g *Graph) (issue, bool) {
	if r.cycle != nil {
		return r.cycleFault(g), true
	}
	for _, k := range r.closure {
		if len(k.faults) > 0 {
			return k.faults[0], true
		}
	}
	if r.tooLarge(g) {
		return issue{sources.NoteBound, "it loads more than 5,000 kustomizations or 256 MiB, its bases counted as often as they are listed", r.file.At}, true
	}
	return issue{}, false
}

// blame says why kustomize failed. Its errors do not always name the file that is not
// YAML, so that one is looked for.
func (r *Root) blame(failure error) issue {
	if errors.Is(failure, errTooMuch) {
		return issue{sources.NoteBound, failure.Error(), r.file.At}
	}
	if strings.Contains(failure.Error(), nodes.TooFar) || strings.Contains(failure.Error(), "accumulated size increase") {
		return issue{sources.NoteBound, explain(failure), r.file.At}
	}
	for _, k := range r.closure {
		for _, ref := range k.refs {
			if ref.verdict != isFile || !isYAML[ref.field] {
				continue
			}
			f := r.repo.File(ref.name)
			text, err := f.Handed()
			if err != nil {
				continue
			}
			if locked := f.Locked(); locked != nil && !f.Encrypted() {
				return issue{sources.NoteRenderFailed, f.Path + ": " + locked.Reason, f.At}
			}
			if _, problems := nodes.Parse(text); len(problems) > 0 {
				at := sources.Position{File: f.Path, Line: problems[0].Line}
				what := " is not YAML"
				if problems[0].Template {
					what = " is a template, and not YAML before it is rendered"
				}
				return issue{sources.NoteRenderFailed, f.Path + what, func() sources.Position { return at }}
			}
			if !errors.Is(failure, errRepeatedKey) {
				continue
			}
			for _, d := range f.Documents() {
				if key := repeatedKey(d.Root); key != nil {
					message := fmt.Sprintf("%s has the key %s twice in one mapping", f.Path, sources.Shown(key.Value))
					return issue{sources.NoteRenderFailed, message, func() sources.Position { return d.Position(key) }}
				}
			}
		}
	}
	return issue{sources.NoteRenderFailed, r.repo.Ledger().Scrub(explain(failure)), r.file.At}
}

// isYAML are the fields whose files kustomize parses.
var isYAML = map[string]bool{
	"resources": true, "ksops": true, "patches": true, "patchesStrategicMerge": true, "patchesJson6902": true,
	"replacements": true, "crds": true, "configurations": true,
}

// runKustomize builds a directory. A panic in it is a failure to build like any other.
func runKustomize(fsys *overlay, dir string) (made resmap.ResMap, err error) {
	defer func() {
		if p := recover(); p != nil {
			if e, ok := p.(chart.Exhausted); ok {
				panic(e)
			}
			made, err = nil, errors.New("kustomize crashed")
		}
	}()
	options := krusty.MakeDefaultOptions() // no plugins
	// What is outside the repository is out of reach of the file system itself.
	options.LoadRestrictions = types.LoadRestrictionsNone
	made, err = krusty.MakeKustomizer(options).Run(fsys, dir)
	if err != nil {
		return nil, err
	}
	for _, res := range made.Resources() {
		if repeatedKey(res.YNode()) != nil {
			return nil, errRepeatedKey // the program fails too, when it prints the result
		}
	}
	return made, nil
}

var errRepeatedKey = errors.New("a mapping has a key twice")

// repeatedKey finds a key that stands twice in one mapping.
func repeatedKey(n *yaml.Node) *yaml.Node {
	if n == nil {
		return nil
	}
	if n.Kind == yaml.MappingNode {
		seen := map[string]bool{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if key := n.Content[i]; seen[key.Value] {
				return key
			}
			seen[n.Content[i].Value] = true
		}
	}
	for _, c := range n.Content {
		if key := repeatedKey(c); key != nil {
			return key
		}
	}
	return nil
}

// objectsFrom turns kustomize's result into objects, each with the file that it came
// from, and its name in that file.
func (r *Root) objectsFrom(made resmap.ResMap) ([]*manifest.Object, error) {
	var objects []*manifest.Object
	generated := map[*manifest.Object]bool{}
	for _, res := range made.Resources() {
		file, isGenerated := r.file.Path, false
		from, err := res.GetOrigin()
		if err != nil {
			return nil, err
		}
		if from != nil {
			isGenerated = from.ConfiguredIn != ""
			file = path.Join(r.dir, from.Path)
			if isGenerated {
				file = path.Join(r.dir, from.ConfiguredIn)
			}
			if err := res.SetOrigin(nil); err != nil {
				return nil, err
			}
		}
		if o := manifest.New(r.repo, res.YNode(), file, nil); o != nil {
			generated[o] = isGenerated
			objects = append(objects, o)
		}
	}
	l := &locator{root: r, objects: objects, origins: map[*manifest.Object]*rendered{}}
	for _, o := range objects {
		l.origins[o] = &rendered{locator: l}
	}
	l.nameOriginals(generated)
	for _, o := range objects {
		if made := r.chartObjects(o.File); made != nil {
			l.comesFromChart(o, made)
		}
	}
	all := stores.With(objects)
	for o, origin := range l.origins {
		o.Origin = origin
	}
	return all, nil
}
