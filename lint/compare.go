package lint

import (
	"slices"
	"sort"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/gateway"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// Disagreement is one wrong value of a role: the sites that hold it, and those that
// hold what is accepted.
type Disagreement struct {
	Role  keys.Role
	Slot  keys.Slot
	Wrong []*sites.Site
	Right []*sites.Site

	// They were compared with what the gateway accepts, or else with what store, the holder of
	// the stored key, has.
	Gateway bool
	Store   string
	Door    string // of several gateways, the one that the wrong ones are sent to; empty where that is not known
}

// reference is what presented and stored keys of a role are compared with: what the
// gateway accepts, or where no gateway is in sight, what the stack's Secret holds.
type reference struct {
	gateway bool
	group   []*sites.Site
	unknown *sites.Site // one of them whose value is not known

	door   *inventory.Container               // of several gateways the one whose list it is; nil where it is that of all
	behind map[*inventory.Container]reference // the lists of each of several
}

func (r *reference) add(s *sites.Site) {
	r.group = append(r.group, s)
	if !s.Value.IsKnown() && r.unknown == nil {
		r.unknown = s
	}
}

func (p *Pass) reference(i *Instance, role keys.Role) reference {
	var r reference
	for _, s := range i.Sites {
		// What the gateway takes in place of a key that was not filled in is no key; the one
		// that is meant is not known.
		if s.Standing == sites.Accepted && s.Role == role && !p.IsIdle(s) && (!p.Explained(s) || !s.Value.IsKnown()) {
			r.gateway = true
			r.add(s)
			r.part(i, s)
		}
	}
	if !r.gateway {
		for _, s := range i.Sites {
			if s.Standing == sites.Stored && s.Role == role && i.Nucleus(s) && !p.SetAside(s) {
				r.add(s)
			}
		}
	}
	return r
}

// lastReference is the reference once all rules have run, which is then the same for all sites.
func (p *Pass) lastReference(i *Instance, role keys.Role) reference {
	of := referenceOf{i, role}
	r, ok := p.references[of]
	if !ok {
		r = p.reference(i, role)
		if p.references == nil {
			p.references = map[referenceOf]reference{}
		}
		p.references[of] = r
	}
	return r
}

type referenceOf struct {
	instance *Instance
	role     keys.Role
}

// has says whether the value is one of the reference's.
func (r reference) has(v keys.Value) bool {
	for _, s := range r.group {
		if s.Value.Same(v) {
			return true
		}
	}
	return false
}

// lists says whether the reference holds any key of the slot.
func (r reference) lists(slot keys.Slot) bool {
	for _, s := range r.group {
		if s.Slot == slot {
			return true
		}
	}
	return false
}

// Disagreements finds, in one instance, every value of a role that is not accepted.
// Nothing is said where any accepted key is unknown.
func (p *Pass) Disagreements(i *Instance) []Disagreement {
	var out []Disagreement
	for _, role := range []keys.Role{keys.Public, keys.Server} {
		whole := p.reference(i, role)
		byValue := map[refused]*Disagreement{}
		var order []refused
		for _, s := range i.Sites {
			if s.Role != role || s.Standing == sites.Accepted || p.SetAside(s) {
				continue
			}
			ref := whole.of(i.doorOf(s))
			if len(ref.group) == 0 || ref.unknown != nil || !p.comparable(s, ref) || ref.has(s.Value) || i.onlyFeeds(s) || i.Lists(s) || !ref.gateway && len(p.ListedInVain(i, s)) > 0 {
				continue
			}
			at := refused{s.Value.Text().Sum(), ref.door}
			if byValue[at] == nil {
				byValue[at] = &Disagreement{Role: role, Slot: s.Slot, Gateway: ref.gateway, Store: ref.group[0].Holder, Door: i.label(ref.door)}
				order = append(order, at)
			}
			byValue[at].Wrong = append(byValue[at].Wrong, s)
		}
		type rightOf struct {
			door *inventory.Container
			slot keys.Slot
		}
		right := map[rightOf][]*sites.Site{} // one list for all that is held against it
		for _, at := range order {
			d := byValue[at]
			of := rightOf{at.door, d.Slot}
			if _, known := right[of]; !known {
				right[of] = p.rightBy(i, whole.of(at.door), role, d.Slot)
			}
			d.Right = right[of]
			out = append(out, *d)
		}
	}
	return out
}

// refused is a value, and the gateway that refuses it, where that is one of several.
type refused struct {
	sum  [32]byte
	door *inventory.Container
}

// rightBy are the sites of a role that hold what the reference does, but for those of another gateway: of a slot, where the reference lists that.
func (p *Pass) rightBy(i *Instance, ref reference, role keys.Role, slot keys.Slot) (out []*sites.Site) {
	listed := ref.lists(slot)
	for _, s := range i.Sites {
		if s.Role == role && (s.Slot == slot || !listed) && !p.SetAside(s) && ref.has(s.Value) && (ref.door == nil || !i.isOfOther(s, ref.door)) {
			out = append(out, s)
		}
	}
	return out
}

// onlyFeeds says whether a stored key reaches nothing but the gateway, whose YAML takes off
// what stands round it: what the gateway accepts is then the right key.
func (i *Instance) onlyFeeds(s *sites.Site) bool {
	if s.Standing != sites.Stored || s.Entry == nil || !s.Value.IsKnown() {
		return false
	}
	feeds := false
	for _, other := range i.Sites {
		switch {
		case other == s || other.Entry == nil || *other.Entry != *s.Entry:
		case other.Standing != sites.Accepted:
			return false
		default:
			feeds = feeds || keys.Trim(s.Value.Text()).Equal(other.Value.Text())
		}
	}
	return feeds
}

// Lists says whether the gateway accepts the site's text as the key of a consumer that the
// user added.
func (i *Instance) Lists(s *sites.Site) bool {
	return i != nil && slices.ContainsFunc(i.extra, func(e gateway.Extra) bool {
		return e.Value.Equal(s.Value) && (i.doorOf(s) == nil || e.By == i.doorOf(s))
	})
}

// ListedInVain are the credentials of gateways that accept the site's text, and do not run. Where
// another one runs, it is that one's list that counts; where none does, the site may be right once
// somebody starts them.
func (p *Pass) ListedInVain(i *Instance, s *sites.Site) []*sites.Site {
	var out []*sites.Site
	for _, other := range i.Sites {
		if other.Standing == sites.Accepted && other.Role == s.Role && p.IsIdle(other) && other.Value.Equal(s.Value) {
			out = append(out, other)
		}
	}
	return out
}

// comparable says whether a site can be held against the reference at all. A stored
// opaque key that the gateway does not list is merely not in use yet; a legacy key that it lists
// no more, having opaque ones, is kept for the stack's own services, which send it past the
// gateway; a placeholder word is not a key; asymmetric keys are the gateway's own affair.
func (p *Pass) comparable(s *sites.Site, ref reference) bool {
	if !s.Value.IsKnown() {
		return false
	}
	switch s.Slot {
	case keys.AnonAsymmetric, keys.ServiceRoleAsymmetric:
		return false
	case keys.Publishable, keys.Secret:
		if s.Standing == sites.Stored && !ref.lists(s.Slot) {
			return false
		}
	case keys.Anon, keys.ServiceRole:
		opaque := map[keys.Slot]keys.Slot{keys.Anon: keys.Publishable, keys.ServiceRole: keys.Secret}[s.Slot]
		if ref.gateway && !ref.lists(s.Slot) && ref.lists(opaque) && (s.Standing == sites.Stored || s.Carrier.Backend != "") {
			return false
		}
	}
	return !keys.IsPlaceholder(s.Value.Text())
}

// answer is yes, no, or that it cannot be told.
type answer int

const (
	unclear answer = iota
	Yes
	No
)

// verifiers are the instance's JWT secrets and JWKS, which are few of its sites.
func (i *Instance) verifiers() []*sites.Site {
	if i.looked < len(i.Sites) {
		for _, s := range i.Sites[i.looked:] {
			if s.Slot == keys.JWTSecret || s.Slot == keys.JWKS {
				i.verifying = append(i.verifying, s)
			}
		}
		i.looked = len(i.Sites)
	}
	return i.verifying
}

// Verifies says whether the site's key was signed with the JWT secrets that are in force in
// the instance, or verifies under its JWKS. In force are those that a service checks
// signatures with, or where none of them is known, those that are stored. One that a rule has
// told to be wrong, or that nothing reads, acquits nobody.
func (p *Pass) Verifies(i *Instance, s *sites.Site) answer {
	if !s.Value.IsKnown() || !i.signed.at(s).isToken {
		return unclear
	}
	byStanding := map[sites.Standing]map[answer]bool{sites.Verifying: {}, sites.Stored: {}}
	for _, secret := range i.verifiers() {
		if !secret.Value.IsKnown() || p.SetAside(secret) || byStanding[secret.Standing] == nil {
			continue
		}
		switch verified := i.signed.Verify(s, secret); {
		case secret.Slot == keys.JWKS && verified:
			return Yes // it may list further keys than the secret
		case secret.Slot != keys.JWTSecret:
		case verified:
			byStanding[secret.Standing][Yes] = true
		default:
			byStanding[secret.Standing][No] = true
		}
	}
	for _, standing := range []sites.Standing{sites.Verifying, sites.Stored} {
		switch found := byStanding[standing]; {
		case found[Yes] && found[No]:
			return unclear
		case found[Yes]:
			return Yes
		case found[No]:
			return No
		}
	}
	return unclear
}

// Secrets are the instance's JWT secrets that are known, each once however many sites hold it.
func (i *Instance) Secrets() []keys.Text {
	var out []keys.Text
	for _, s := range i.Sites {
		if s.Slot == keys.JWTSecret && s.Value.IsKnown() && !slices.ContainsFunc(out, s.Value.Text().Equal) {
			out = append(out, s.Value.Text())
		}
	}
	return out
}

// Stores says whether the stack's own Secret is among the sites.
func (i *Instance) Stores(group []*sites.Site) bool {
	for _, s := range group {
		if s.Standing == sites.Stored && i.Nucleus(s) {
			return true
		}
	}
	return false
}

// Signs says what verifies under the secret: 2 for a key that the gateway accepts, 1 for
// any other of the instance, 0 for none.
func (i *Instance) Signs(secret *sites.Site) int {
	best := 0
	for _, s := range i.Sites {
		if i.signed.Verify(s, secret) {
			if s.Standing == sites.Accepted {
				return 2
			}
			best = 1
		}
	}
	return best
}

// ByPlace orders sites by where their value is written, those in source code behind all others and those in scripts last, and one site for each
// such place: the one that lies there itself, if there is one.
func ByPlace(group []*sites.Site) []*sites.Site {
	best := map[sources.Position]*sites.Site{}
	for _, s := range group {
		if b := best[s.Written]; b == nil || s.StandsAt(b) {
			best[s.Written] = s
		}
	}
	out := make([]*sites.Site, 0, len(best))
	for _, s := range best {
		out = append(out, s)
	}
	sort.Slice(out, func(a, b int) bool {
		if x, y := remoteness(out[a]), remoteness(out[b]); x != y {
			return x < y
		}
		return out[a].Written.Before(out[b].Written)
	})
	return out
}
