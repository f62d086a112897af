package report

import (
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sources"
)

// notShown stands in the place of what a key stood in.
const notShown = "(not shown: a key, or a part of one, stood in it)"

// Showable is the result without what would show a key. A key may stand where a name does: as a directory, as a key of a mapping,
// as a consumer's name. Of a finding that would show it the rule, the severity, the file and the line are left, of a site its slot and
// the outcome. The Guard, which knows no parts of a report, would have to hold back the whole.
func Showable(r *lint.Result, ledger *keys.Ledger) *lint.Result {
	h := hider{ledger, map[string]bool{}}
	out := *r
	out.Findings = each(r.Findings, h.finding)
	out.Suppressed = each(r.Suppressed, func(s lint.Suppressed) lint.Suppressed {
		s.Finding = h.finding(s.Finding)
		return s
	})
	out.Instances = each(r.Instances, func(in *lint.JudgedInstance) *lint.JudgedInstance {
		return &lint.JudgedInstance{Name: h.text(in.Name), Sites: each(in.Sites, h.judged)}
	})
	out.Unplaced = each(r.Unplaced, h.judged)
	out.Units = each(r.Units, h.unit)
	out.Notes = each(r.Notes, func(n sources.Note) sources.Note {
		n.At, n.Of, n.Message = h.at(n.At), h.text(n.Of), h.text(n.Message)
		return n
	})
	out.Coverage.Unset = each(r.Coverage.Unset, h.text)
	out.Coverage.Reasons = each(r.Coverage.Reasons, func(reason lint.Reason) lint.Reason {
		reason.Text = h.text(reason.Text)
		return reason
	})
	out.Coverage.Elsewhere = each(r.Coverage.Elsewhere, func(in lint.KeysIn) lint.KeysIn {
		in.File = h.file(in.File)
		return in
	})
	return &out
}

type hider struct {
	ledger *keys.Ledger
	asked  map[string]bool // by text: thousands of findings say the same of the same places
}

// text is a text, or what stands in its place.
func (h hider) text(s string) string {
	if s = h.ledger.Concealed(s); h.shows(s) {
		return notShown
	}
	return s
}

func (h hider) shows(texts ...string) bool {
	return slices.ContainsFunc(texts, func(s string) bool {
		shown, known := h.asked[s]
		if !known {
			shown = shows(s, h.ledger)
			h.asked[s] = shown
		}
		return shown
	})
}

// file is a name of a file, without what would show a key in it.
func (h hider) file(name string) string {
	name = h.ledger.Concealed(name)
	if !h.shows(name) {
		return name
	}
	if name = sources.Shown(h.ledger.Scrub(name)); h.shows(name) {
		return notShown
	}
	return name
}

// at is a place, of which the line says nothing.
func (h hider) at(p sources.Position) sources.Position {
	p.File = h.file(p.File)
	return p
}

func (h hider) finding(f lint.Finding) lint.Finding {
	f = h.concealed(f)
	texts := append([]string{f.Message, f.Subject, f.At.File, f.Instance, f.Of, f.Bearer, f.Help, f.Label, f.Frame.Text}, f.Also...)
	for _, r := range f.Related {
		texts = append(texts, r.At.File, r.Holder, r.Says, r.Alike, r.Frame.Text)
	}
	for _, s := range f.Trace {
		texts = append(texts, s.At.File, s.Text)
	}
	for _, c := range f.Then {
		texts = append(texts, c.String())
	}
	if !h.shows(texts...) {
		return f
	}
	at := h.at(f.At)
	return lint.Finding{
		Rule: f.Rule, Severity: f.Severity, At: at, Instance: h.text(f.Instance), Of: h.text(f.Of), Slot: f.Slot, Cause: f.Cause, ID: h.text(f.ID),
		Message: "what " + f.Rule + " finds in " + at.File + " cannot be shown: a key, or a part of one, stands in the words of it",
		Help:    "Look at the place itself, and take keys out of the names of files, objects and variables.",
	}
}

// concealed is the finding without what was decrypted and is no key.
func (h hider) concealed(f lint.Finding) lint.Finding {
	conceal := h.ledger.Concealed
	f.Message, f.Subject, f.Instance, f.Bearer, f.Help, f.Label = conceal(f.Message), conceal(f.Subject), conceal(f.Instance), conceal(f.Bearer), conceal(f.Help), conceal(f.Label)
	f.Also = each(f.Also, conceal)
	f.Related = each(f.Related, func(r lint.Related) lint.Related {
		r.Holder, r.Says, r.Alike = conceal(r.Holder), conceal(r.Says), conceal(r.Alike)
		return r
	})
	f.Trace = each(f.Trace, func(s sources.Step) sources.Step { return sources.Step{At: s.At, Text: conceal(s.Text)} })
	return f
}

func (h hider) judged(j lint.Judged) lint.Judged {
	site := *j.Site
	site.Holder, site.At, site.Written = h.text(site.Holder), h.at(site.At), h.at(site.Written)
	site.Trace = each(site.Trace, func(s sources.Step) sources.Step { return sources.Step{At: h.at(s.At), Text: h.text(s.Text)} })
	if h.shows(site.Value.Reason(), site.Value.Source()) {
		site.Value = keys.Unknown(notShown)
	} else if from := site.Value.Source(); h.ledger.Concealed(from) != from {
		site.Value = keys.UnknownFrom(h.ledger.Concealed(from), h.text(site.Value.Reason()))
	}
	if site.Carrier != nil && h.shows(site.CarrierName()) {
		site.Carrier = nil
	}
	if site.Unit != nil && h.shows(site.Unit.Name) {
		site.Unit = h.unit(site.Unit)
	}
	j.Site, j.Why, j.Joined = &site, h.text(j.Why), lint.Joined(h.text(string(j.Joined)))
	return j
}

func (h hider) unit(u *render.Unit) *render.Unit {
	if !h.shows(append([]string{u.Name, u.Path}, u.Missing...)...) {
		return u
	}
	shown := *u
	shown.Name, shown.Path, shown.Missing = h.file(u.Name), h.file(u.Path), each(u.Missing, h.text)
	return &shown
}
