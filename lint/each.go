package lint

import (
	"slices"
	"sort"
	"strings"

	"github.com/keylint/keylint/sites"
)

// EachKey visits every distinct text of each instance that is deployed or built into an
// app, with all sites that hold it: what is wrong with a key itself is told once. A copy that nothing
// deploys goes with the first that holds the same text, or is visited by itself.
func (p *Pass) EachKey(visit func(group []*sites.Site)) {
	type key struct {
		i   *Instance
		sum [32]byte
	}
	first := map[[32]byte]key{}
	copies := p.those(func(s *sites.Site) bool { return isKey(s) && IsCopy(s) })
	each(append(p.deployed(isKey), copies...), func(s *sites.Site) any {
		k := key{p.InstanceOf(s), s.Value.Text().Sum()}
		if known, ok := first[k.sum]; !ok {
			first[k.sum] = k
		} else if IsCopy(s) {
			return known
		}
		return k
	}, visit)
}

// EachPlace visits every place at which a value is written, with all sites that take it
// from there: what is wrong with how a value is written is told where it is.
func (p *Pass) EachPlace(visit func(group []*sites.Site)) {
	p.EachPlaceOf(isKey, visit)
}

// EachPlaceOf visits every place at which a value of those sites is written, be it known or not.
func (p *Pass) EachPlaceOf(is func(*sites.Site) bool, visit func(group []*sites.Site)) {
	each(p.deployed(is), func(s *sites.Site) any { return s.Written }, visit)
}

// isKey says whether the text of a site is known, and not empty.
func isKey(s *sites.Site) bool { return s.Value.IsKnown() && s.Value.Text().Len() > 0 }

// IsCopy says that nothing deploys what the site stands in. It is checked by itself, and held against nothing.
func IsCopy(s *sites.Site) bool { return s.Unit != nil && !s.Unit.Deployed() }

// those are the sites of a kind that no rule has set aside, deployed those of them that are no copies.
func (p *Pass) those(is func(*sites.Site) bool) []*sites.Site {
	return slices.DeleteFunc(slices.Clone(p.Sites), func(s *sites.Site) bool { return !is(s) || p.SetAside(s) })
}

func (p *Pass) deployed(is func(*sites.Site) bool) []*sites.Site {
	return p.those(func(s *sites.Site) bool { return is(s) && !IsCopy(s) })
}

// each visits the sites that have a key in common.
func each(all []*sites.Site, key func(*sites.Site) any, visit func(group []*sites.Site)) {
	groups := map[any][]*sites.Site{}
	var order []any
	for _, s := range all {
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

// Principal is the site of a key that a finding names: where the instance stores it, else
// the first place; a copy that nothing deploys last.
func Principal(group []*sites.Site) *sites.Site {
	places := ByPlace(group)
	sort.SliceStable(places, func(a, b int) bool {
		return rank(places[a]) < rank(places[b])
	})
	return places[0]
}

func rank(s *sites.Site) int {
	switch {
	case IsCopy(s), s.Carrier != nil && s.Carrier.Artifact != nil:
		return 2
	case s.Standing == sites.Stored:
		return 0
	}
	return 1
}

// ReportKey reports what is wrong with a key, at its principal place, and lists the others
// that hold it; "%s" in the message stands for who holds it. Places that a comment says to ignore are left out; it returns the others.
func (p *Pass) ReportKey(group []*sites.Site, severity Severity, message string, cause Cause) (told []*sites.Site) {
	told = slices.DeleteFunc(slices.Clone(group), func(s *sites.Site) bool { return p.isIgnored(p.rule.Name, s.Written) })
	if len(told) > 0 { // else the whole finding is one that suppress takes out
		group = told
	}
	first := Principal(group)
	place := AtValue(first.Written, "")
	if first.IsDefault {
		place = AtName(first.Written, "")
	}
	p.Report(Draft{
		Place: place, Severity: severity, Instance: p.NameOf(first), Trace: first.Trace,
		Message: strings.Replace(message, "%s", first.Holder, 1), Cause: cause,
		Related: p.Alike(group, first.Written, func(s *sites.Site) string { return "the same" }),
	})
	return told
}

// Development says whether all sites serve development only.
func Development(group []*sites.Site) bool {
	for _, s := range group {
		if !s.Carrier.Development {
			return false
		}
	}
	return true
}

// MildInDevelopment is the severity of a defect that only development meets: a dummy will do
// there. Elsewhere it is the rule's own.
func MildInDevelopment(group []*sites.Site) Severity {
	if Development(group) {
		return Info
	}
	return ""
}
