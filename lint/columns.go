package lint

import (
	"slices"
	"unicode/utf16"

	"github.com/keylint/keylint/sources"
)

// widen fills in Result.Wide for every place that a finding names.
func (p *Pass) widen(r *Result) {
	r.Wide = map[sources.Position]sources.Position{}
	lines := wideLines{p.Repo, map[sources.Position]*wideLine{}}
	each := func(f Finding) {
		lines.place(r, f.At)
		for _, related := range f.Related {
			lines.place(r, related.At)
		}
		for _, step := range f.Trace {
			lines.place(r, step.At)
		}
		for _, x := range f.Fixes {
			for _, e := range x.Edits {
				for _, at := range append(e.Deleted(), e.At) {
					lines.place(r, at)
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

func (w wideLines) place(r *Result, at sources.Position) {
	if at.Column == 0 || at.Line == 0 {
		return
	}
	line := w.line(at)
	if line == nil {
		return
	}
	wide := at
	wide.Column = line.utf16(at.Column)
	if at.EndColumn > 0 {
		wide.EndColumn = line.utf16(at.EndColumn)
	}
	if wide != at {
		r.Wide[at] = wide
	}
}

// wideLines are the lines of places, each gone through once: thousands of keys may stand on one.
type wideLines struct {
	repo  *sources.Repository
	known map[sources.Position]*wideLine
}

func (w wideLines) line(at sources.Position) *wideLine {
	of := sources.Position{File: at.File, Line: at.Line}
	line, known := w.known[of]
	if !known {
		if f := w.repo.File(at.File); f != nil {
			line = measured(f.Line(at.Line))
		}
		w.known[of] = line
	}
	return line
}

// wideLine is a line, with how many UTF-16 units stand before some of its characters.
type wideLine struct {
	text  string
	marks []wideMark
}

type wideMark struct{ bytes, units int }

// markEach is how many bytes lie between two of these at least.
const markEach = 256

func measured(text string) *wideLine {
	line, units := &wideLine{text: text, marks: []wideMark{{}}}, 0
	for i, c := range text {
		if i >= line.marks[len(line.marks)-1].bytes+markEach {
			line.marks = append(line.marks, wideMark{i, units})
		}
		units += max(1, utf16.RuneLen(c))
	}
	return line
}

// utf16 is the column, from 1, in UTF-16 units of a byte column, from 1. A column behind
// the line's end stays as far behind it; a byte that is not UTF-8 counts as one unit.
func (l *wideLine) utf16(column int) int {
	before := min(column-1, len(l.text))
	at, exact := slices.BinarySearchFunc(l.marks, before, func(m wideMark, before int) int { return m.bytes - before })
	if !exact {
		at--
	}
	units := column - 1 - before + l.marks[at].units
	for _, c := range l.text[l.marks[at].bytes:before] {
		units += max(1, utf16.RuneLen(c))
	}
	return units + 1
}
