package report

import (
	"io"
	"strings"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
)

// Notes writes what the user should know of the run itself, a line each, for standard
// error. What was left out on purpose is told only when verbose; what should have been
// read and was not is told always, unless a finding tells it.
func Notes(w io.Writer, r *lint.Result, o Options) error {
	p := painter(o.Color)
	told := map[sources.Position]bool{}
	for _, f := range r.Findings {
		told[f.At] = true
	}
	var b strings.Builder
	for _, n := range r.Notes {
		if n.Kind == sources.NoteSkipped && !o.Verbose || told[n.At] {
			continue
		}
		note := p.paint(blue, "note:") + " " + oneLine(n.Message) + " " + p.paint(cyan, "["+string(n.Kind)+"]")
		if at := place(n.At); at != "" {
			note = p.paint(bold, at+":") + " " + note
		}
		b.WriteString(uncommanding(note) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
