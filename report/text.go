package report

import (
	"io"
	"strconv"
	"strings"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
)

// Text writes the report for people: each finding as "file:line:column: severity:
// message [rule]" with the lines it is about, how the value got there and what would
// mend it, and at the end, always, what was compared and what could not be.
func Text(w io.Writer, r *lint.Result, o Options) error {
	t := &textReport{painter: painter(o.Color)}
	for _, f := range r.Findings {
		t.finding(f)
		t.line("")
	}
	if o.Verbose {
		t.instances(r)
		t.units(r)
	}
	t.coverage(r)
	_, err := io.WriteString(w, t.String())
	return err
}

// textReport collects the lines.
type textReport struct {
	painter
	strings.Builder
}

func (t *textReport) line(s string) {
	t.WriteString(uncommanding(s))
	t.WriteByte('\n')
}

func (t *textReport) finding(f lint.Finding) {
	color := severityStyle(f.Severity)
	head := t.paint(color, string(f.Severity)+":") + " " + oneLine(f.Message) + " " + t.paint(cyan, "["+f.Rule+"]")
	if at := place(f.At); at != "" {
		head = t.paint(bold, at+":") + " " + head
	}
	t.line(head)

	gutter := gutterWidth(f)
	indent := strings.Repeat(" ", gutter+1)
	t.frame(f.At, f.Frame, gutter, color)
	for _, r := range f.Related {
		t.line(indent + t.related(r))
		t.frame(r.At, r.Frame, gutter, blue)
	}
	if len(f.Trace) > 0 {
		t.line(indent + t.paint(cyan, "how it got there:"))
		for i, s := range f.Trace {
			arrow := "  "
			if i > 0 {
				arrow = "← "
			}
			t.line(indent + "  " + arrow + step(s))
		}
	}
	if f.Help != "" {
		t.help(indent, f.Help)
	}
}

// related is "file:line:column: message", of which either may be missing.
func (t *textReport) related(r lint.Related) string {
	at, message := place(r.At), oneLine(r.Message)
	switch {
	case at == "":
		return message
	case message == "":
		return t.paint(bold, at)
	}
	return t.paint(bold, at+":") + " " + message
}

// help keeps the advice's own lines, one below the other.
func (t *textReport) help(indent, advice string) {
	const word = "help: "
	for i, l := range strings.Split(strings.TrimRight(advice, "\n"), "\n") {
		if i == 0 {
			t.line(indent + t.paint(green, strings.TrimSpace(word)) + " " + clean(l))
			continue
		}
		t.line(strings.TrimRight(indent+strings.Repeat(" ", len(word))+clean(l), " "))
	}
}

// step is "file:line what happened there", of which either may be missing.
func step(s sources.Step) string {
	return strings.TrimSpace(place(s.At) + " " + oneLine(s.Text))
}

// place is a position as an editor or a terminal can open it.
func place(p sources.Position) string {
	p.File = oneLine(p.File)
	return p.String()
}

// gutterWidth is the number of digits of the highest line number that the finding
// shows, so that all its frames stand below each other.
func gutterWidth(f lint.Finding) int {
	highest := 0
	if f.Frame.Text != "" {
		highest = f.At.Line
	}
	for _, r := range f.Related {
		if r.Frame.Text != "" {
			highest = max(highest, r.At.Line)
		}
	}
	if highest == 0 {
		return 1
	}
	return len(strconv.Itoa(highest))
}
