package lint

import (
	"fmt"

	"github.com/keylint/keylint/keys"
)

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
func reportImpossible(p *Pass, i *instance, d disagreement) {
	primary := byPlace(d.wrong)[0]
	whose := "that the gateway accepts"
	if !d.gateway {
		whose = "that " + d.store + " holds"
	}
	f := Finding{
		At: primary.Written, Instance: i.name, Trace: primary.Trace,
		Message: fmt.Sprintf("%s cannot be the %s key %s: it is %s, that one %s (%s)", primary.Holder, d.slot, whose,
			bytesLong(primary.Value), bytesLong(d.right[0].Value), byCiphertext),
		Help: help(d, keys.Difference{}, primary),
	}
	f.Related = append(p.alike(d.wrong, f.At, func(s *Site) string { return s.Holder + ": the same" }),
		p.related(d.right, f.At, func(s *Site) string { return fmt.Sprintf("%s: %s", s.Holder, bytesLong(s.Value)) })...)
	p.report(f)
	p.explain(d.wrong...)
}

// checkSecretLengths reports the JWT secrets of an instance that cannot equal the others.
// Held against each other are the known one that the rest agrees with, and the unknown
// ones; at fault are the fewer.
func checkSecretLengths(p *Pass, i *instance, known [][]*Site) {
	var right *Site
	if len(known) > 0 {
		right = known[0][0]
	}
	var wrong []*Site
	for _, s := range sortedSites(i.sites) {
		if _, _, measured := s.Value.Length(); s.Slot != keys.JWTSecret || s.Value.IsKnown() || !measured || p.isExplained(s) {
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
