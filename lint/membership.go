package lint

import (
	"fmt"
	"strings"

	"github.com/keylint/keylint/keys"
)

// breach is which of the four membership rules a disagreement breaks.
type breach int

const (
	storedRefused  breach = iota // the stack's own Secret holds what the gateway does not accept
	publicRefused                // an app presents such a public key
	serverRefused                // an app presents such a server key
	servicesDiffer               // none but Supabase's own services do
)

func breachOf(i *instance, d disagreement) breach {
	if i.stores(d.wrong) {
		return storedRefused
	}
	for _, s := range d.wrong {
		if s.carrier.backend == "" {
			if d.role == keys.Public {
				return publicRefused
			}
			return serverRefused
		}
	}
	return servicesDiffer
}

// checkMembership reports the disagreements of one kind.
func checkMembership(broken breach) func(*Pass) {
	return func(p *Pass) {
		for _, i := range p.instances {
			for _, d := range p.disagreements(i) {
				if breachOf(i, d) == broken {
					reportDisagreement(p, i, d, broken)
				}
			}
			for _, d := range p.impossible(i) {
				if breachOf(i, d) == broken {
					reportImpossible(p, i, d)
				}
			}
		}
	}
}

// reportDisagreement makes one finding of one wrong value, however many places hold
// it, and lists every place on either side.
func reportDisagreement(p *Pass, i *instance, d disagreement, broken breach) {
	named, others := i.culprits(d.wrong, d.right)
	primary := byPlace(named)[0]
	wantStored := broken == storedRefused && named[0] == d.wrong[0]
	for _, s := range byPlace(named) { // that of the rule: the stack's own Secret, or else what is not
		if wantStored == (s.Standing == Stored && i.nucleus(s)) {
			primary = s
			break
		}
	}
	f := Finding{At: primary.Written, Instance: i.name, Trace: primary.Trace}
	for _, s := range named { // the whole way, from what the gateway accepts to where that is stored
		if s.Standing == Accepted && len(s.Trace) > len(f.Trace) {
			f.Trace = s.Trace
		}
	}
	difference := difference(p, i, d)
	if named[0] == d.wrong[0] {
		f.Message, f.Help = blameWrong(d, difference), help(d, difference, primary)
	} else {
		f.Message, f.Help = blameRight(d, i, primary), helpRight(d, difference.Class, primary)
	}
	f.Related = append(p.alike(named, f.At, func(s *Site) string { return s.Holder + ": the same key as that" }),
		p.related(others, f.At, func(s *Site) string {
			verb := "holds"
			if s.Standing == Accepted {
				verb = "accepts"
			}
			return fmt.Sprintf("%s %s the other: %s", s.Holder, verb, keys.Describe(s.Value.Text(), s.Slot))
		})...)
	p.report(f)
	p.explain(d.wrong...)
	for _, s := range named {
		p.blame(s)
	}
}

// blameWrong says who presents or stores what is not accepted, and how it differs.
func blameWrong(d disagreement, differs keys.Difference) string {
	difference := ""
	if differs.Words != "" {
		difference = ": " + differs.Words
	}
	refusal := "that the gateway does not accept"
	if !d.gateway {
		refusal = "other than that of " + d.store
	}
	return fmt.Sprintf("%s %s %s key %s%s", holders(byPlace(d.wrong)), verb(byPlace(d.wrong)), article(string(d.slot)), refusal, difference)
}

// blameRight says that what is accepted is what differs from all else.
func blameRight(d disagreement, i *instance, primary *Site) string {
	accepts := "accepts"
	if primary.Standing != Accepted {
		accepts = "gives the gateway"
		if !d.gateway {
			accepts = "holds"
		}
	}
	return fmt.Sprintf("%s %s another %s key than %s %s: %s", primary.Holder, accepts, d.slot, holders(byPlace(d.wrong)),
		verb(byPlace(d.wrong)), keys.Compare(primary.Value.Text(), d.wrong[0].Value.Text(), "theirs", i.secrets()...).Words)
}

// article puts "a" or "an" before a word.
func article(word string) string {
	if strings.ContainsRune("aeiou", rune(word[0])) {
		return "an " + word
	}
	return "a " + word
}

// hold is the verb behind holders.
func hold(sites []*Site) string {
	names := map[string]bool{}
	for _, s := range sites {
		names[s.Holder] = true
	}
	if len(names) == 1 {
		return "holds"
	}
	return "hold"
}

// verb is what the sites do with their key.
func verb(sites []*Site) string {
	word := "present"
	for _, s := range sites {
		if s.Standing == Stored {
			word = "hold"
		}
	}
	if len(sites) == 1 {
		word += "s"
	}
	return word
}

func whose(d disagreement) string {
	if d.gateway {
		return "the gateway's"
	}
	return "the Secret's"
}

// twin recognises a key that another instance holds.
func twin(p *Pass, i *instance, d disagreement) string {
	v := d.wrong[0].Value
	for _, s := range p.sites {
		if other := p.instanceOf(s); s.Value.Equal(v) && other != nil && other != i {
			return fmt.Sprintf("it is the %s key of %s", s.Slot, other.name)
		}
	}
	return ""
}
