package lint

import (
	"fmt"
	"slices"
	"sort"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// disagreement is one wrong value of a role: the sites that hold it, and those that
// hold what is accepted.
type disagreement struct {
	role  keys.Role
	slot  keys.Slot
	wrong []*Site
	right []*Site

	// They were compared with what the gateway accepts, or else with what store, the holder of
	// the stored key, has.
	gateway bool
	store   string
}

// reference is what presented and stored keys of a role are compared with: what the
// gateway accepts, or where no gateway is in sight, what the stack's Secret holds.
type reference struct {
	gateway bool
	sites   []*Site
	unknown *Site // one of them whose value is not known
}

func (p *Pass) reference(i *instance, role keys.Role) reference {
	var r reference
	for _, s := range i.sites {
		// What the gateway takes in place of a key that was not filled in is no key; the one
		// that is meant is not known.
		if s.Standing == Accepted && s.Role == role && (!p.isExplained(s) || !s.Value.IsKnown()) {
			r.gateway = true
			r.sites = append(r.sites, s)
		}
	}
	if !r.gateway {
		for _, s := range i.sites {
			if s.Standing == Stored && s.Role == role && i.nucleus(s) && !p.isExplained(s) {
				r.sites = append(r.sites, s)
			}
		}
	}
	for _, s := range r.sites {
		if !s.Value.IsKnown() && r.unknown == nil {
			r.unknown = s
		}
	}
	return r
}

// has says whether the value is one of the reference's.
func (r reference) has(v keys.Value) bool {
	for _, s := range r.sites {
		if s.Value.Same(v) {
			return true
		}
	}
	return false
}

// lists says whether the reference holds any key of the slot.
func (r reference) lists(slot keys.Slot) bool {
	for _, s := range r.sites {
		if s.Slot == slot {
			return true
		}
	}
	return false
}

// disagreements finds, in one instance, every value of a role that is not accepted.
// Nothing is said where any accepted key is unknown.
func (p *Pass) disagreements(i *instance) []disagreement {
	var out []disagreement
	for _, role := range []keys.Role{keys.Public, keys.Server} {
		ref := p.reference(i, role)
		if len(ref.sites) == 0 || ref.unknown != nil {
			continue
		}
		byValue := map[[32]byte]*disagreement{}
		var order [][32]byte
		for _, s := range i.sites {
			if s.Role != role || s.Standing == Accepted || p.isExplained(s) || !p.comparable(s, ref) || ref.has(s.Value) || i.onlyFeeds(s) || i.lists(s) {
				continue
			}
			sum := s.Value.Text().Sum()
			if byValue[sum] == nil {
				byValue[sum] = &disagreement{role: role, slot: s.Slot, gateway: ref.gateway, store: ref.sites[0].Holder}
				order = append(order, sum)
			}
			byValue[sum].wrong = append(byValue[sum].wrong, s)
		}
		for _, sum := range order {
			d := byValue[sum]
			for _, s := range i.sites {
				if s.Role == role && !p.isExplained(s) && ref.has(s.Value) && (s.Slot == d.slot || !ref.lists(d.slot)) {
					d.right = append(d.right, s)
				}
			}
			out = append(out, *d)
		}
	}
	return out
}

// onlyFeeds says whether a stored key reaches nothing but the gateway, whose YAML takes off
// what stands round it: what the gateway accepts is then the right key.
func (i *instance) onlyFeeds(s *Site) bool {
	if s.Standing != Stored || s.entry == nil || !s.Value.IsKnown() {
		return false
	}
	feeds := false
	for _, other := range i.sites {
		switch {
		case other == s || other.entry == nil || *other.entry != *s.entry:
		case other.Standing != Accepted:
			return false
		default:
			feeds = feeds || keys.Trim(s.Value.Text()).Equal(other.Value.Text())
		}
	}
	return feeds
}

// lists says whether the gateway accepts the site's text as the key of a consumer that the
// user added.
func (i *instance) lists(s *Site) bool {
	return i != nil && s.Value.IsKnown() && slices.ContainsFunc(i.extra, s.Value.Equal)
}

// comparable says whether a site can be held against the reference at all. A stored
// opaque key that the gateway does not list is merely not in use yet; a placeholder
// word is not a key; asymmetric keys are the gateway's own affair.
func (p *Pass) comparable(s *Site, ref reference) bool {
	if !s.Value.IsKnown() {
		return false
	}
	switch s.Slot {
	case keys.AnonAsymmetric, keys.ServiceRoleAsymmetric:
		return false
	case keys.Publishable, keys.Secret:
		if s.Standing == Stored && !ref.lists(s.Slot) {
			return false
		}
	}
	return keys.Recognize(s.Value.Text()) != "" || !keys.LooksLikePlaceholder(s.Value.Text())
}

// judge says what became of a site once all rules have run.
func (p *Pass) judge(i *instance, s *Site) (Outcome, string) {
	switch {
	case p.isExplained(s) || p.isBlamed(s):
		return Disagree, ""
	case !s.Value.IsKnown() && s.Value.Source() == "":
		if reason := s.Value.Reason(); reason != "" {
			return CannotTell, reason
		}
		return CannotTell, "it holds no value"
	case i == nil:
		return CannotTell, homeless(s)
	case i.ref != "":
		return CannotTell, "what the hosted project accepts is not in the repository"
	case s.Role == keys.Signing:
		return p.judgeSigning(i, s)
	}
	ref := p.reference(i, s.Role)
	if s.Standing == Accepted || !ref.gateway && i.nucleus(s) && s.Standing == Stored {
		return p.judgeReference(i, s)
	}
	switch {
	case len(ref.sites) == 0:
		return CannotTell, fmt.Sprintf("no gateway and no stored %s key is in sight to compare it with", s.Role)
	case ref.has(s.Value) || i.onlyFeeds(s) || i.lists(s):
		return Agree, ""
	case !s.Value.IsKnown():
		return CannotTell, s.Value.Reason()
	case ref.unknown != nil:
		return CannotTell, fmt.Sprintf("an accepted %s key is not known: %s", s.Role, unknownReason(ref.unknown))
	case !p.comparable(s, ref) && keys.Recognize(s.Value.Text()) == "":
		return CannotTell, "it is a placeholder word, not a key"
	case !p.comparable(s, ref):
		return CannotTell, "the gateway lists no key of this kind"
	}
	return CannotTell, "nothing to compare it with"
}

// homeless says why a site belongs to no instance.
func homeless(s *Site) string {
	switch hosts := s.hosts(); {
	case isLocal(hosts):
		return "the Supabase URL beside it is that of a developer's own machine"
	case len(hosts) > 0:
		return "the Supabase URL beside it leads to none of the repository's instances"
	case s.carrier.development:
		return "it serves development only, and nothing beside it says which instance it is meant for"
	}
	return "nothing says which instance it is meant for"
}

func unknownReason(s *Site) string {
	if s.Value.Reason() != "" {
		return s.Value.Reason()
	}
	return "it holds no value"
}

// judgeReference judges an accepted key: somebody else must hold it too.
func (p *Pass) judgeReference(i *instance, s *Site) (Outcome, string) {
	for _, other := range i.sites {
		if other != s && other.Standing != s.Standing && other.Role == s.Role && !p.isExplained(other) && other.Value.Same(s.Value) {
			return Agree, ""
		}
	}
	if !s.Value.IsKnown() {
		return CannotTell, s.Value.Reason()
	}
	return CannotTell, "no other place holds this key to compare it with"
}

// judgeSigning judges a signing secret: another place holds the same, or a key of the
// instance verifies under it.
func (p *Pass) judgeSigning(i *instance, s *Site) (Outcome, string) {
	for _, other := range i.sites {
		if other != s && other.Slot == s.Slot && other.Value.Same(s.Value) && !p.isExplained(other) {
			return Agree, ""
		}
		if other == s || !other.Value.IsKnown() || !s.Value.IsKnown() {
			continue
		}
		if s.Slot != keys.JWTSecret && other.Slot == keys.JWTSecret {
			if set, err := keys.ParseKeySet(s.Value.Text()); err == nil {
				if holds, _ := set.HoldsSecret(other.Value.Text()); holds {
					return Agree, ""
				}
			}
		}
		if s.Slot == keys.JWTSecret && i.signed.verify(other, s) {
			return Agree, ""
		}
	}
	if !s.Value.IsKnown() {
		return CannotTell, s.Value.Reason()
	}
	return CannotTell, "no other place holds it, and no key of the instance verifies under it"
}

// places counts the distinct places where the sites' values are written.
func places(sites []*Site) int {
	seen := map[sources.Position]bool{}
	for _, s := range sites {
		seen[s.Written] = true
	}
	return len(seen)
}

// culprits decides which side of a disagreement is named: the one with white space or
// quotes around the same key, the one that does not verify under the instance's JWT
// secret where the other does, else the one that is written in fewer places, or at a tie the one that is not where the instance stores its keys.
func (i *instance) culprits(wrong, right []*Site) (named, others []*Site) {
	if len(right) > 0 {
		a, b := wrong[0].Value.Text(), right[0].Value.Text()
		if bare := keys.Trim(a); bare.Equal(keys.Trim(b)) {
			if bare.Equal(a) {
				return right, wrong
			}
			return wrong, right
		}
		x, y := i.verifies(wrong[0]), i.verifies(right[0])
		switch {
		case x == yes && y == no:
			return right, wrong
		case x == no && y == yes:
			return wrong, right
		}
	}
	a, b := places(wrong), places(right)
	switch {
	case b == 0 || a < b:
		return wrong, right
	case b < a:
		return right, wrong
	case i.stores(wrong) && !i.stores(right):
		return right, wrong
	}
	return wrong, right
}

// answer is yes, no, or that it cannot be told.
type answer int

const (
	unclear answer = iota
	yes
	no
)

// verifies says whether the site's key was signed with a JWT secret of the instance, or
// verifies under its JWKS.
func (i *instance) verifies(s *Site) answer {
	if _, ok := keys.ParseJWT(s.Value.Text()); !ok {
		return unclear
	}
	result := unclear
	for _, secret := range i.sites {
		if !secret.Value.IsKnown() || secret.Slot != keys.JWTSecret && secret.Slot != keys.JWKS {
			continue
		}
		if i.signed.verify(s, secret) {
			return yes
		}
		if secret.Slot == keys.JWTSecret {
			result = no
		}
	}
	return result
}

// secrets are the instance's JWT secrets that are known, each once however many sites hold it.
func (i *instance) secrets() []keys.Text {
	var out []keys.Text
	for _, s := range i.sites {
		if s.Slot == keys.JWTSecret && s.Value.IsKnown() && !slices.ContainsFunc(out, s.Value.Text().Equal) {
			out = append(out, s.Value.Text())
		}
	}
	return out
}

func (i *instance) stores(sites []*Site) bool {
	for _, s := range sites {
		if s.Standing == Stored && i.nucleus(s) {
			return true
		}
	}
	return false
}

// signs says what verifies under the secret: 2 for a key that the gateway accepts, 1 for
// any other of the instance, 0 for none.
func (i *instance) signs(secret *Site) int {
	best := 0
	for _, s := range i.sites {
		if i.signed.verify(s, secret) {
			if s.Standing == Accepted {
				return 2
			}
			best = 1
		}
	}
	return best
}

// byPlace orders sites by where their value is written, and one site for each such
// place: the one that lies there itself, if there is one.
func byPlace(sites []*Site) []*Site {
	best := map[sources.Position]*Site{}
	for _, s := range sites {
		if b := best[s.Written]; b == nil || s.standsAt(b) {
			best[s.Written] = s
		}
	}
	out := make([]*Site, 0, len(best))
	for _, s := range best {
		out = append(out, s)
	}
	sort.Slice(out, func(a, b int) bool { return out[a].Written.Before(out[b].Written) })
	return out
}
