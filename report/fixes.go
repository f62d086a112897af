package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
)

// Mending is what is told of fixes.
type Mending struct {
	Fixes   []lint.Fix // in order of place
	Left    []lint.Unmended
	Then    []lint.Command
	Against []string
	Files   int
	Written bool
	After   *lint.Result // of what is told to be written, or is
	Unsaved []string     // files of which git does not hold what stands in them now
	Ignored []string     // files that git does not keep
}

// Fixes writes what is, or would be, written: each line as it was and as it is, with what may be shown of the two keys; what has to follow; and what
// is left for somebody to do.
func Fixes(w io.Writer, m Mending, o Options) error {
	t := &textReport{painter: painter(o.Color), telling: telling{verbose: o.Verbose}, terminal: o.Shown}
	for _, f := range m.Fixes {
		for _, e := range f.Edits {
			t.edit(f, e)
		}
	}
	if len(m.Left) > 0 {
		t.line(t.paint(yellow, "not mended:"))
		for _, u := range m.Left {
			t.wrapped("  ", oneLine(strings.TrimPrefix(fmt.Sprintf("%s: %s: %s", u.At, u.Holder, u.Why), ": ")))
		}
		t.line("")
	}
	if len(m.Against) > 0 {
		t.line(t.paint(red, "nothing is written, for the repository would not be right then:"))
		for _, why := range m.Against {
			t.wrapped("  ", oneLine(why))
		}
		t.line("")
	}
	if len(m.Unsaved) > 0 && len(m.Against) == 0 {
		t.wrapped("", t.paint(yellow, "git does not hold what stands now in "+oneLine(strings.Join(m.Unsaved, ", "))+": it cannot bring that back"))
		t.line("")
	}
	if len(m.Ignored) > 0 && len(m.Against) == 0 {
		t.wrapped("", t.paint(yellow, "git ignores "+oneLine(strings.Join(m.Ignored, ", "))+": no merge brings that to where it is read"))
		t.line("")
	}
	if len(m.Then) > 0 && len(m.Against) == 0 {
		t.line("then, in this order, once it is merged:")
		for _, c := range m.Then {
			t.line("  " + oneLine(c.String()))
		}
		t.line("")
	}
	t.line(m.total())
	t.remains(m)
	_, err := io.WriteString(w, t.String())
	return err
}

// edit tells one edit.
func (t *textReport) edit(f lint.Fix, e lint.Edit) {
	t.wrapped("", t.paint(bold, e.At.String())+": "+oneLine(e.Holder))
	was, is := lineWith(e, e.Was), lineWith(e, e.To)
	if e.Open != nil && strings.Contains(e.Open.To, "\n") { // lines behind it
		t.line("    " + clean(e.Frame.Text))
		for _, line := range strings.Split(strings.TrimLeft(strings.TrimPrefix(e.Open.To, e.Open.Was), "\r\n"), "\n") {
			t.line(t.paint(green, "  + "+clean(strings.TrimRight(line, "\r"))))
		}
		t.wrapped("    ", oneLine(f.Says))
		t.line("")
		return
	}
	if e.Open != nil {
		was, is = clean(e.Frame.Text), clean(strings.Replace(e.Frame.Text, e.Open.Was, e.Open.To, 1))
	}
	t.line(t.paint(red, "  - "+was))
	t.line(t.paint(green, "  + "+is))
	t.wrapped("    ", oneLine(f.Says))
	if e.Bare {
		t.wrapped("    ", t.paint(yellow, "whoever reads the repository has it then, and nobody has it now: encrypt what stands here, or let it refer to what stores it"))
	}
	t.line("")
}

// lineWith is the line of an edit with what may be shown of a key in the key's place.
func lineWith(e lint.Edit, key keys.Text) string {
	shown := "<" + keys.Describe(key, e.Slot) + ">"
	f := e.Frame
	if f.MaskEnd == 0 {
		return shown
	}
	return clean(f.Text[:f.MaskStart-1]) + shown + clean(f.Text[f.MaskEnd-1:])
}

// remains tells what is not right even so, and what is not known to be: nothing is said of that above.
func (t *textReport) remains(m Mending) {
	if len(m.Against) > 0 {
		return
	}
	if n := countIf(m.After.Findings, func(f lint.Finding) bool { return f.Severity == lint.Error }); n > 0 {
		t.wrapped("  ", fmt.Sprintf("%s left that this does not mend: keylint tells %s", count(n, "error"), them(n)))
	}
	t.unclear(m.After.Coverage)
}

func (m Mending) total() string {
	places := 0
	for _, f := range m.Fixes {
		places += len(f.Edits)
	}
	what := fmt.Sprintf("%s in %s", count(places, "place"), count(m.Files, "file"))
	switch {
	case places == 0:
		return "there is nothing that keylint mends"
	case m.Written:
		return "wrote " + what
	case len(m.Against) > 0:
		return "nothing was written"
	}
	return what + " would be written; --write writes them"
}
