package report

import (
	"io"

	"github.com/keylint/keylint/lint"
)

// Options say how a report is written. The zero value is what goes into a file.
type Options struct {
	Color   bool // with terminal colours, where the format has any
	Verbose bool // with every instance and every unit, not only what is wrong
}

// Format is one way of telling a result.
type Format struct {
	Name    string
	Summary string // one line, for the help
	Write   func(w io.Writer, r *lint.Result, o Options) error
}

// Formats lists the formats, the default first.
func Formats() []Format {
	return []Format{
		{Name: "text", Summary: "findings with the lines they are about, for people", Write: Text},
		{Name: "json", Summary: "everything, for programs; version 1 of the format", Write: JSON},
	}
}

// Lookup finds a format by its name.
func Lookup(name string) (Format, bool) {
	for _, f := range Formats() {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}
