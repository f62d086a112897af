package rules

import (
	"fmt"
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var secretElsewhere = lint.Cause{Name: "other-secret", Advice: "Let every service read the secret from the same place (%s)."}

// bytesLong says how long a value is.
func bytesLong(v keys.Value) string {
	shortest, longest, ok := v.Length()
	switch {
	case !ok:
		return "of unknown length"
	case v.IsKnown():
		return fmt.Sprintf("%d bytes long", longest)
	case shortest == longest:
		return fmt.Sprintf("%d bytes long, %s", longest, byCiphertext)
	}
	return fmt.Sprintf("%d to %d bytes long, %s", shortest, longest, byCiphertext)
}

const byCiphertext = "as its ciphertext shows"

// reportImpossible reports what its length rules out.
func reportImpossible(p *lint.Pass, i *lint.Instance, d lint.Disagreement) {
	primary := lint.ByPlace(d.Wrong)[0]
	whose := "that the gateway accepts"
	if !d.Gateway {
		whose = "that " + d.Store + " holds"
	}
	f := lint.Draft{
		Place: lint.AtValue(primary.Written, ""), Instance: i.Name, Trace: primary.Trace,
		Message: fmt.Sprintf("%s cannot be the %s key %s: it is %s, that one %s", primary.Holder, d.Slot, whose,
			bytesLong(primary.Value), bytesLong(d.Right[0].Value)),
		Cause: causeOf(p, d, keys.Difference{}, primary),
	}
	f.Related = append(p.Alike(d.Wrong, f.Place.Position(), func(s *sites.Site) string { return "likewise" }),
		rightOnes(p, d.Right, f.Place.Position(), func(s *sites.Site) string { return bytesLong(s.Value) })...)
	p.Report(f)
	p.Explain(d.Wrong...)
}

// checkSecretLengths reports the JWT secrets of an instance that cannot equal the others.
// Held against each other are the known one that the rest agrees with, and the unknown
// ones; at fault are the fewer.
func checkSecretLengths(p *lint.Pass, i *lint.Instance, known [][]*sites.Site) {
	var right *sites.Site
	if len(known) > 0 {
		right = known[0][0]
	}
	var wrong []*sites.Site
	for _, s := range sites.Sorted(i.Sites) {
		if _, _, measured := s.Value.Length(); s.Slot != keys.JWTSecret || s.Value.IsKnown() || !measured || p.SetAside(s) {
			continue
		}
		if right == nil {
			right = s
		}
		if s.Value.CannotEqual(right.Value) && !mayBeSet(i, s) && !mayBeSet(i, right) {
			wrong = append(wrong, s)
		}
	}
	if len(wrong) == 0 {
		return
	}
	if len(known) > 0 && len(known[0]) < len(wrong) {
		right, wrong = wrong[0], known[0]
	}
	named := lint.ByPlace(wrong)[0]
	f := lint.Draft{
		Place: lint.AtValue(named.Written, ""), Instance: i.Name, Trace: named.Trace,
		Message: fmt.Sprintf("%s %s another JWT secret than %s%s: %s, that one %s", lint.Holders(wrong), hold(wrong), right.Holder, ofDrift(wrong),
			bytesLong(named.Value), bytesLong(right.Value)),
		Cause: secretElsewhere.With(right.Written),
	}
	f.Related = append(p.Alike(wrong, f.Place.Position(), func(s *sites.Site) string { return "likewise" }),
		rightOnes(p, []*sites.Site{right}, f.Place.Position(), func(s *sites.Site) string { return "the others'" })...)
	p.Report(f)
	p.Explain(wrong...)
}

// shortestSet is as many bytes as a set of keys has at the least: one key, of a secret of 32 bytes.
const shortestSet = len(`{"keys":[{"kty":"oct","k":""}]}`) + 43

// mayBeSet says whether an unknown JWT secret may be a set of keys, which PostgREST takes in its place,
// and the other services do not.
func mayBeSet(i *lint.Instance, s *sites.Site) bool {
	if _, longest, _ := s.Value.Length(); s.Value.IsKnown() || longest < shortestSet {
		return false
	}
	return !slices.ContainsFunc(i.Sites, func(other *sites.Site) bool {
		service := other.Carrier.Backend
		return other.Written == s.Written && (service == "GoTrue" || service == "Realtime" || service == "Storage")
	})
}
