package lint

import (
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites"
)

// The length of a sealed or SOPS-encrypted value can be read off its ciphertext. Where two
// values that must be equal are of different lengths, they differ for certain, although
// nobody here holds the key. Equal lengths prove nothing.

// Impossible finds, in one instance, the sites of a role whose value can be none of those
// that are accepted, by length alone.
func (p *Pass) Impossible(i *Instance) []Disagreement {
	var out []Disagreement
	for _, role := range []keys.Role{keys.Public, keys.Server} {
		whole := p.reference(i, role)
		byPlace := map[string]*Disagreement{}
		var order []string
		for _, s := range i.Sites {
			ref := whole.of(i.doorOf(s))
			if s.Role != role || s.Standing == sites.Accepted || p.SetAside(s) || !ref.excludes(s) {
				continue
			}
			key := s.Written.String() + " " + s.Written.File
			if byPlace[key] == nil {
				byPlace[key] = &Disagreement{Role: role, Slot: s.Slot, Gateway: ref.gateway, Store: ref.group[0].Holder, Door: i.label(ref.door), Right: ref.group}
				order = append(order, key)
			}
			byPlace[key].Wrong = append(byPlace[key].Wrong, s)
		}
		for _, key := range order {
			out = append(out, *byPlace[key])
		}
	}
	return out
}

// excludes says whether the site's value is none of the reference's, where for one of
// them at least only the length says so.
func (r reference) excludes(s *sites.Site) bool {
	byLength := false
	for _, other := range r.group {
		switch {
		case other == s || other.Value.Equal(s.Value):
			return false
		case s.Value.CannotEqual(other.Value):
			byLength = true
		case !s.Value.IsKnown() || !other.Value.IsKnown():
			return false
		}
	}
	switch s.Slot {
	case keys.AnonAsymmetric, keys.ServiceRoleAsymmetric:
		return false
	case keys.Publishable, keys.Secret:
		if s.Standing == sites.Stored && !r.lists(s.Slot) {
			return false
		}
	}
	if s.Value.IsKnown() && keys.IsPlaceholder(s.Value.Text()) {
		return false
	}
	return byLength
}
