package lint

import (
	"fmt"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
)

// judge says what became of a site once all rules have run, and of what cannot be told why.
//
// To agree is a claim, so the default is that it cannot be told. A site agrees where its value
// has an effect, nothing contradicts it, and it is proven: a place that was written by itself
// holds the same, or the instance's JWT secret signed it. Where all that is known is that one
// place, or one source elsewhere, gives it to all who use it, it agrees by construction.
func (p *Pass) judge(i *Instance, s *sites.Site) (Outcome, string) {
	switch {
	case p.disagrees(s):
		return Disagree, ""
	case p.IsIdle(s):
		return CannotTell, p.WhyIdle(s)
	case p.doubted[s] != "":
		return CannotTell, p.doubted[s]
	case !s.Value.IsKnown() && s.Value.Source() == "":
		return CannotTell, unknownReason(s)
	case p.torn[s] != nil:
		return CannotTell, p.whyTorn(s)
	case i == nil:
		return CannotTell, homeless(s)
	case namedForNobody(s):
		return CannotTell, fmt.Sprintf("%s is not known to read a variable %s", s.Carrier.Backend, s.Variable)
	}
	if other := crossing(i, s); other != nil {
		return CannotTell, fmt.Sprintf("%s takes its %s key from the same source", other.Holder, other.Slot)
	}
	switch {
	case p.joined[s] == JoinedByKey:
		return CannotTell, "only its key says that it belongs to " + i.Name
	case s.Role == keys.Signing:
		return p.judgeSigning(i, s)
	case s.Value.IsKnown() && keys.IsPlaceholder(s.Value.Text()):
		return CannotTell, "it is a placeholder word, not a key"
	case i.Ref != "":
		return p.judgeHosted(i, s)
	case i.local != nil:
		return p.judgeLocal(i, s)
	}
	if why := p.notAccepted(i, s); why != "" {
		return CannotTell, why
	}
	return p.proven(i, s)
}

// fixedNames are Supabase's own services that read the variables which they are written to read.
// Functions are the user's, and read what they like.
var fixedNames = map[string]bool{"GoTrue": true, "Realtime": true, "Storage": true, "Studio": true}

// namedForNobody says that a service of Supabase is given a key by a name that means nothing to
// it, a misspelt one perhaps.
func namedForNobody(s *sites.Site) bool {
	return (s.Standing == sites.Presented || s.Standing == sites.Verifying) && fixedNames[s.Carrier.Backend] && s.Variable != "" && s.Name.Slot == ""
}

// crossing is a site that takes a key of another role from the source of the site's unknown value:
// one of the two is mistaken, and which cannot be told.
func crossing(i *Instance, s *sites.Site) *sites.Site {
	if s.Value.IsKnown() {
		return nil
	}
	for _, other := range i.Sites {
		if other.Role != s.Role && other.Value.Same(s.Value) {
			return other
		}
	}
	return nil
}

// homeless says why a site belongs to no instance.
func homeless(s *sites.Site) string {
	switch hosts := s.Hosts(); {
	case sites.IsLocal(hosts):
		return "the Supabase URL beside it is that of a developer's own machine"
	case len(hosts) > 0:
		return "the Supabase URL beside it leads to none of the repository's instances"
	case s.Carrier.Artifact != nil && s.ClaimedRef() == "":
		return "no URL of Supabase that the repository knows stands near it in what was built, and it is the key of none of its instances"
	case s.ClaimedRef() != "":
		return "it names a hosted project, and no URL beside it says whether that is meant, or the repository's own instance"
	case s.Carrier.Development:
		return "it serves development, test or staging, and nothing beside it says which instance it is meant for"
	}
	return NoInstance
}

func unknownReason(s *sites.Site) string {
	if s.Value.Reason() != "" {
		return s.Value.Reason()
	}
	return "it holds no value"
}

// notAccepted says why it cannot be told that the instance accepts a key that no rule told of;
// empty where it does.
func (p *Pass) notAccepted(i *Instance, s *sites.Site) string {
	ref := p.lastReference(i, s.Role).of(i.doorOf(s))
	switch {
	case s.Standing == sites.Accepted:
		return ""
	case len(ref.group) == 0 && !s.Value.IsKnown():
		return s.Value.Reason()
	case len(ref.group) == 0 && ref.door != nil:
		return fmt.Sprintf("%s, to which the URL beside it leads, is not known to list a %s key that is right", i.label(ref.door), s.Role)
	case s.Standing == sites.Presented && s.Carrier.Backend == "" && p.listsOther(i, s.Role):
		return fmt.Sprintf("the gateway lists no %s key that is right", s.Role)
	case len(ref.group) == 0:
		return fmt.Sprintf("nothing in sight says which %s key is accepted", s.Role)
	case ref.has(s.Value) && !ref.gateway:
		return ref.ofTwoMinds(s)
	case ref.has(s.Value) && s.Carrier.Backend == "" && i.without(ref, s.Value) != "":
		return fmt.Sprintf("%s does not list it, and which of the gateways it is meant for is not known", i.without(ref, s.Value))
	case ref.gateway && p.doubtOf(ref, s.Value) != "":
		return p.doubtOf(ref, s.Value)
	case ref.gateway && ref.refusesAt(s) != "":
		return ref.refusesAt(s)
	case ref.has(s.Value) || i.onlyFeeds(s) || i.Lists(s):
		return ""
	case !s.Value.IsKnown():
		return s.Value.Reason()
	case !ref.gateway && len(p.ListedInVain(i, s)) > 0:
		return p.WhyIdle(p.ListedInVain(i, s)[0])
	case ref.unknown != nil:
		return fmt.Sprintf("an accepted %s key is not known: %s", s.Role, unknownReason(ref.unknown))
	case !p.comparable(s, ref):
		return "the gateway lists no key of this kind"
	}
	return "nothing to compare it with"
}

// doubtOf is why each site of the reference that has the value is doubted; empty where one is not, and where none has it.
func (p *Pass) doubtOf(r reference, v keys.Value) string {
	why := ""
	for _, s := range r.group {
		switch {
		case !s.Value.Same(v):
		case !p.IsDoubted(s):
			return ""
		case why == "":
			why = p.doubted[s]
		}
	}
	return why
}

// without is a gateway that has keys of the role, and not this one, where another one has it; empty where
// each has it. Two gateways may read one template, each with an environment of its own.
func (i *Instance) without(r reference, v keys.Value) string {
	type list struct {
		of   *inventory.Container
		name string
	}
	has := map[list]bool{}
	var order []list
	for _, s := range r.group {
		l := list{name: s.Carrier.Name}
		if i.doors != nil && i.doors.of[s] != nil {
			l = list{i.doors.of[s], i.label(i.doors.of[s])}
		}
		if _, seen := has[l]; !seen {
			order = append(order, l)
		}
		has[l] = has[l] || s.Value.Same(v)
	}
	for _, l := range order {
		if r.gateway && !has[l] {
			return l.name
		}
	}
	return ""
}

// listsOther says that the instance has a gateway, which lists keys, and none of the role but what
// a rule has told to be wrong: what an app presents is then refused, wherever else it is stored. A
// backend may go past the gateway.
func (p *Pass) listsOther(i *Instance, role keys.Role) bool {
	lists := false
	for _, s := range i.Sites {
		if s.Standing == sites.Accepted && !p.IsIdle(s) {
			if s.Role == role && !(p.Explained(s) && s.Value.IsKnown()) {
				return false
			}
			lists = true
		}
	}
	return lists
}

// ofTwoMinds says that several places store a key of the site's slot, and that one of them has
// another than the site, or nobody knows what: which of them counts cannot be told where no
// gateway says it.
func (r reference) ofTwoMinds(s *sites.Site) string {
	for _, other := range r.group {
		if other.Slot == s.Slot && !other.Value.Same(s.Value) {
			return fmt.Sprintf("%s stores the %s key too, and whether it is the same is not known", other.Holder, s.Slot)
		}
	}
	return ""
}

// proven says how a value is proven that nothing contradicts.
func (p *Pass) proven(i *Instance, s *sites.Site) (Outcome, string) {
	shared, inVain := i.onlyFeeds(s), false
	for _, other := range i.Sites {
		if other == s || other.Role != s.Role || !other.Value.Same(s.Value) {
			continue
		}
		switch {
		case p.SetAside(other) || p.joined[other] == JoinedByKey:
			inVain = true
		case !s.Value.IsKnown() || other.Written == s.Written:
			shared = true
		case s.Standing != sites.Accepted || other.Standing != sites.Accepted: // two of one list prove nothing
			return Agree, ""
		}
	}
	for _, e := range i.extra {
		if e.Value.Equal(s.Value) {
			if e.Written != s.Written {
				return Agree, ""
			}
			shared = true
		}
	}
	switch {
	case s.Value.IsKnown() && p.Verifies(i, s) == Yes:
		return Agree, ""
	case shared:
		return ByConstruction, ""
	case !s.Value.IsKnown():
		return CannotTell, s.Value.Reason()
	case inVain:
		return CannotTell, "no other place that counts holds this key"
	}
	return CannotTell, "no other place holds this key to compare it with"
}

// judgeSigning judges a signing secret: another place that was written by itself holds the
// same, or a key of the instance verifies under it. One that is the instance's for no other
// reason than that proves nothing.
func (p *Pass) judgeSigning(i *Instance, s *sites.Site) (Outcome, string) {
	if other := p.AnotherName(i, s); other != nil {
		return CannotTell, fmt.Sprintf("%s takes it from the same store by another name", other.Holder)
	}
	if s.Value.IsKnown() && s.Slot != keys.JWTSecret && keys.IsEmptySet(s.Value.Text()) {
		return CannotTell, "it is a set without a key"
	}
	shared := false
	for _, other := range i.Sites {
		if other == s || p.SetAside(other) || p.joined[other] == JoinedByKey {
			continue
		}
		same := other.Slot == s.Slot && other.Value.Same(s.Value)
		switch {
		case same && s.Value.IsKnown() && other.Written != s.Written, p.vouches(i, other, s):
			return Agree, ""
		case same:
			shared = true
		}
	}
	switch other := p.verifierElsewhere(i, s); {
	case shared && other != nil:
		unknown := s
		if s.Value.IsKnown() {
			unknown = other
		}
		return CannotTell, fmt.Sprintf("%s takes the JWT secret from elsewhere, and whether that is the same is not known: %s", other.Holder, unknownReason(unknown))
	case shared:
		return ByConstruction, ""
	case !s.Value.IsKnown():
		return CannotTell, s.Value.Reason()
	}
	return CannotTell, "no other place holds it, and no key of the instance verifies under it"
}

// verifierElsewhere is a service of the instance that verifies with a JWT secret from another source than the
// site's, where one of the two is not known: that several places share the site's proves nothing then.
func (p *Pass) verifierElsewhere(i *Instance, s *sites.Site) *sites.Site {
	if s.Slot != keys.JWTSecret || s.Name.Apart {
		return nil
	}
	for _, other := range i.Sites {
		if other.Slot == s.Slot && other.Standing == sites.Verifying && other.Carrier.Backend != "" && !other.Name.Apart && !p.SetAside(other) &&
			!(s.Value.IsKnown() && other.Value.IsKnown()) && !other.Value.Same(s.Value) {
			return other
		}
	}
	return nil
}

// vouches says whether another site's value proves a signing secret: a set that the JWT secret
// is among, or a key that it signed.
func (p *Pass) vouches(i *Instance, other, secret *sites.Site) bool {
	if !other.Value.IsKnown() || !secret.Value.IsKnown() {
		return false
	}
	if secret.Slot != keys.JWTSecret && other.Slot == keys.JWTSecret {
		set, err := keys.ParseKeySet(secret.Value.Text())
		if err != nil {
			return false
		}
		holds, _ := set.HoldsSecret(other.Value.Text())
		return holds
	}
	return secret.Slot == keys.JWTSecret && i.signed.Verify(other, secret)
}

// judgeHosted judges a key of a hosted project: what the project accepts is not in the
// repository, but its JWT secret may be.
func (p *Pass) judgeHosted(i *Instance, s *sites.Site) (Outcome, string) {
	if s.Value.IsKnown() && p.Verifies(i, s) == Yes {
		return Agree, ""
	}
	return CannotTell, "what the hosted project accepts is not in the repository"
}

// judgeLocal judges a key for the Supabase CLI's stack: its gateway has no list.
func (p *Pass) judgeLocal(i *Instance, s *sites.Site) (Outcome, string) {
	if i.local.Gives(s) || s.Value.IsKnown() && p.Verifies(i, s) == Yes {
		return Agree, ""
	}
	return CannotTell, "it is none of the keys that the Supabase CLI publishes, and which others it takes is not known"
}

// NoInstance is the reason of a site that would be compared if the configuration said where it belongs.
const NoInstance = "nothing says which instance it is meant for"
