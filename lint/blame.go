package lint

import (
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
)

// Blame is which side of a disagreement is to be edited, and what decided it.
type Blame struct {
	Named, Others []*sites.Site
	Decided       string // in words that follow a semicolon, with OtherKey in them; empty where the difference itself shows it
	Settled       bool   // the named can be right under no circumstances
}

// OtherKey stands in Decided for the key of the others: "the gateway's", "theirs".
const OtherKey = "the other"

// DecidedByStore is what Blame says where the stack's own Secret or .env decides.
const DecidedByStore = "the stack stores " + OtherKey

// grounds are what decides, strongest first. Each says whether one side is to blame, the other
// being what it is.
var grounds = []struct {
	blames func(p *Pass, i *Instance, accused, other []*sites.Site) bool
	words  func(accused, other []*sites.Site) string
	settle bool
}{
	{isUnclean, saying(""), true},
	{isMisdirected, saying(""), true},
	{isNobodysOwn, sayNobodysOwn, true},
	{isUnsigned, saying("the JWT secret signed only " + OtherKey), true},
	{isNotStored, saying(DecidedByStore), false},
	{isInFewer, sayInFewer, false},
}

// Culprits decides which side of a disagreement is named. Where nothing else does, it is what
// is not accepted.
func (p *Pass) Culprits(i *Instance, wrong, right []*sites.Site) Blame {
	if len(right) == 0 {
		return Blame{Named: wrong}
	}
	for _, g := range grounds {
		switch {
		case g.blames(p, i, wrong, right):
			return Blame{wrong, right, g.words(wrong, right), g.settle}
		case g.blames(p, i, right, wrong):
			return Blame{right, wrong, g.words(right, wrong), g.settle}
		}
	}
	return Blame{Named: wrong, Others: right, Decided: "nothing else decides between the two"}
}

func saying(words string) func(accused, other []*sites.Site) string {
	return func(accused, other []*sites.Site) string { return words }
}

// isUnclean says that the accused have white space or quotes round the very key.
func isUnclean(_ *Pass, _ *Instance, accused, other []*sites.Site) bool {
	a, b := accused[0].Value.Text(), other[0].Value.Text()
	return !a.Equal(b) && keys.Trim(a).Equal(b)
}

// isMisdirected says that the accused send the key of one gateway of the instance to another one.
func isMisdirected(p *Pass, i *Instance, accused, _ []*sites.Site) bool {
	return p.Misdirected(i, accused[0]) != nil
}

// isNobodysOwn says that the accused have a published key, or a chart's default, and the others
// one of their own: it never outvotes that, whatever holds it. A key of another instance's is
// not the others' own, nor is one that no JWT secret in force signed where somebody wrote the
// published one down: such a stack runs with what is published, and the others' key never did.
func isNobodysOwn(p *Pass, i *Instance, accused, other []*sites.Site) bool {
	if !everybodys(accused) || everybodys(other) || p.HeldElsewhere(i, other[0]) != nil {
		return false
	}
	return isDefault(accused) || !isUnsigned(p, i, other, accused)
}

func everybodys(group []*sites.Site) bool {
	return keys.Published(group[0].Value.Text()) != "" || isDefault(group)
}

func isDefault(group []*sites.Site) bool {
	return slices.ContainsFunc(group, func(s *sites.Site) bool { return s.IsDefault })
}

func sayNobodysOwn(accused, _ []*sites.Site) string {
	if isDefault(accused) {
		return "nothing sets this one: it is the chart's default"
	}
	return "a published key is nobody's own"
}

// isUnsigned says that the JWT secrets in force signed the others' key, and not the accused's.
func isUnsigned(p *Pass, i *Instance, accused, other []*sites.Site) bool {
	return p.Verifies(i, accused[0]) == No && p.Verifies(i, other[0]) == Yes
}

// isNotStored says that the stack stores the others' key, and not the accused's.
func isNotStored(_ *Pass, i *Instance, accused, other []*sites.Site) bool {
	return i.keeps(other) && !i.keeps(accused)
}

// keeps says whether one of the sites is where the stack keeps its keys: its .env, or a Secret. One that
// only apps read, and that holds no signing secret, is theirs.
func (i *Instance) keeps(group []*sites.Site) bool {
	return slices.ContainsFunc(group, func(s *sites.Site) bool {
		return s.Standing == sites.Stored && i.Nucleus(s) && !i.onlyApps(s)
	})
}

// onlyApps says whether what stores the key is read by apps, and by nothing of the stack's own.
func (i *Instance) onlyApps(stored *sites.Site) bool {
	read := false
	for _, s := range i.Sites {
		switch {
		case stored.Entry == nil || s.Entry == nil || s.Entry.Object != stored.Entry.Object:
		case s.Carrier.Backend != "" || s.Standing == sites.Accepted || s.Role == keys.Signing:
			return false
		case s.Standing != sites.Stored:
			read = true
		}
	}
	return read
}

// isInFewer says that the accused's key is written in fewer places.
func isInFewer(_ *Pass, _ *Instance, accused, other []*sites.Site) bool {
	return voices(accused) < voices(other)
}

// voices counts the places that tell which key is right. Source code and scripts do not: what was written there once is copied, and left as it is.
func voices(group []*sites.Site) int {
	return Places(slices.DeleteFunc(slices.Clone(group), isText))
}

func sayInFewer(accused, other []*sites.Site) string {
	if voices(accused) == 0 {
		return ""
	}
	return Number(voices(other)) + " places hold " + OtherKey
}

// HeldElsewhere is a site of another instance that holds the site's key as its own, and not as what
// an app presents to it; nil where there is none.
func (p *Pass) HeldElsewhere(i *Instance, s *sites.Site) *sites.Site {
	if p.holders == nil {
		p.holders = map[[32]byte][]*sites.Site{}
		for _, s := range p.Sites {
			if s.Value.IsKnown() {
				p.holders[s.Value.Text().Sum()] = append(p.holders[s.Value.Text().Sum()], s)
			}
		}
	}
	if !s.Value.IsKnown() {
		return nil
	}
	for _, other := range p.holders[s.Value.Text().Sum()] {
		if of := p.InstanceOf(other); of != nil && of != i && (other.Standing != sites.Presented || other.Carrier.Backend != "") {
			return other
		}
	}
	return nil
}

// Places counts the distinct places where the sites' values are written. What was built copies what somebody wrote, as often as it
// likes.
func Places(group []*sites.Site) int {
	seen := map[sources.Position]bool{}
	for _, s := range group {
		if s.Carrier == nil || s.Carrier.Artifact == nil {
			seen[s.Written] = true
		}
	}
	return len(seen)
}
