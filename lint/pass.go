package lint

import (
	"cmp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// Pass is what a rule sees and where it reports. Each rule runs after those that it names in
// After: a rule that finds a cause explains its sites, and no later rule reports what merely
// follows from it.
type Pass struct {
	*Grouping
	rules     []*Rule
	rule      *Rule
	Now       keys.Clock
	accounted map[*sites.Site]bool   // what a rule has accounted for: no longer compared
	named     map[*sites.Site]bool   // part of a disagreement, and still what others are held against
	affected  map[*sites.Site]bool   // of those, what is right and refused because another is wrong
	doubted   map[*sites.Site]string // of what is not known, why it is probably wrong
	idle      map[*sites.Site]string // what has no effect where it stands, with the reason
	instances map[*sites.Site]*Instance
	written   map[sources.Position][]*sites.Site // the sites of a place, be it of use or where the value is written
	holders   map[[32]byte][]*sites.Site         // the sites of a value, once they were asked for
	findings  []Finding

	containers map[*inventory.Carrier][]*inventory.Container // by what they are given
	told       told

	lastOrdered ordered
	frames      map[framed]Frame
	leaky       map[string]bool // texts that show a key, and those that do not, once all are told

	references map[referenceOf]reference // of the instances, once all rules have run

	comments   map[string][]*Ignore // by file
	suppressed []Suppressed
}

func newPass(g *Grouping, rules []*Rule, now keys.Clock) *Pass {
	p := &Pass{Grouping: g, rules: rules, Now: now, accounted: map[*sites.Site]bool{}, named: map[*sites.Site]bool{}, affected: map[*sites.Site]bool{}, doubted: map[*sites.Site]string{}, idle: map[*sites.Site]string{}, instances: map[*sites.Site]*Instance{}}
	for _, i := range g.Instances {
		for _, s := range i.Sites {
			p.instances[s] = i
		}
	}
	for _, s := range g.Sites {
		if s.Idle != "" {
			p.Idle(s.Idle, s)
		}
		if s.Doubt != "" {
			p.Doubt(s.Doubt, s)
		}
	}
	p.containers = map[*inventory.Carrier][]*inventory.Container{}
	for _, c := range g.Containers {
		p.containers[c.Carrier] = append(p.containers[c.Carrier], c)
	}
	p.comments = p.readIgnores()
	return p
}

// Explain marks sites as accounted for.
func (p *Pass) Explain(group ...*sites.Site) {
	for _, s := range group {
		p.accounted[s] = true
	}
}

// Blame marks a site as part of a disagreement that is still what others are held against.
func (p *Pass) Blame(s *sites.Site) { p.named[s] = true }

// Affect marks sites that are right, and that something refuses because another site is wrong.
func (p *Pass) Affect(group ...*sites.Site) {
	for _, s := range group {
		p.affected[s] = true
	}
}

// Idle marks sites whose value has no effect where it stands, or that nothing reads. They
// neither agree nor disagree with anything. why follows "cannot be told:".
func (p *Pass) Idle(why string, group ...*sites.Site) {
	for _, s := range group {
		p.idle[s] = why
	}
}

// Doubt marks sites of which nobody knows the value, and which a name or a path tells to be another
// than the right one, and those of which it is not known that they have an effect. They do not agree, by construction either.
// why follows "cannot be told:".
func (p *Pass) Doubt(why string, group ...*sites.Site) {
	for _, s := range group {
		p.doubted[s] = why
	}
}

// IsDoubted says whether a rule has doubted the site.
func (p *Pass) IsDoubted(s *sites.Site) bool { return p.doubted[s] != "" }

// IsIdle says whether the site's value has no effect.
func (p *Pass) IsIdle(s *sites.Site) bool { return p.idle[s] != "" }

// WhyIdle is the reason for which the site's value has no effect; empty where it may have one.
func (p *Pass) WhyIdle(s *sites.Site) string { return p.idle[s] }

// SetAside says whether the site is compared no more: a rule has accounted for it, or its value
// has no effect.
func (p *Pass) SetAside(s *sites.Site) bool { return p.Explained(s) || p.IsIdle(s) }

// disagrees says whether a rule has told of the site.
func (p *Pass) disagrees(s *sites.Site) bool { return p.accounted[s] || p.named[s] }

// Explained says whether a rule has accounted for the site.
func (p *Pass) Explained(s *sites.Site) bool { return p.accounted[s] }

// Blamed says whether a rule named the site in a disagreement.
func (p *Pass) Blamed(s *sites.Site) bool { return p.named[s] }

// InstanceOf is the instance of a site; nil where it belongs to none.
func (p *Pass) InstanceOf(s *sites.Site) *Instance { return p.instances[s] }

// NameOf is the name of a site's instance; empty where it belongs to none.
func (p *Pass) NameOf(s *sites.Site) string {
	if i := p.instances[s]; i != nil {
		return i.Name
	}
	return ""
}

// NameIn is the name of the instance that has the namespace of the unit.
func (p *Pass) NameIn(u *render.Unit, ns string) string {
	for _, i := range p.Instances {
		if i.Holds(u, ns) {
			return i.Name
		}
	}
	return ""
}

// sitesAt are the sites of a place, be it of use or where the value is written.
func (p *Pass) sitesAt(at sources.Position) []*sites.Site {
	if p.written == nil {
		p.written = map[sources.Position][]*sites.Site{}
		for _, s := range p.Sites {
			p.written[s.Written] = append(p.written[s.Written], s)
			if s.At != s.Written {
				p.written[s.At] = append(p.written[s.At], s)
			}
		}
	}
	return p.written[at]
}

// ExplainedAt says whether a rule has told of the site that is written at a place.
func (p *Pass) ExplainedAt(at sources.Position) bool {
	return slices.ContainsFunc(p.sitesAt(at), func(s *sites.Site) bool {
		return s.Written == at && p.disagrees(s)
	})
}

// Report makes a finding of a draft. One without a place is refused, and the run says so: it
// would point nobody anywhere.
func (p *Pass) Report(d Draft) {
	if d.Place.at.File == "" {
		p.Repo.Note(sources.NoteSkipped, sources.Position{}, "the rule "+p.rule.Name+" found something, and could not say where; please report this as a bug of keylint")
		return
	}
	severity, ignored := p.severity(d), p.isIgnored(p.rule.Name, d.Place.at)
	if p.IsOff(p.rule.Name) || !p.mayTell(d, severity, ignored) {
		return
	}
	scrub := p.Repo.Ledger().Scrub
	f := Finding{
		Rule: p.rule.Name, Severity: severity, Message: scrub(d.Message), At: d.Place.at, Instance: d.Instance,
		Slot: d.Place.slot, Bearer: d.Place.bearer, Label: scrub(d.Label), Related: d.Related, Also: d.Also, Trace: d.Trace,
		Cause: d.Cause.Name, Help: scrub(d.Cause.Advice), Frame: p.frame(d.Place.at, d.Place.isName),
	}
	f.Fixes = p.rewords(d)
	for _, command := range d.Then {
		command.Do, command.Names = scrub(command.Do), slices.Clone(command.Names)
		for i, name := range command.Names {
			command.Names[i] = scrub(name)
		}
		f.Then = append(f.Then, command)
	}
	for i := range f.Related {
		f.Related[i].Alike, f.Related[i].Holder, f.Related[i].Says = scrub(f.Related[i].Alike), scrub(f.Related[i].Holder), scrub(f.Related[i].Says)
		f.Related[i].Frame = p.frame(f.Related[i].At, f.Related[i].AtName)
	}
	for _, s := range p.sitesAt(f.At) {
		if strings.Contains(d.Message, s.Holder) && len(s.Holder) > len(f.Subject) {
			f.Subject = s.Holder
		}
	}
	f.Subject = scrub(f.Subject)
	if f.Bearer == "" {
		f.Slot, f.Bearer = p.borneAt(f.At, f.Instance)
	}
	f.Bearer = scrub(f.Bearer)
	if ignored {
		p.suppressed = append(p.suppressed, Suppressed{f, ByComment})
	} else {
		p.findings = append(p.findings, f)
	}
}

// severity is what the configuration makes of the rule's, else what the draft says, else the
// rule's own; of what stands in nothing but a copy that nothing deploys, a script that people run by hand, or what a build made and git keeps,
// a warning at the most.
func (p *Pass) severity(d Draft) Severity {
	if s := p.Config.Severities[p.rule.Name]; s != "" && s != Off {
		return s
	}
	own := cmp.Or(d.Severity, p.rule.Severity)
	if there := p.sitesAt(d.Place.at); own == Error && len(there) > 0 && !slices.ContainsFunc(there, func(s *sites.Site) bool { return !IsCopy(s) && !s.Carrier.ByHand && !s.Carrier.Made }) {
		return Warning
	}
	return own
}

// IsOff says whether the configuration turns the rule off.
func (p *Pass) IsOff(rule string) bool { return p.Config.Severities[rule] == Off }

// IsRule says whether there is a rule of that name.
func (p *Pass) IsRule(name string) bool {
	return slices.ContainsFunc(p.rules, func(r *Rule) bool { return r.Name == name })
}

// Related lists sites as further places of a finding, one for each place where a value
// is written.
func (p *Pass) Related(group []*sites.Site, but sources.Position, say func(*sites.Site) string) []Related {
	var out []Related
	for _, s := range p.listed(group, but) {
		out = append(out, Related{At: s.Written, Holder: s.Holder, Says: say(s), AtName: s.InForce != "", Stored: s.Standing == sites.Stored})
	}
	return out
}

// placesBut is ByPlace without the site of one place.
func (p *Pass) placesBut(group []*sites.Site, but sources.Position) []*sites.Site {
	return slices.DeleteFunc(slices.Clone(p.byPlace(group)), func(s *sites.Site) bool { return s.Written == but })
}

// byPlace is ByPlace, which is kept of the last long list: thousands of wrong keys are held against one.
func (p *Pass) byPlace(group []*sites.Site) []*sites.Site {
	if len(group) <= fewPlaces {
		return ByPlace(group)
	}
	if last := p.lastOrdered; len(last.group) != len(group) || &last.group[0] != &group[0] {
		p.lastOrdered = ordered{group, ByPlace(group)}
	}
	return p.lastOrdered.places
}

// ordered is a list of sites, and the same by place.
type ordered struct{ group, places []*sites.Site }

// Alike lists sites as further places at which the same is wrong as at the primary one.
func (p *Pass) Alike(group []*sites.Site, but sources.Position, say func(*sites.Site) string) []Related {
	var out []Related
	for _, s := range p.listed(group, but) {
		out = append(out, Related{At: s.Written, Holder: s.Holder, Says: say(s), Alike: s.Identity(), AtName: s.InForce != "", Stored: s.Standing == sites.Stored})
	}
	return out
}

// Holders names who holds a value, for a message: the first, and how many more.
func Holders(group []*sites.Site) string {
	seen := map[string]bool{}
	var names []string
	for _, s := range group {
		if !seen[s.Holder] {
			seen[s.Holder] = true
			names = append(names, s.Holder)
		}
	}
	switch len(names) {
	case 0:
		return "nobody"
	case 1:
		return names[0]
	case 2:
		return names[0] + " and " + names[1]
	}
	return names[0] + " and " + Number(len(names)-1) + " others"
}

// Number is a count in words, for a message.
func Number(n int) string {
	words := []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}
	if n < len(words) {
		return words[n]
	}
	return strconv.Itoa(n)
}

// Article puts "a" or "an" before a word.
func Article(word string) string {
	if strings.ContainsRune("aeiou", rune(word[0])) {
		return "an " + word
	}
	return "a " + word
}

// SlotsOf lists the slots of sites, each once, in order.
func SlotsOf(group []*sites.Site) []keys.Slot {
	seen := map[keys.Slot]bool{}
	var out []keys.Slot
	for _, s := range group {
		if !seen[s.Slot] {
			seen[s.Slot] = true
			out = append(out, s.Slot)
		}
	}
	sort.Slice(out, func(a, b int) bool { return out[a] < out[b] })
	return out
}
