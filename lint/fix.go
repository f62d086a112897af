package lint

import (
	"fmt"
	"slices"
	"sort"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
)

// FixKind says how much a fix changes.
type FixKind string

// The kinds. A safe fix changes how a key is written; the other puts another key there.
const (
	SafeFix  FixKind = "safe"
	ValueFix FixKind = "value"
)

// Fix mends a finding, or a part of it: edits that belong together.
type Fix struct {
	Kind  FixKind
	Says  string // "put the anon key there that Secret supabase/keys ANON_KEY stores"
	Edits []Edit
	Then  []Command // what has to follow for it to count
}

// Edit puts the text of a value in the place of what is written at a position. Only what writes it turns it into bytes: those of the
// file's format, encoded or encrypted as the old ones are.
type Edit struct {
	At   sources.Position // of the old text, from its first byte to its last
	Was  keys.Text        // what is read there
	To   keys.Text        // what has to be read there
	Slot keys.Slot
	Open *Reword // where neither text is a key, so that both may be shown
	Bare bool    // it puts a secret into a file that git keeps, as everybody can read it, and it stands nowhere like that now

	Holder string // of what is read there
	Frame  Frame  // the line as it stands
}

// Deleted are the places of what the edit takes off round a key that stands there as it is read; none where it does anything else.
func (e Edit) Deleted() []sources.Position {
	before := e.To.Within(e.Was)
	if e.Open != nil || before < 0 || e.Was.Len() == e.To.Len() || e.At.EndColumn-e.At.Column != e.Was.Len() {
		return nil
	}
	key := e.At.Column + before
	var out []sources.Position
	for _, ends := range [][2]int{{e.At.Column, key}, {key + e.To.Len(), e.At.EndColumn}} {
		if ends[0] < ends[1] {
			out = append(out, sources.Position{File: e.At.File, Line: e.At.Line, Column: ends[0], EndColumn: ends[1]})
		}
	}
	return out
}

// Unmended is a place that somebody has to edit, and for which there is no fix.
type Unmended struct {
	At     sources.Position
	Holder string
	Why    string // what would settle it
}

// Waiting is an edit that could be made, and is not: another place, which has to get the same key, cannot be mended.
func Waiting(e Edit, other string) Unmended {
	return Unmended{e.At, e.Holder, fmt.Sprintf("it waits for %s, which has to get the same key", other)}
}

// findFixes gives the findings their fixes, and tells of the places of culprits for which there is none.
//
// A key is put into all places that need it or into none: who mends the gateway alone shuts out the app that had the same old key.
func (p *Pass) findFixes(r *Result) {
	fixes := map[sources.Position]*Fix{}
	for n, i := range p.Instances {
		bySlot := map[keys.Slot][]Judged{}
		var order []keys.Slot
		for _, j := range r.Instances[n].Sites {
			if slot := j.Site.Slot; bySlot[slot] == nil {
				order = append(order, slot)
			}
			bySlot[j.Site.Slot] = append(bySlot[j.Site.Slot], j)
		}
		for _, slot := range order {
			disagree := slices.ContainsFunc(bySlot[slot], func(j Judged) bool { return j.Outcome == Disagree })
			if !disagree {
				continue
			}
			truth := p.truth(i, slot)
			for _, s := range i.Sites { // that hold it already, as of this change perhaps: they have it once they are started again
				if s.Slot == slot && s.Value.Equal(keys.Known(truth.Text)) && !s.BuiltIn() {
					truth.with = append(truth.with, s)
				}
			}
			var wrong []*sites.Site
			for _, j := range bySlot[slot] {
				if j.Outcome == Disagree && (j.Culprit && !truth.Chosen || truth.Chosen && !j.Site.Value.Text().Equal(truth.Text)) {
					wrong = append(wrong, j.Site)
				}
			}
			p.mendSlot(r, fixes, wrong, truth)
		}
	}
	for n := range r.Findings {
		f := &r.Findings[n]
		if !p.byKey(f.Rule) {
			continue
		}
		places := []sources.Position{f.At}
		for _, related := range f.Related {
			places = append(places, related.At)
		}
		seen := map[sources.Position]bool{}
		for _, at := range places {
			if fix := fixes[at]; fix != nil && !seen[at] {
				f.Fixes = append(f.Fixes, *fix)
			}
			seen[at] = true
		}
	}
}

// bares says whether to put the truth where a site's value is written shows it to whoever reads the repository, who does not see it now.
func (p *Pass) bares(s *sites.Site, truth Truth) bool {
	shows := func(o *sites.Site, text keys.Text) bool {
		f := p.Repo.File(o.Written.File)
		return f != nil && f.Committed() && f.Shows(text)
	}
	return s.Slot.Role() != keys.Public && shows(s, s.Value.Text()) &&
		!slices.ContainsFunc(p.Sites, func(o *sites.Site) bool { return o.Value.Equal(keys.Known(truth.Text)) && shows(o, truth.Text) })
}

// rewords are the fixes that a rule itself has for what it found.
func (p *Pass) rewords(d Draft) (fixes []Fix) {
	for _, r := range d.Reword {
		if r.At.Column > 0 && r.At.EndColumn > 0 {
			edit := Edit{At: r.At, Was: keys.NewText(r.Was), To: keys.NewText(r.To), Holder: r.Holder, Frame: p.frame(r.At, true), Open: &r}
			fixes = append(fixes, Fix{SafeFix, r.Says, []Edit{edit}, append(deployments(p.sitesAt(r.At)), d.Then...)})
		}
	}
	return fixes
}

func (p *Pass) byKey(rule string) bool {
	return slices.ContainsFunc(p.rules, func(r *Rule) bool { return r.Name == rule && r.ByKey })
}

// mendSlot finds the fixes of the culprits of one slot of an instance.
func (p *Pass) mendSlot(r *Result, fixes map[sources.Position]*Fix, culprits []*sites.Site, truth Truth) {
	own := map[sources.Position]*Fix{}
	var left []Unmended
	for _, s := range culprits {
		fix, why := p.mend(s, truth)
		for _, known := range []*Fix{own[s.Written], fixes[s.Written]} {
			if fix != nil && known != nil && !known.Edits[0].To.Equal(fix.Edits[0].To) {
				fix, why = nil, "two of those that read it need different keys"
			}
		}
		switch {
		case fix == nil && !IsMade(s):
			left = append(left, Unmended{s.Written, s.Holder, why})
		case fix != nil && own[s.Written] == nil:
			own[s.Written] = fix
		}
	}
	for at, fix := range own {
		if len(left) == 0 || fix.Kind == SafeFix {
			fixes[at] = fix
			continue
		}
		if left[0].Why != truth.Open {
			left = append(left, Waiting(fix.Edits[0], left[0].Holder))
		}
	}
	if len(left) == 0 {
		return
	}
	known := map[sources.Position]bool{}
	for _, u := range r.Unmended {
		known[u.At] = true
	}
	for _, u := range left {
		if !known[u.At] {
			known[u.At] = true
			r.Unmended = append(r.Unmended, u)
		}
	}
	sort.Slice(r.Unmended, func(a, b int) bool { return r.Unmended[a].At.Before(r.Unmended[b].At) })
}

// theKey is how a slot's key is called in a sentence.
func theKey(slot keys.Slot) string {
	if slot == keys.JWTSecret {
		return "the JWT secret"
	}
	return "the " + string(slot) + " key"
}

// IsMade says whether a build made what a site stands in: that, or a file of the repository. It gets its key when that is built anew.
func IsMade(s *sites.Site) bool {
	return s.Carrier != nil && (s.Carrier.Artifact != nil || s.Carrier.Made)
}

// mend is what puts the truth where a site's value is written, or why that cannot be done.
func (p *Pass) mend(s *sites.Site, truth Truth) (fix *Fix, why string) {
	switch {
	case truth.Open != "":
		return nil, truth.Open
	case s.InForce != "":
		return nil, "the reference is wrong, and not what it leads to: let it refer to " + s.InForce
	case s.IsDefault:
		return nil, "it is the chart's default: set it where the chart gets its values"
	case p.Repo.File(s.Written.File) == nil || p.Repo.File(s.Written.File).FromStdin():
		return nil, "it is in no file of the repository"
	case IsMade(s):
		return nil, "it was built: it gets the key when it is built anew"
	case !s.Value.IsKnown():
		return nil, unknownReason(s)
	case s.Written.Column == 0 || s.Written.EndColumn == 0:
		return nil, "it goes over several lines, or behind an anchor, or what makes it does not say where it stands: put the key there by hand"
	case p.refusedAtDoor(s, truth.Text):
		return nil, "the gateway to which the URL beside it leads accepts another key than the stack stores"
	case truth.Text.Equal(s.Value.Text()):
		return nil, "it holds the right key: what is wrong is beside it"
	}
	edit := Edit{At: s.Written, Was: s.Value.Text(), To: truth.Text, Slot: s.Slot, Holder: s.Holder, Frame: p.frame(s.Written, false)}
	var then []Command
	if p.Config.Mend {
		reads := p.Readers(append([]*sites.Site{s}, truth.with...)...)
		then, edit.Bare = append(deployments(reads), p.rollouts(reads)...), p.bares(s, truth)
	}
	if bare(s).Equal(truth.Text) {
		return &Fix{SafeFix, "take off what stands round the key, or was encoded along", []Edit{edit}, then}, ""
	}
	return &Fix{ValueFix, fmt.Sprintf("put %s there: %s", theKey(s.Slot), truth.Why), []Edit{edit}, then}, ""
}
