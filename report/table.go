package report

import (
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

// slotOrder is the order in which a table tells the slots: the keys that are
// presented first, then those that they are signed and checked with.
var slotOrder = []keys.Slot{
	keys.Anon, keys.ServiceRole, keys.Publishable, keys.Secret, keys.AnonAsymmetric, keys.ServiceRoleAsymmetric,
	keys.JWTSecret, keys.JWTKeys, keys.JWKS,
}

// instances writes every instance as a table, slot by slot, with each site's outcome,
// standing, holder, position and fingerprint: who was compared with whom.
func (t *textReport) instances(r *lint.Result) {
	for _, in := range r.Instances {
		t.line(t.paint(bold, "instance "+oneLine(in.Name)))
		t.slots(in.Sites)
		t.line("")
	}
	if len(r.Unplaced) > 0 {
		t.line(t.paint(bold, "sites that none of these joins to an instance:"))
		for _, j := range lint.Tried() {
			t.line("  - " + string(j))
		}
		t.slots(r.Unplaced)
		t.line("")
	}
}

func (t *textReport) slots(judged []lint.Judged) {
	for _, slot := range slotsOf(judged) {
		t.line("  " + t.paint(cyan, slotName(slot)))
		t.slot(judged, slot)
	}
}

// slot writes the rows of one slot, their columns aligned.
func (t *textReport) slot(judged []lint.Judged, slot keys.Slot) {
	var rows [][]string
	var shown []lint.Judged
	for _, j := range judged {
		if j.Site.Slot != slot {
			continue
		}
		rows = append(rows, []string{string(j.Site.Standing), valueOf(j), oneLine(j.Site.Holder), whence(j.Site) + because(j.Joined)})
		shown = append(shown, j)
	}
	widths := make([]int, 4)
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], width(cell))
		}
	}
	for n, row := range rows {
		sign, color := outcomeSign(shown[n])
		var cells []string
		for i, cell := range row {
			cells = append(cells, pad(cell, widths[i]))
		}
		t.line("    " + t.paint(color, sign) + " " + strings.TrimRight(strings.Join(cells, "  "), " "))
	}
}

// because says why a site belongs to its instance, where that is more than its place.
func because(why lint.Joined) string {
	if why == "" || why == lint.JoinedByPlace {
		return ""
	}
	return ", joined by " + string(why)
}

// whence is the place of use, and that where the value is written if it is another.
func whence(s *sites.Site) string {
	if s.Written.File == "" || s.Written == s.At {
		return place(s.At)
	}
	return strings.TrimSpace(place(s.At) + " ← " + place(s.Written))
}

// valueOf is the fingerprint, and the reason where the site could not be compared.
func valueOf(j lint.Judged) string {
	why := oneLine(unknownReason(j))
	switch {
	case j.Fingerprint == "" && why == "":
		return "no value"
	case j.Fingerprint == "":
		return why
	case why == "":
		return j.Fingerprint
	}
	return j.Fingerprint + " (" + why + ")"
}

// unknownReason says why a site's value is not known, or why it could not be compared
// though it is.
func unknownReason(j lint.Judged) string {
	if j.Outcome == lint.CannotTell && j.Why != "" {
		return j.Why
	}
	return j.Site.Value.Reason()
}

// outcomeSign is ✓ of what agrees, = of what does by construction, ✗ of what is wrong, ! of what is
// right and broken by that, and ? of what cannot be told.
func outcomeSign(j lint.Judged) (string, style) {
	switch {
	case j.Outcome == lint.Agree:
		return "✓", green
	case j.Outcome == lint.ByConstruction:
		return "=", green
	case j.Outcome == lint.Disagree && j.Culprit:
		return "✗", red
	case j.Outcome == lint.Disagree:
		return "!", yellow
	}
	return "?", yellow
}

// slotsOf lists the slots that have a site, in the order of slotOrder, any other last.
func slotsOf(judged []lint.Judged) []keys.Slot {
	present := map[keys.Slot]bool{}
	for _, j := range judged {
		present[j.Site.Slot] = true
	}
	var slots []keys.Slot
	for _, s := range slotOrder {
		if present[s] {
			slots = append(slots, s)
			delete(present, s)
		}
	}
	for _, j := range judged {
		if present[j.Site.Slot] {
			slots = append(slots, j.Site.Slot)
			delete(present, j.Site.Slot)
		}
	}
	return slots
}

func slotName(s keys.Slot) string {
	if s == "" {
		return "(slot not known)"
	}
	return string(s)
}

// units lists what is deployed together, and what of it could not be rendered.
func (t *textReport) units(r *lint.Result) {
	if len(r.Units) == 0 {
		return
	}
	t.line(t.paint(bold, "units"))
	for _, u := range r.Units {
		t.line("  " + oneLine(u.Name) + " (" + string(u.Kind) + ")")
		for _, m := range u.Missing {
			t.line("    " + t.paint(yellow, "incomplete:") + " " + oneLine(m))
		}
	}
	t.line("")
}
