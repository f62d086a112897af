package lint

import (
	"fmt"

	"github.com/keylint/keylint/keys"
)

// The length of a sealed or SOPS-encrypted value can be read off its ciphertext. Where two
// values that must be equal are of different lengths, they differ for certain, although
// nobody here holds the key. Equal lengths prove nothing.

// impossible finds, in one instance, the sites of a role whose value can be none of those
// that are accepted, by length alone.
func (p *Pass) impossible(i *instance) []disagreement {
	var out []disagreement
	for _, role := range []keys.Role{keys.Public, keys.Server} {
		ref := p.reference(i, role)
		byPlace := map[string]*disagreement{}
		var order []string
		for _, s := range i.sites {
			if s.Role != role || s.Standing == Accepted || p.explained[s] || !ref.excludes(s) {
				continue
			}
			key := s.Written.String() + " " + s.Written.File
			if byPlace[key] == nil {
				byPlace[key] = &disagreement{role: role, slot: s.Slot, by: ref.name(), right: ref.sites}
				order = append(order, key)
			}
			byPlace[key].wrong = append(byPlace[key].wrong, s)
		}
		for _, key := range order {
			out = append(out, *byPlace[key])
		}
	}
	return out
}

// excludes says whether the site's value is none of the reference's, where for one of
// them at least only the length says so.
func (r reference) excludes(s *Site) bool {
	byLength := false
	for _, other := range r.sites {
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
		if s.Standing == Stored && !r.lists(s.Slot) {
			return false
		}
	}
	if s.Value.IsKnown() && keys.Recognize(s.Value.Text()) == "" && keys.LooksLikePlaceholder(s.Value.Text()) {
		return false
	}
	return byLength
}

// bytesLong says how long a value is.
func bytesLong(v keys.Value) string {
	shortest, longest, ok := v.Length()
	switch {
	case !ok:
		return "of unknown length"
	case shortest == longest:
		return fmt.Sprintf("%d bytes long", longest)
	}
	return fmt.Sprintf("%d to %d bytes long", shortest, longest)
}

const byCiphertext = "a ciphertext is as long as what it hides, so this is certain without the key to it"

// reportImpossible reports what its length rules out.
func (p *Pass) reportImpossible(i *instance, d disagreement) {
	primary := byPlace(d.wrong)[0]
	whose := "that the gateway accepts"
	if d.by != "the gateway" {
		whose = "that " + d.by + " holds"
	}
	f := Finding{
		At: primary.Written, Instance: i.name, Trace: primary.Trace,
		Message: fmt.Sprintf("%s cannot be the %s key %s: it is %s, that one %s (%s)", primary.Holder, d.slot, whose,
			bytesLong(primary.Value), bytesLong(d.right[0].Value), byCiphertext),
		Help: d.help(keys.Difference{}, primary),
	}
	f.Related = append(p.alike(d.wrong, f.At, func(s *Site) string { return s.Holder + ": the same" }),
		p.related(d.right, f.At, func(s *Site) string { return fmt.Sprintf("%s: %s", s.Holder, bytesLong(s.Value)) })...)
	p.report(f)
	p.explain(d.wrong...)
}

// checkSecretLengths reports the JWT secrets of an instance that cannot equal the others.
// Held against each other are the known one that the rest agrees with, and the unknown
// ones; at fault are the fewer.
func (p *Pass) checkSecretLengths(i *instance, known [][]*Site) {
	var right *Site
	if len(known) > 0 {
		right = known[0][0]
	}
	var wrong []*Site
	for _, s := range sortedSites(i.sites) {
		if _, _, measured := s.Value.Length(); s.Slot != keys.JWTSecret || s.Value.IsKnown() || !measured || p.explained[s] {
			continue
		}
		if right == nil {
			right = s
		}
		if s.Value.CannotEqual(right.Value) {
			wrong = append(wrong, s)
		}
	}
	if len(wrong) == 0 {
		return
	}
	if len(known) > 0 && len(known[0]) < len(wrong) {
		right, wrong = wrong[0], known[0]
	}
	named := byPlace(wrong)[0]
	f := Finding{
		At: named.Written, Instance: i.name, Trace: named.Trace,
		Message: fmt.Sprintf("%s %s another JWT secret than %s: %s, that one %s (%s)", holders(wrong), hold(wrong), right.Holder,
			bytesLong(named.Value), bytesLong(right.Value), byCiphertext),
		Help: fmt.Sprintf("Let every service read the secret from the same place (%s).", right.Written),
	}
	f.Related = append(p.alike(wrong, f.At, func(s *Site) string { return s.Holder + " holds the same as that" }),
		p.related([]*Site{right}, f.At, func(s *Site) string { return s.Holder + " holds the other one" })...)
	p.report(f)
	p.explain(wrong...)
}
