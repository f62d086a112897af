package rules

import (
	"cmp"
	"fmt"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
)

// Of a key that is not known, its source tells the role: the name under which that keeps it, and
// who else takes it from there.

var (
	propertiesSwapped = lint.Cause{Name: "properties-swapped", Advice: "Take each key from where its own name stands. If the service_role key has reached a browser, rotate it."}
	sourceOfOther     = lint.Cause{Name: "source-of-other-role", Advice: "Give it a source of its own: one text cannot be the key of both roles."}
)

// sourceName is the name under which the source of an unknown value keeps it.
func sourceName(s *sites.Site) string { return cmp.Or(s.Unset, s.Value.Property()) }

// isOfRole says whether a role is one that a key presents itself with.
func isOfRole(r keys.Role) bool { return r == keys.Public || r == keys.Server }

// swappedByName says whether the site takes a key that is not known from under the other role's
// name.
func swappedByName(p *lint.Pass, s *sites.Site) bool {
	if s.Value.IsKnown() || s.Value.Source() == "" || p.SetAside(s) {
		return false
	}
	promised, named := s.PromisedRole(), p.Names.Of(sourceName(s)).Role()
	return isOfRole(promised) && isOfRole(named) && promised != named
}

// checkSwappedNames tells of them, one finding for each place.
func checkSwappedNames(p *lint.Pass) {
	type place struct {
		at sources.Position
		i  *lint.Instance
	}
	groups := map[place][]*sites.Site{}
	var order []place
	for _, s := range p.Sites {
		if !swappedByName(p, s) {
			continue
		}
		at := place{swappedAt(p, s), p.InstanceOf(s)}
		if groups[at] == nil {
			order = append(order, at)
		}
		groups[at] = append(groups[at], s)
	}
	for _, at := range order {
		group := groups[at]
		first := group[0]
		for _, s := range group { // the one that stands there itself, best of all
			if s.StandsAt(first) {
				first = s
			}
		}
		name := keys.ShownName(sourceName(first))
		f := lint.Draft{
			Place: lint.AtName(at.at, ""), Instance: p.NameOf(first), Trace: first.Trace, Severity: lint.Warning, Cause: propertiesSwapped,
			Message: fmt.Sprintf("%s is the %s key by its name, and takes what its source calls %s: whether that is the other role's key cannot be told", first.Holder, first.Slot, name),
		}
		for _, s := range group {
			if s != first && s.At != at.at {
				f.Related = append(f.Related, lint.Related{At: s.At, AtName: true, Holder: s.Holder, Says: "takes it too", Alike: s.Identity()})
			}
		}
		p.Report(f)
		p.Doubt("its source calls it "+name+", which is the other role's name", group...)
	}
}

// oneSource is a source that feeds keys of both roles in an instance.
type oneSource struct {
	i              *lint.Instance
	public, server []*sites.Site
}

// sourcesOfBoth finds them, but for the sites that a name tells to be wrong.
func sourcesOfBoth(p *lint.Pass) []oneSource {
	var out []oneSource
	for _, i := range p.Instances {
		bySource := map[string]*oneSource{}
		var order []*oneSource
		for _, s := range i.Sites {
			source := s.Value.Source()
			if s.Value.IsKnown() || source == "" || p.SetAside(s) || swappedByName(p, s) || !isOfRole(s.PromisedRole()) {
				continue
			}
			if bySource[source] == nil {
				bySource[source] = &oneSource{i: i}
				order = append(order, bySource[source])
			}
			if o := bySource[source]; s.PromisedRole() == keys.Public {
				o.public = append(o.public, s)
			} else {
				o.server = append(o.server, s)
			}
		}
		for _, o := range order {
			if len(o.public) > 0 && len(o.server) > 0 {
				out = append(out, *o)
			}
		}
	}
	return out
}

// keeps says whether one of the sites is where the instance accepts the key, or keeps it under its
// own name.
func keeps(p *lint.Pass, group []*sites.Site) bool {
	for _, s := range group {
		if s.Standing == sites.Accepted || s.Standing == sites.Stored && p.Names.Of(s.Variable).Slot != "" {
			return true
		}
	}
	return false
}

// checkOneSource tells of a source that is the one role's own, and that a site of the other role
// takes its key from as well.
func checkOneSource(p *lint.Pass) {
	for _, o := range sourcesOfBoth(p) {
		wrong, right := o.public, o.server
		switch {
		case keeps(p, wrong) == keeps(p, right):
			continue // same-key-both-roles tells of it
		case keeps(p, wrong):
			wrong, right = right, wrong
		}
		reportOneSource(p, o.i, wrong, right)
	}
}

// reportOneSource says that the wrong sites take their key from where the right ones do, whose role
// is another.
func reportOneSource(p *lint.Pass, i *lint.Instance, wrong, right []*sites.Site) {
	first := wrong[0]
	at := func(s *sites.Site) lint.Place {
		if s.At != s.Written && s.Written == right[0].Written {
			return lint.AtUse(s)
		}
		return lint.AtName(s.Written, "")
	}
	f := lint.Draft{
		Place: at(first), Instance: i.Name, Trace: first.Trace, Cause: sourceOfOther,
		Message: fmt.Sprintf("%s takes its %s key from where %s takes its %s key: whatever it is, one of the two is wrong", first.Holder, first.Slot, right[0].Holder, right[0].Slot),
	}
	for _, s := range wrong[1:] {
		if place := at(s); place.Position() != f.Place.Position() {
			f.Related = append(f.Related, lint.Related{At: place.Position(), AtName: true, Holder: s.Holder, Says: "takes it too", Alike: s.Identity()})
		}
	}
	f.Related = append(f.Related, p.Related(right, f.Place.Position(), func(s *sites.Site) string { return "the same source, as the " + string(s.Slot) + " key" })...)
	p.Report(f)
	p.Explain(wrong...)
}
