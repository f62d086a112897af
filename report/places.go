package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/keylint/keylint/lint"
)

// maxLines is how many lines a finding takes, where it is not told in full.
const maxLines = 15

// maxPlaces is how many places of a group are told, where it is not told in full.
const maxPlaces = 8

// group is the places of a finding of which the same is said: those that hold one value.
type group struct {
	says   string
	places []lint.Related
}

// alike groups the places by what is said of them: what is wrong with the primary place too
// first, then what the stack stores.
func alike(related []lint.Related) []group {
	var out []group
	for _, r := range related {
		i := slices.IndexFunc(out, func(g group) bool {
			return g.says == r.Says && (g.places[0].Alike == "") == (r.Alike == "") && (r.Holder != "" || r.Alike != "")
		})
		if i < 0 {
			out = append(out, group{says: r.Says, places: []lint.Related{r}})
			continue
		}
		out[i].places = append(out[i].places, r)
	}
	for _, g := range out {
		slices.SortStableFunc(g.places, func(a, b lint.Related) int { return rank(a) - rank(b) })
	}
	slices.SortStableFunc(out, func(a, b group) int { return rank(a.places[0]) - rank(b.places[0]) })
	return out
}

func rank(r lint.Related) int {
	switch {
	case r.Alike != "":
		return 0
	case r.Stored:
		return 1
	}
	return 2
}

// relatedSign is that of a place: wrong as well, broken by what is wrong, or neither.
func relatedSign(r lint.Related) (string, style) {
	switch {
	case r.Alike != "":
		return "✗", red
	case r.Is == lint.IsBroken:
		return "!", yellow
	case r.Is == lint.IsRight:
		return "✓", green
	}
	return "·", blue
}

// group writes the places of a group, most at the most: one on the line that says what it holds,
// several below that.
func (t *textReport) group(indent string, g group, most int) {
	sign, color := relatedSign(g.places[0])
	sign = indent + t.paint(color, sign) + " "
	shown := g.places[:min(most, len(g.places))]
	if len(g.places) == 1 || g.says == "" {
		for _, r := range shown {
			t.wrapped(sign, t.related(r))
		}
	} else {
		t.wrapped(sign, oneLine(g.says)+":")
		widest := 0
		for _, r := range shown {
			widest = max(widest, width(place(r.At)))
		}
		for _, r := range shown {
			holder := oneLine(beside(r).Holder)
			row := t.at(r.At, "") + strings.Repeat(" ", widest-width(place(r.At))) + "  " + holder
			if t.terminal.Width >= minWidth && width(indent)+4+widest+2+width(holder) > t.terminal.Width {
				t.wrapped(indent+"    ", t.at(r.At, "")+" "+holder)
				continue
			}
			t.line(indent + "    " + strings.TrimRight(row, " "))
		}
	}
	if left := len(g.places) - most; left > 0 {
		t.line(indent + "    " + fmt.Sprintf("… and %d more", left))
	}
}

// beside is a place as it is told beside its position: its holder without the file, which stands there.
func beside(r lint.Related) lint.Related {
	if r.Holder = strings.TrimPrefix(r.Holder, r.At.File+" "); r.Holder == r.At.File {
		r.Holder = "" // a key in a text that has no name there
	}
	return r
}

// cutGroups leaves as many groups as places are told of one, and says how many places are in the others.
func cutGroups(groups []group) (shown []group, left int) {
	shown = groups[:min(maxPlaces, len(groups))]
	for _, g := range groups[len(shown):] {
		left += len(g.places)
	}
	return shown, left
}

// bounds are how many places of a group, and how many steps of a trace, are told.
type bounds struct{ places, steps int }

// narrower tells less: the middle of the trace first, then places beyond three, and the trace last of all
// but one place. It returns the bounds themselves where nothing is left to leave out.
func (b bounds) narrower() bounds {
	switch {
	case b.steps > 4:
		b.steps--
	case b.places > 3:
		b.places--
	case b.steps > 3:
		b.steps--
	case b.places > 1:
		b.places--
	default:
		b.steps = 0
	}
	return b
}

// cut leaves the beginning and the end of a trace: where the value is used, and where it is written.
func cut(trace []string, most int) []string {
	switch {
	case len(trace) <= most:
		return trace
	case most < 3:
		return nil
	}
	out := slices.Clone(trace[:most-2])
	return append(out, "  …", trace[len(trace)-1])
}

// gutter is the number of digits of the highest line number that is shown, so that all frames
// stand below each other.
func (t *textReport) gutter(f lint.Finding) int {
	highest := 0
	if f.Frame.Text != "" {
		highest = f.At.Line
	}
	for _, r := range f.Related {
		if t.verbose && r.Frame.Text != "" {
			highest = max(highest, r.At.Line)
		}
	}
	if highest == 0 {
		return 1
	}
	return len(strconv.Itoa(highest))
}
