package lint

import (
	"slices"
	"sort"
	"time"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sources"
)

// Pass is what a rule sees and where it reports. Rules run in the order of Rules: a
// rule that finds a cause explains its sites, and no later rule reports what merely
// follows from it.
type Pass struct {
	*grouping
	rules     []*Rule
	rule      *Rule
	now       time.Time
	explained map[*Site]bool // what a rule has accounted for: no longer compared
	blamed    map[*Site]bool // part of a disagreement, and still what others are held against
	instance  map[*Site]*instance
	written   map[sources.Position][]*Site // the sites of a place, be it of use or where the value is written
	findings  []Finding

	ignores    map[string][]*ignore // by file
	suppressed []Suppressed
}

func newPass(g *grouping, rules []*Rule, now time.Time) *Pass {
	p := &Pass{grouping: g, rules: rules, now: now, explained: map[*Site]bool{}, blamed: map[*Site]bool{}, instance: map[*Site]*instance{}, written: map[sources.Position][]*Site{}}
	for _, i := range g.instances {
		for _, s := range i.sites {
			p.instance[s] = i
		}
	}
	for _, s := range g.sites {
		p.written[s.Written] = append(p.written[s.Written], s)
		if s.At != s.Written {
			p.written[s.At] = append(p.written[s.At], s)
		}
	}
	p.ignores = p.readIgnores()
	return p
}

// explain marks sites as accounted for, and with them every site that takes its value
// from one of their places.
func (p *Pass) explain(sites ...*Site) {
	for _, s := range sites {
		p.explained[s] = true
	}
}

// blame marks a site as part of a disagreement that is still what others are held against.
func (p *Pass) blame(s *Site) { p.blamed[s] = true }

// isExplained says whether a rule has accounted for the site, so that it is compared no more.
func (p *Pass) isExplained(s *Site) bool { return p.explained[s] }

// isBlamed says whether a rule named the site in a disagreement.
func (p *Pass) isBlamed(s *Site) bool { return p.blamed[s] }

// instanceOf is the instance of a site; nil where it belongs to none.
func (p *Pass) instanceOf(s *Site) *instance { return p.instance[s] }

// instanceName of a site; empty where it belongs to none.
func (p *Pass) instanceName(s *Site) string {
	if i := p.instance[s]; i != nil {
		return i.name
	}
	return ""
}

// instanceIn is the name of the instance that has the namespace of the unit.
func (p *Pass) instanceIn(u *render.Unit, ns string) string {
	for _, i := range p.instances {
		if i.holds(u, ns) {
			return i.name
		}
	}
	return ""
}

// explainedAt says whether a rule has told of the site that is written at a place.
func (p *Pass) explainedAt(at sources.Position) bool {
	for _, s := range p.sites {
		if s.Written == at && (p.explained[s] || p.blamed[s]) {
			return true
		}
	}
	return false
}

// report completes a finding and records it.
func (p *Pass) report(f Finding) {
	f.Rule = p.rule.Name
	if f.Severity == "" {
		f.Severity = p.rule.Severity
	}
	if s := p.config.Severities[f.Rule]; s != "" && s != Off {
		f.Severity = s
	}
	f.Message = p.repo.Ledger().Scrub(f.Message)
	f.Help = p.repo.Ledger().Scrub(f.Help)
	f.Frame = p.frame(f.At, f.atName)
	for i := range f.Related {
		f.Related[i].Alike = p.repo.Ledger().Scrub(f.Related[i].Alike)
		f.Related[i].Frame = p.frame(f.Related[i].At, f.Related[i].atName)
	}
	if f.Bearer == "" {
		f.Slot, f.Bearer = p.borneAt(f.At, f.Instance)
	}
	f.Bearer = p.repo.Ledger().Scrub(f.Bearer)
	switch ignored := p.isIgnored(f.Rule, f.At); {
	case p.isOff(f.Rule):
	case ignored:
		p.suppressed = append(p.suppressed, Suppressed{f, ByComment})
	default:
		p.findings = append(p.findings, f)
	}
}

// isOff says whether the configuration turns the rule off.
func (p *Pass) isOff(rule string) bool { return p.config.Severities[rule] == Off }

// isRule says whether there is a rule of that name.
func (p *Pass) isRule(name string) bool {
	return slices.ContainsFunc(p.rules, func(r *Rule) bool { return r.Name == name })
}

// related lists sites as further places of a finding, one for each place where a value
// is written.
func (p *Pass) related(sites []*Site, but sources.Position, say func(*Site) string) []Related {
	var out []Related
	for _, s := range placesBut(sites, but) {
		out = append(out, Related{At: s.Written, Message: say(s)})
	}
	return out
}

// placesBut is byPlace without the site of one place.
func placesBut(sites []*Site, but sources.Position) []*Site {
	return slices.DeleteFunc(byPlace(sites), func(s *Site) bool { return s.Written == but })
}

// alike lists sites as further places at which the same is wrong as at the primary one.
func (p *Pass) alike(sites []*Site, but sources.Position, say func(*Site) string) []Related {
	var out []Related
	for _, s := range placesBut(sites, but) {
		out = append(out, Related{At: s.Written, Message: say(s), Alike: s.identity()})
	}
	return out
}

// holders names who holds a value, for a message: the first, and how many more.
func holders(sites []*Site) string {
	seen := map[string]bool{}
	var names []string
	for _, s := range sites {
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
	return names[0] + " and " + number(len(names)-1) + " others"
}

func number(n int) string {
	words := []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}
	if n < len(words) {
		return words[n]
	}
	return "many"
}

// slotsOf lists the slots of sites, each once, in order.
func slotsOf(sites []*Site) []keys.Slot {
	seen := map[keys.Slot]bool{}
	var out []keys.Slot
	for _, s := range sites {
		if !seen[s.Slot] {
			seen[s.Slot] = true
			out = append(out, s.Slot)
		}
	}
	sort.Slice(out, func(a, b int) bool { return out[a] < out[b] })
	return out
}
