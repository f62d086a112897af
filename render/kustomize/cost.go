package kustomize

import (
	"bytes"
	"errors"
	"math"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"

	"github.com/keylint/keylint/sources"
)

// What kustomize does with a root is bounded by what goes in, since it knows no bound itself
// and cannot be stopped. Costs are in what a byte costs that is made.
const (
	loadCost   = 8       // of a byte that is loaded, parsed, and written in the end
	pairCost   = 40      // of two objects that are held against each other: each is looked for among all
	makeCost   = 400     // the same of one that a generator makes, and of whatever is there already
	chartGives = 50      // objects, as far as can be told before it is rendered
	maxCopied  = 1 << 14 // bytes that the "copy" operations of a JSON patch add to one object
	mostCost   = math.MaxInt >> 2
)

func init() { jsonpatch.AccumulatedCopySizeLimit = maxCopied }

// errTooMuch says that a root is not built, because that has no end in sight.
var errTooMuch = errors.New("to build it is " + sources.TooMuch)

// load is what a kustomization gives to the one that uses it.
type load struct{ objects, cost int }

// cost is at least about what it costs to build the root, each kustomization counted as often
// as it is loaded. What one says (patches, labels, images, …) is applied to all its objects.
func (r *Root) cost(g *Graph) int {
	loads, largest, references := map[*kustomization]load{}, 0, 0
	for _, k := range r.upward {
		objects, says, loaded, copies := k.makes+chartGives*len(k.charts), len(k.safe), len(k.safe), copiesIn(k.safe)
		for _, ref := range k.refs {
			if ref.verdict != isFile {
				continue
			}
			f := r.repo.File(ref.name)
			text, err := f.Disk()
			if err != nil {
				continue
			}
			loaded += len(text)
			switch {
			case listsObjects[ref.field]:
				objects += objectsIn(text)
				largest, references = max(largest, largestDocument(text)), references+bytes.Count(text, []byte("$("))
			case isYAML[ref.field]:
				says, copies = says+len(text), copies+copiesIn(text)
			default:
				largest = max(largest, len(text))
			}
		}
		var sum load
		for _, used := range g.uses(k) {
			sum.objects, sum.cost = min(sum.objects+loads[used].objects, mostCost), min(sum.cost+loads[used].cost, mostCost)
		}
		objects = min(objects+sum.objects, mostCost)
		for _, cost := range []int{
			loadCost * loaded, times(says+maxCopied*copies, objects), times(pairCost, times(objects, objects)), times(makeCost, times(k.makes, objects)),
		} {
			sum.cost = min(sum.cost+cost, mostCost)
		}
		loads[k] = load{objects, sum.cost}
	}
	all := loads[r.kustomization]
	variables := 0
	for _, k := range r.closure {
		variables += k.variables
		largest = max(largest, len(k.safe))
	}
	if variables > 0 {
		all.cost = min(all.cost+times(largest, references), mostCost)
	}
	return min(all.cost+r.replacementCost(largest, all.objects), mostCost)
}

// escapes are how a word can be written in YAML and JSON so that it is not found.
func escapes(text []byte) int {
	return bytes.Count(text, []byte(`\u`)) + bytes.Count(text, []byte(`\x`))
}

// objectsIn is about how many objects stand in a text.
func objectsIn(text []byte) int { return 1 + bytes.Count(text, []byte("kind")) + escapes(text) }

// copiesIn is about how many operations of JSON patches in a text copy something.
func copiesIn(text []byte) int {
	if !bytes.Contains(text, []byte("from")) && escapes(text) == 0 {
		return 0
	}
	return bytes.Count(text, []byte("copy")) + escapes(text)
}

// largestDocument is how long the longest document of a text is.
func largestDocument(text []byte) int {
	largest := 0
	for part := range bytes.SplitSeq(text, []byte("\n---")) {
		largest = max(largest, len(part))
	}
	return largest
}

// times is the product, or mostCost where that is less.
func times(a, b int) int {
	if a > 0 && b > mostCost/a {
		return mostCost
	}
	return a * b
}
