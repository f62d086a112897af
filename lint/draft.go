package lint

import (
	"fmt"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
)

// Draft is a finding as a rule makes it; Pass.Report completes it.
type Draft struct {
	Place    Place
	Instance string   // the instance's name; empty where it concerns none
	Severity Severity // empty for the rule's own
	Message  string   // one sentence: what is wrong; no key text
	Cause    Cause    // why, which brings the advice along
	Label    string   // what may be shown of the key at the place, where that matters
	Related  []Related
	Also     []string // names of further things at which the same is wrong, beside Related
	Trace    []sources.Step
	Then     []Command // what has to follow, as Pass.Afterwards gives it
	Reword   []Reword  // what mends it, where no key has to be written for that
}

// Reword puts a name or a reference in the place of another one.
type Reword struct {
	At      sources.Position // of the old text, from its first byte to its last
	Was, To string
	Holder  string
	Says    string // "write the placeholder as the script substitutes it"
}

// Place is where a finding points. Its zero value is nowhere, and makes no finding.
type Place struct {
	at     sources.Position
	isName bool
	bearer string
	slot   keys.Slot
}

// AtValue is a place where a key stands, which is masked wherever the line is shown. bearer
// is what bears the key, with the name that it has there ("Secret supabase/keys ANON_KEY");
// empty for that of the site at the place.
func AtValue(at sources.Position, bearer string) Place { return Place{at: at, bearer: bearer} }

// AtName is a place where no key stands but a name, or a line as a whole, which may be shown.
func AtName(at sources.Position, bearer string) Place {
	return Place{at: at, bearer: bearer, isName: true}
}

// AtUse is where a site uses its key, which stands there or is referred to by name.
func AtUse(s *sites.Site) Place { return Place{at: s.At, isName: s.At != s.Written || s.InForce != ""} }

// AtSource is where a person would edit the site's value: where it is written, or the
// reference to it where that is what is wrong.
func AtSource(s *sites.Site) Place {
	if s.InForce != "" {
		return AtUse(s)
	}
	if s.IsDefault {
		return AtName(s.Written, "")
	}
	return AtValue(s.Written, "")
}

// As is the place with the slot of its key, where no site tells it.
func (p Place) As(slot keys.Slot) Place {
	p.slot = slot
	return p
}

// Position is where it is.
func (p Place) Position() sources.Position { return p.at }

// Cause is why something is wrong. The advice hangs on it, and not on the rule: two rules may
// find the same cause, and one rule several.
type Cause struct {
	Name   string // kebab-case, stable
	Advice string // how to mend it; may have verbs, for With
}

// With fills in the verbs of the advice.
func (c Cause) With(args ...any) Cause {
	c.Advice = fmt.Sprintf(c.Advice, args...)
	return c
}
