package sources

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
)

// CIKind says in which way a job of a CI system hands variables on.
type CIKind int

// The ways.
const (
	CIEnvironment CIKind = iota // the environment of its commands
	CIBuildArgs                 // arguments of an image's build
	CIEnvFile                   // a file of variables that it writes
	CIInputs                    // what an action, or a program, is given by name
)

// CIVariables are variables that a job, or a script that does what a job does, hands on together: what it says of them is said at one
// place of its file.
type CIVariables struct {
	Kind        CIKind
	File        string // in which the job stands
	By          string // ".github/workflows/web.yml job build"
	Part        string // what they are of it: "env", "build-args", "apps/web/.env.production"
	Environment string // that the job is meant for, as it says itself; empty where it does not, or not in plain words
	Local       bool   // the job starts a Supabase of its own
	Idle        string // why the job does not run; empty where it may
	ByHand      bool   // it is a script that people run
	App         string // the directory of the app that is built there; empty where that is not known
	Variables   []CIVariable
	Around      []CIVariable // what holds there as well: the first of a name counts
	Below       []CIVariable // what the parts say that it holds for
	Image       *CIImage     // of build arguments, what is built; nil where that is not known
	Tags        []string     // and what that is called, as it is written
	Open        bool         // there may be more of them
}

// CIVariable is one of them. Its value is known, or it has an identity where whoever runs the job keeps it.
type CIVariable struct {
	Name  string
	Value keys.Value
	At    Position
	Trace []Step // from its place to where the value is written; none where it is written there
}

// CIImage is an image that a job builds. The paths are the repository's.
type CIImage struct {
	Dockerfile, Context, Target string
}

// alike says whether two say the same of the same places, as far as names matter.
func (v CIVariables) alike(w CIVariables, matters func(string) bool) bool {
	same := func(a, b []CIVariable) bool {
		other := func(v CIVariable) bool { return !matters(v.Name) }
		return slices.EqualFunc(slices.DeleteFunc(slices.Clone(a), other), slices.DeleteFunc(slices.Clone(b), other), func(a, b CIVariable) bool {
			return a.Name == b.Name && a.At == b.At && (a.Value.Same(b.Value) || !a.Value.IsKnown() && !b.Value.IsKnown() && a.Value.Source() == b.Value.Source())
		})
	}
	return v.Kind == w.Kind && v.File == w.File && v.Part == w.Part && same(v.Variables, w.Variables) && same(v.Around, w.Around) &&
		(v.Image == nil) == (w.Image == nil) && (v.Image == nil || *v.Image == *w.Image)
}

// ciText is what a text of a CI file comes to when a job runs.
type ciText struct {
	text   string
	known  bool
	falsy  bool // as a condition it does not hold: nothing, zero, false
	chosen bool // by a condition that holds: what stands behind "||" is for when it does not
	at     Position
	source string // of one that is not known: by what name whoever runs the job keeps it
	why    string // and why it is not known
	trace  []Step

	function bool // a function makes it
}

// value is the text as that of a variable.
func (t ciText) value() keys.Value {
	switch {
	case t.known:
		return keys.Known(keys.NewText(t.text))
	case t.source != "":
		return keys.UnknownFrom(t.source, t.why)
	}
	return keys.Unknown(t.why)
}

// variable is a variable that has the text at a place.
func (t ciText) variable(name string, at Position) CIVariable {
	v := CIVariable{Name: name, Value: t.value(), At: at}
	if t.known && t.at.File != "" && (t.at.File != at.File || t.at.Line != at.Line) {
		v.Trace = append([]Step{{At: at, Text: name}}, t.trace...)
		v.Trace = append(v.Trace, Step{At: t.at, Text: name})
	} else if t.known && t.at.File != "" {
		v.At = t.at
	}
	return v
}

// maxCIText bounds what is put together of texts that stand for others: "${{ env.A }}${{ env.A }}" doubles at each step. It is as long
// as Linux lets one variable be (MAX_ARG_STRLEN).
const maxCIText = 128 << 10

// tooLong is what stands for a text beyond that bound.
var tooLong = ciUnknown(fmt.Sprintf("texts that stand for others are put together up to %d bytes, and this one is longer", maxCIText))

// comesTo is what a word of a command comes to, given what each variable is that was not put in its place, and where that stands: at gives
// the place of a text of the command.
func comesTo(text string, one func(variable string) ciText, at func(text string) Position) (ciText, Position) {
	const decided = "the commands decide what it is"
	all := marked.FindAllStringSubmatch(text, -1)
	switch {
	case len(all) == 0 && strings.ContainsAny(text, unknownBegin+inRepository):
		return ciUnknown(decided), at("")
	case len(all) == 0:
		where := at(text)
		return ciKnown(text, where), where
	case all[0][0] == text:
		return one(all[0][1]), at(all[0][1])
	}
	known := true
	why := ""
	size := len(text)
	whole := marked.ReplaceAllStringFunc(text, func(m string) string {
		t := one(strings.Trim(m, notKnown))
		if size += len(t.text); size > maxCIText {
			t = tooLong
		}
		known, why = known && t.known, cmp.Or(why, t.why)
		return t.text
	})
	if !known || strings.ContainsAny(whole, notKnown) {
		return ciUnknown(cmp.Or(why, decided)), at("")
	}
	return ciKnown(whole, at("")), at("")
}

// givenBy is what whoever runs something gives it under a name: the same for all that are run together.
func givenBy(why, as, by, name string) ciText {
	if keys.ShownName(name) != name { // a key that was pasted there by mistake
		return ciUnknown(why)
	}
	return ciText{source: by + "#" + name, why: why + ", " + as + " " + Shown(name)}
}

func ciUnknown(why string) ciText { return ciText{why: why} }

func ciKnown(text string, at Position) ciText {
	return ciText{text: text, known: true, falsy: text == "", at: at}
}
