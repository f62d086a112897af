package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
)

// Text writes the report for people, the worst first: each finding as "file:line:column:
// severity: message [rule]" with the line it is about, the other places by what they hold,
// how the value got there and what would mend it; at the end, always, what was compared and
// what could not be. One finding takes maxLines at the most, but for Verbose, which also
// tells each place with its line, and whom every site was compared with.
func Text(w io.Writer, r *lint.Result, o Options) error {
	t := &textReport{painter: painter(o.Color), telling: tell(r, o), terminal: o.Shown}
	for _, f := range t.shown() {
		t.finding(f.Finding)
		t.line("")
	}
	if o.Verbose {
		t.instances(r)
		t.units(r)
	}
	t.end()
	_, err := io.WriteString(w, t.String())
	return err
}

// textReport collects the lines.
type textReport struct {
	painter
	telling
	strings.Builder
	terminal Terminal
}

func (t *textReport) line(s string) {
	t.WriteString(uncommanding(s))
	t.WriteByte('\n')
}

// finding tells a finding in full, or with as many places and steps as maxLines have room for, on a
// terminal as wide as it is.
func (t *textReport) finding(f lint.Finding) {
	if t.verbose {
		t.tellWhole(f)
		return
	}
	trace := steps(news(f))
	for most := (bounds{maxPlaces, len(trace)}); ; most = most.narrower() {
		draft := &textReport{painter: t.painter, telling: t.telling, terminal: t.terminal}
		draft.tell(f, most.places, cut(trace, most.steps))
		if most == most.narrower() || strings.Count(draft.String(), "\n") <= maxLines {
			t.WriteString(draft.String())
			return
		}
	}
}

// tell is the finding with its places by what they hold, so many of each group, and the trace.
func (t *textReport) tell(f lint.Finding, places int, trace []string) {
	indent := t.head(f)
	groups, left := cutGroups(alike(f.Related))
	for _, g := range groups {
		t.group(indent, g, places)
	}
	if left > 0 {
		t.line(indent + fmt.Sprintf("  … and %s more (--verbose)", count(left, "place")))
	}
	then := each(f.Then, lint.Command.String)
	if len(then) > maxThen {
		then = append(then[:maxThen], fmt.Sprintf("… and %d more (--verbose)", len(f.Then)-maxThen))
	}
	t.mend(indent, f, trace, then)
}

// tellWhole is the finding with each place and its line, and all that follows.
func (t *textReport) tellWhole(f lint.Finding) {
	indent := t.head(f)
	for _, r := range f.Related {
		sign, style := relatedSign(r)
		t.wrapped(indent+t.paint(style, sign)+" ", t.related(r))
		t.frame(r.At, r.Frame, "", t.gutter(f), blue)
	}
	t.mend(indent, f, steps(way(f)), each(f.Then, lint.Command.String))
}

// head is what is wrong, with the line that it is about. It returns the indent of what follows.
func (t *textReport) head(f lint.Finding) (indent string) {
	color := severityStyle(f.Severity)
	head := t.paint(color, string(f.Severity)+":") + " " + oneLine(f.Message) + " " + t.paint(cyan, "["+f.Rule+"]")
	if at := t.at(f.At, ":"); at != "" {
		head = at + " " + head
	}
	t.wrapped("", head)
	t.frame(f.At, f.Frame, f.Label, t.gutter(f), color)
	return strings.Repeat(" ", t.gutter(f)+1)
}

// mend is how the value got there, what mends it, and what has to follow.
func (t *textReport) mend(indent string, f lint.Finding, trace, then []string) {
	if len(trace) > 0 {
		t.line(indent + t.paint(cyan, "how it got there:"))
		for _, s := range trace {
			text, comes := strings.CutPrefix(s, from)
			before := "  "
			if comes {
				before = from
			}
			t.wrapped(indent+"  "+before, strings.TrimSpace(text))
		}
	}
	for i, l := range helpLines(f.Help) {
		before := strings.Repeat(" ", len(helpWord)) + " "
		if i == 0 {
			before = t.paint(green, helpWord) + " "
		}
		t.wrapped(indent+before, l)
	}
	for i, command := range then {
		before := strings.Repeat(" ", len(thenWord)) + " "
		if i == 0 {
			before = t.paint(green, thenWord) + " "
		}
		t.line(indent + before + oneLine(command)) // whole, since people paste it
	}
}

// maxThen is how many commands are told, where not all are asked for.
const maxThen = 3

const helpWord, thenWord = "help:", "then:"

// helpLines are the advice's own lines, one below the other.
func helpLines(advice string) []string {
	if advice == "" {
		return nil
	}
	var out []string
	for l := range strings.SplitSeq(strings.TrimRight(advice, "\n"), "\n") {
		out = append(out, clean(l))
	}
	return out
}

// related is "file:line:column: message", of which either may be missing.
func (t *textReport) related(r lint.Related) string {
	message := oneLine(beside(r).Message())
	switch at := t.at(r.At, ":"); {
	case at == "":
		return message
	case message == "":
		return t.at(r.At, "")
	default:
		return at + " " + message
	}
}

// way is how a value got where it is, where that is not plain from the place.
func way(f lint.Finding) []sources.Step {
	if len(f.Trace) == 1 && f.Trace[0].At == f.At {
		return nil
	}
	return f.Trace
}

// news is the way of a value that leads to another file than the place's.
func news(f lint.Finding) []sources.Step {
	for _, s := range way(f) {
		if s.At.File != "" && s.At.File != f.At.File {
			return f.Trace
		}
	}
	return nil
}

// from stands before what a value comes from.
const from = "← "

// steps are the lines of a trace, from the place of use to where the value is written.
func steps(trace []sources.Step) []string {
	var out []string
	for i, s := range trace {
		arrow := "  "
		if i > 0 {
			arrow = from
		}
		out = append(out, arrow+step(s))
	}
	return out
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
