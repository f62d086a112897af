package lint

import (
	"slices"
	"sort"
	"strings"
)

// eachKey visits every distinct text of each instance that is deployed or built into an
// app, with all sites that hold it: what is wrong with a key itself is told once.
func (p *Pass) eachKey(visit func(sites []*Site)) {
	type key struct {
		i   *instance
		sum [32]byte
	}
	p.each(func(s *Site) any { return key{p.instanceOf(s), s.Value.Text().Sum()} }, visit)
}

// eachPlace visits every place at which a value is written, with all sites that take it
// from there: what is wrong with how a value is written is told where it is.
func (p *Pass) eachPlace(visit func(sites []*Site)) {
	p.each(func(s *Site) any { return s.Written }, visit)
}

func (p *Pass) each(key func(*Site) any, visit func(sites []*Site)) {
	groups := map[any][]*Site{}
	var order []any
	for _, s := range p.sites {
		if !s.Value.IsKnown() || s.Value.Text().Len() == 0 || p.isExplained(s) || s.Unit != nil && !s.Unit.Deployed() {
			continue
		}
		k := key(s)
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], s)
	}
	for _, k := range order {
		visit(groups[k])
	}
}

// principal is the site of a key that a finding names: where the instance stores it, else
// the first place.
func principal(sites []*Site) *Site {
	places := byPlace(sites)
	sort.SliceStable(places, func(a, b int) bool {
		return places[a].Standing == Stored && places[b].Standing != Stored
	})
	return places[0]
}

// reportKey reports what is wrong with a key, at its principal place, and lists the others
// that hold it; "%s" in the message stands for who holds it. Places that a comment says to ignore are left out.
func (p *Pass) reportKey(sites []*Site, severity Severity, message, help string) {
	told := slices.DeleteFunc(slices.Clone(sites), func(s *Site) bool { return p.isIgnored(p.rule.Name, s.Written) })
	if len(told) > 0 { // else the whole finding is one that suppress takes out
		sites = told
	}
	first := principal(sites)
	f := Finding{
		Severity: severity, At: first.Written, Instance: p.instanceName(first), Trace: first.Trace,
		Message: strings.Replace(message, "%s", first.Holder, 1), Help: help,
	}
	f.Related = p.alike(sites, f.At, func(s *Site) string { return s.Holder + ": the same" })
	if first.isDefault() {
		f.atName = true
	}
	p.report(f)
}

// development says whether all sites serve development only.
func development(sites []*Site) bool {
	for _, s := range sites {
		if !s.carrier.development {
			return false
		}
	}
	return true
}

// mildInDevelopment is the severity of a defect that only development meets: a dummy will do
// there. Elsewhere it is the rule's own.
func mildInDevelopment(sites []*Site) Severity {
	if development(sites) {
		return Info
	}
	return ""
}
