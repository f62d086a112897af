package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
)

// Env is what is told of what an app needs.
type Env struct {
	*lint.AppEnv
	File    string         // that is written; empty where none is named
	Lines   []lint.AppLine // what becomes of it
	Against []string
	Written bool
	First   string // the command that takes away what is in the way; empty where none is known
	Again   string // the command that writes what is needed; empty where no file may hold it
	Check   bool   // what the app has is asked for, and not what it needs
}

// AppEnv writes what an app needs or has, or what becomes of a file: of keys what may be shown of them.
func AppEnv(w io.Writer, e Env, o Options) error {
	t := &textReport{painter: painter(o.Color), telling: telling{}, terminal: o.Shown}
	switch {
	case e.Check:
		t.has(e)
	case e.File == "":
		t.needs(e)
	default:
		t.becomes(e)
	}
	_, err := io.WriteString(w, t.String())
	return err
}

func (t *textReport) needs(e Env) {
	t.line(oneLine(fmt.Sprintf("%s needs, to reach instance %s:", e.App.Dir, e.Instance)))
	for _, v := range e.Variables {
		t.line("  " + assigned(v, v.Value))
		t.wrapped("    ", oneLine(v.Why))
	}
	t.line("")
	if e.Again != "" {
		t.line(oneLine(e.Again + " writes that"))
		return
	}
	reads := "what runs the app"
	if len(e.RunBy) > 0 {
		reads = strings.Join(e.RunBy, ", ")
	}
	t.wrapped("", oneLine("git keeps each file of variables that "+e.App.Dir+" is known to read: let .gitignore name one, or put the key into a Secret (of compose, a file that git ignores), from which "+reads+" takes it"))
}

func (t *textReport) becomes(e Env) {
	t.line(t.paint(bold, oneLine(e.File)))
	changed := 0
	for _, l := range e.Lines {
		switch {
		case l.Kept:
			t.line(oneLine("    " + l.Name + " is right"))
			continue
		case !l.Was.IsAbsent():
			t.line(t.paint(red, "  - "+assigned(l.AppVariable, l.Was)))
		}
		changed++
		t.line(t.paint(green, "  + "+assigned(l.AppVariable, l.Value)))
		t.wrapped("    ", oneLine(l.Why))
	}
	t.line("")
	if len(e.Against) > 0 {
		t.line(t.paint(red, "nothing is written, for that would not be right:"))
		for _, why := range e.Against {
			t.wrapped("  ", oneLine(why))
		}
		if e.First != "" {
			t.line(oneLine("run this first, which mends what is in the way: " + e.First))
		}
		return
	}
	switch {
	case changed == 0:
		t.line("there is nothing to write")
	case e.Written:
		t.line(oneLine("wrote " + count(changed, "variable") + " to " + e.File))
	}
}

// states are what is said of what an app has.
var states = map[lint.Outcome]string{lint.Agree: "right", lint.ByConstruction: "right", lint.Disagree: "wrong", lint.CannotTell: "cannot be told", "": "not set"}

func (t *textReport) has(e Env) {
	t.line(oneLine(fmt.Sprintf("%s, of instance %s:", e.App.Dir, e.Instance)))
	for _, v := range e.Variables {
		line := v.Name + ": " + states[v.Outcome]
		if v.Unclear != "" {
			line += ": " + v.Unclear
		}
		if v.At.File != "" {
			line += " (" + v.At.String() + ")"
		}
		t.wrapped("  ", oneLine(line))
	}
}

// assigned is a variable with what may be shown of its value.
func assigned(v lint.AppVariable, value keys.Text) string {
	switch {
	case v.Slot == "" && value.Equal(v.Value):
		return oneLine(v.Name + "=" + v.Address)
	case v.Slot == "":
		return oneLine(v.Name + "=<another address>")
	}
	return oneLine(v.Name + "=<" + keys.Describe(value, v.Slot) + ">")
}
