package lint

import (
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
)

// Severity of a finding.
type Severity string

// The severities, worst first.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Info    Severity = "info"
)

// AtLeast says whether s is as bad as t or worse.
func (s Severity) AtLeast(t Severity) bool { return s.rank() >= t.rank() }

func (s Severity) rank() int {
	switch s {
	case Error:
		return 3
	case Warning:
		return 2
	case Info:
		return 1
	}
	return 0
}

// Finding is a broken rule.
type Finding struct {
	Rule     string
	Severity Severity
	Message  string // one sentence: what is wrong, in the words of DESIGN; no key text
	Subject  string // what bears the key at the place, as the message calls it; empty where it does not
	At       sources.Position
	Instance string // name of the instance; empty where it concerns none
	Of       string // what the instance is, whatever it is called beside others
	// Slot and Bearer name the primary place without its line: the slot of the key there,
	// and what bears it with the name that the key has ("Secret supabase/supabase-keys
	// ANON_KEY"). A rule that finds fault with a site need not set them.
	Slot    keys.Slot
	Bearer  string
	Related []Related
	Also    []string // names of further things at which the same is wrong, beside Related
	Trace   []sources.Step
	Cause   string    // the name of its Cause
	Help    string    // how to mend it, which hangs on the cause
	Then    []Command // what has to follow for that to count
	Label   string    // what may be shown of the key at the place: "anon JWT, issued 2025-03-01, …"; empty where it tells nothing
	Frame   Frame
	ID      string // see findingID
	Fixes   []Fix  // that mend it, none where somebody has to choose
}

// Related is a further place that a finding is about.
type Related struct {
	At     sources.Position
	Holder string // what bears the key there; empty where Says is all that there is to say
	Says   string // what is said of it; places of which the same is said are told together
	Frame  Frame

	Stored bool // the stack keeps its key there: it is told before the others
	Is     Relation

	// Alike names a place at which the same is wrong as at the primary one, by what bears it;
	// it is empty where the place is right, or merely explains.
	Alike string

	AtName bool // a name stands there and no key, as with the place that AtName makes
}

// Relation is what a finding has to do with a further place, of which it does not say that the same is
// wrong there.
type Relation int

// The relations.
const (
	Explains Relation = iota // it merely belongs to the finding
	IsRight                  // it holds what the primary place should
	IsBroken                 // it is right too, and refused because of the primary place
)

// Message is what is said of the place, in one line.
func (r Related) Message() string {
	switch {
	case r.Holder == "":
		return r.Says
	case r.Says == "":
		return r.Holder
	}
	return r.Holder + ": " + r.Says
}

// Places names all places at which a finding's defect stands, without their lines: the
// primary one first, and those that are like it.
func (f Finding) Places() []string {
	places := []string{placeName(f.At.File, sites.WithSlot(f.Bearer, f.Slot))}
	for _, r := range f.Related {
		if r.Alike != "" {
			places = append(places, placeName(r.At.File, r.Alike))
		}
	}
	for _, name := range f.Also {
		places = append(places, placeName(f.At.File, name))
	}
	return places
}

// placeName is a file and what bears the key in it, which may be the file itself.
func placeName(file, bearer string) string {
	if strings.HasPrefix(bearer, file+" ") {
		return bearer
	}
	return file + " " + bearer
}

// Frame is the line of a position with every key in it masked, for showing. It is
// empty where there is no line to show. Mask is where the masked key stands: byte
// columns from 1 in Text; zero where the caret has nothing to point at.
type Frame struct {
	Text      string
	MaskStart int
	MaskEnd   int
}
