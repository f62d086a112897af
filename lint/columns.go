package lint

import (
	"unicode/utf16"

	"github.com/keylint/keylint/sources"
)

// widen fills in Result.Wide for every place that a finding names.
func (p *Pass) widen(r *Result) {
	r.Wide = map[sources.Position]sources.Position{}
	each := func(f Finding) {
		p.widenPlace(r, f.At)
		for _, related := range f.Related {
			p.widenPlace(r, related.At)
		}
		for _, step := range f.Trace {
			p.widenPlace(r, step.At)
		}
		for _, x := range f.Fixes {
			for _, e := range x.Edits {
				for _, at := range append(e.Deleted(), e.At) {
					p.widenPlace(r, at)
				}
			}
		}
	}
	for _, f := range r.Findings {
		each(f)
	}
	for _, f := range r.Suppressed {
		each(f.Finding)
	}
}

func (p *Pass) widenPlace(r *Result, at sources.Position) {
	if at.Column == 0 || at.Line == 0 {
		return
	}
	f := p.Repo.File(at.File)
	if f == nil {
		return
	}
	line, wide := f.Line(at.Line), at
	wide.Column = utf16Column(line, at.Column)
	if at.EndColumn > 0 {
		wide.EndColumn = utf16Column(line, at.EndColumn)
	}
	if wide != at {
		r.Wide[at] = wide
	}
}

// utf16Column is the column, from 1, in UTF-16 units of a byte column, from 1. A column behind
// the line's end stays as far behind it; a byte that is not UTF-8 counts as one unit.
func utf16Column(line string, column int) int {
	before := min(column-1, len(line))
	units := column - 1 - before
	for _, c := range line[:before] {
		units += max(1, utf16.RuneLen(c))
	}
	return units + 1
}
