package sources

import "fmt"

// Position is a place on disk. File is relative to the repository's root, with
// slashes. Line and Column start at 1, and columns count bytes; a zero Line says
// that only the file is known, a zero Column that only the line is. EndColumn is
// the column after the last byte on that line, zero where it is not known.
type Position struct {
	File      string
	Line      int
	Column    int
	EndColumn int
}

// String renders "file:line:column", leaving out what is not known.
func (p Position) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Before orders positions by file, line and column.
func (p Position) Before(q Position) bool {
	if p.File != q.File {
		return p.File < q.File
	}
	if p.Line != q.Line {
		return p.Line < q.Line
	}
	return p.Column < q.Column
}

// Step is one hop on the way by which a value reached where it is used.
type Step struct {
	At   Position // file only, or nothing, where no line can be named
	Text string   // "${ANON_KEY}", "sed in initContainer render", "Secret supabase/supabase-keys ANON_KEY"
}
