package lint

import (
	"fmt"
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites"
)

// Truth is the key that all of an instance should have in a slot. The gateway and the apps follow what the stack stores; where that is wrong
// by itself, they follow what the JWT secret proves, or what the gateway and another place hold.
type Truth struct {
	Text keys.Text
	At   *sites.Site // where it stands, white space and quotes round it perhaps
	Why  string      // "Secret supabase/keys ANON_KEY stores it"
	Open string      // why there is none, and what would settle it; empty where there is one

	Chosen bool // the user says so, whatever the rules take for wrong
	none   bool // no key is right

	with []*sites.Site // whose readers have to be restarted as well
}

// truth finds it: what the user chose goes before all else, and where nothing is right, a new key is as good as any.
func (p *Pass) truth(i *Instance, slot keys.Slot) Truth {
	if t, ok := p.chosen(i, slot); ok {
		return t
	}
	t := p.evident(i, slot)
	if t.none {
		t = p.issued(i, slot, t)
	}
	return t
}

// chosen is what the user says to count; false where that says nothing of the slot.
func (p *Pass) chosen(i *Instance, slot keys.Slot) (Truth, bool) {
	var named []*sites.Site
	for _, s := range i.Sites {
		if s.Slot == slot && s.Value.IsKnown() && slices.ContainsFunc(p.Config.Choice.From, func(f Source) bool { return f.Holds(s) }) {
			named = append(named, s)
		}
	}
	var found []Truth
	for _, s := range ByPlace(named) {
		if t := (Truth{Text: bare(s), At: s, Chosen: true}); !slices.ContainsFunc(found, func(o Truth) bool { return o.Text.Equal(t.Text) }) {
			found = append(found, t)
		}
	}
	switch len(found) {
	case 0:
		return Truth{}, false
	case 1:
		return found[0].because("%s is what --from names"), true
	}
	return torn(slot, found), true
}

// issued is a key that is issued anew under the instance's JWT secret, with what the old one claimed besides.
func (p *Pass) issued(i *Instance, slot keys.Slot, none Truth) Truth {
	var secrets []Truth
	var old *sites.Site
	for _, s := range ByPlace(i.Sites) {
		switch {
		case !s.Value.IsKnown() || p.IsIdle(s) || isPast(s):
		case s.Slot == keys.JWTSecret && !s.Name.Apart:
			if t := (Truth{Text: s.Value.Text(), At: s}); !slices.ContainsFunc(secrets, func(o Truth) bool { return o.Text.Equal(t.Text) }) {
				secrets = append(secrets, t)
			}
		case s.Slot == slot && (old == nil || s.Standing == sites.Stored):
			old = s
		}
	}
	if len(secrets) != 1 || old == nil {
		return none
	}
	secret := secrets[0]
	switch {
	case secret.Text.Len() < keys.MinSecret || keys.Published(secret.Text) != "" || keys.LooksLikePlaceholder(secret.Text) || keys.Spaces(secret.Text) != "":
		none.Open += fmt.Sprintf(", and the JWT secret of %s is none to issue one under", secret.At.Holder)
		return none
	case mistaken(old, secret.Text) != "":
		none.Open += fmt.Sprintf("; it verifies under %s: mend the JWT secret of %s", mistaken(old, secret.Text), secret.At.Holder)
		return none
	case p.Config.Choice.Mint.IsZero():
		none.Open += fmt.Sprintf("; --mint issues one under the JWT secret of %s", secret.At.Holder)
		return none
	}
	text, ok := keys.Issue(slot, secret.Text, bare(old), p.Config.Choice.Mint)
	if !ok {
		return none
	}
	return Truth{Text: text, At: old, Why: "issued anew under the JWT secret of " + secret.At.Holder, with: []*sites.Site{secret.At}}
}

// mistaken is what was done to the secret when the site's key was signed; empty where that does not explain the signature.
func mistaken(s *sites.Site, secret keys.Text) string {
	token, ok := keys.ParseJWT(bare(s))
	if !ok {
		return ""
	}
	return token.Mistake(secret).Words
}

// evident is the key that the repository shows to be the one.
func (p *Pass) evident(i *Instance, slot keys.Slot) Truth {
	switch {
	case slot == "":
		return Truth{Open: "which key is meant there cannot be told"}
	case slot.Role() == keys.Signing:
		return p.signingTruth(i, slot)
	}
	var stored, accepted, others []*sites.Site
	for _, s := range i.Sites {
		switch {
		case s.Slot != slot || p.IsIdle(s) || isPast(s):
		case s.Standing == sites.Stored && i.Nucleus(s):
			if !s.Value.IsKnown() {
				return Truth{Open: fmt.Sprintf("what %s stores is not known: %s", s.Holder, unknownReason(s))}
			}
			stored = append(stored, s)
		case !s.Value.IsKnown():
		case s.Standing == sites.Accepted:
			accepted = append(accepted, s)
		default:
			others = append(others, s)
		}
	}
	right := func(group []*sites.Site) []Truth { return p.rightOnes(i, slot, group) }
	switch found := right(stored); {
	case len(found) == 1:
		return found[0].because("%s stores it")
	case len(found) > 1:
		return torn(slot, found)
	}
	all := right(slices.Concat(stored, accepted, others))
	signed := slices.DeleteFunc(slices.Clone(all), func(t Truth) bool { return p.verifies(i, t) != Yes })
	switch lists := right(accepted); {
	case len(signed) == 1:
		return signed[0].because("the JWT secret signed what %s holds, and no other")
	case len(signed) > 1:
		return torn(slot, signed)
	case len(lists) == 1 && len(all) == 1 && len(all) < len(accepted)+len(others), len(lists) == 1 && heldBeside(lists[0], others):
		return lists[0].because("%s accepts it, and other places hold it")
	case len(all) > 1:
		return torn(slot, all)
	case len(all) == 1:
		return Truth{Open: fmt.Sprintf("only %s holds %s key that may be right, and nothing proves it", all[0].At.Holder, Article(string(slot)))}
	}
	return Truth{Open: fmt.Sprintf("no place of the instance holds %s key that is right", Article(string(slot))), none: true}
}

// because says what decides.
func (t Truth) because(format string) Truth {
	t.Why = fmt.Sprintf(format, t.At.Holder)
	return t
}

// torn is that of two keys which both may be right.
func torn(slot keys.Slot, found []Truth) Truth {
	a, b := found[0].At, found[1].At
	what := string(slot) + " keys"
	if slot == keys.JWTSecret {
		what = "JWT secrets"
	}
	return Truth{Open: fmt.Sprintf("%s and %s hold two %s that both may be right; --from %s or --from %s says which counts", a.Holder, b.Holder, what, a.Written.File, b.Written.File)}
}

// heldBeside says whether one of the sites holds a key that is written by itself.
func heldBeside(t Truth, group []*sites.Site) bool {
	return slices.ContainsFunc(group, func(s *sites.Site) bool { return bare(s).Equal(t.Text) && s.Written != t.At.Written })
}

// rightOnes are the distinct keys that sites hold and that nothing in them makes wrong.
func (p *Pass) rightOnes(i *Instance, slot keys.Slot, group []*sites.Site) (out []Truth) {
	for _, s := range ByPlace(group) {
		t := Truth{Text: bare(s), At: s}
		if slices.ContainsFunc(out, func(o Truth) bool { return o.Text.Equal(t.Text) }) || !p.isRight(i, slot, t) {
			continue
		}
		out = append(out, t)
	}
	return out
}

// bare is the key in a site's text, without what people paste or encode along.
func bare(s *sites.Site) keys.Text {
	if inner, ok := keys.Decoded(s.Value.Text()); ok {
		return keys.Trim(inner)
	}
	return keys.Trim(s.Value.Text())
}

// isRight says whether a key may be the instance's: it is one of the slot, in force, nobody else's, and no JWT secret says otherwise.
func (p *Pass) isRight(i *Instance, slot keys.Slot, t Truth) bool {
	token, isToken := keys.ParseJWT(t.Text)
	switch {
	case keys.Recognize(t.Text) != slot, keys.IsPlaceholder(t.Text), keys.IsDummy(t.Text), keys.Published(t.Text) != "", t.At.IsDefault, p.verifies(i, t) == No:
		return false
	case isToken && p.Now.Ended(token.Expires):
		return false
	}
	return slot != keys.Publishable && slot != keys.Secret || keys.OpaqueDefect(t.Text) == ""
}

// verifies is Verifies of the bare key.
func (p *Pass) verifies(i *Instance, t Truth) answer {
	s := *t.At
	s.Value = keys.Known(t.Text)
	return p.Verifies(i, &s)
}

// signingTruth is the one JWT secret that the instance's keys verify under, or where none does, the one that is stored.
func (p *Pass) signingTruth(i *Instance, slot keys.Slot) Truth {
	if slot != keys.JWTSecret {
		return Truth{Open: "keylint does not choose between sets of keys"}
	}
	var all []Truth
	best := 1
	for _, s := range ByPlace(i.Sites) {
		if s.Slot != slot || !s.Value.IsKnown() || p.IsIdle(s) || isPast(s) || s.Name.Apart {
			continue
		}
		secret := *s
		secret.Value = keys.Known(keys.Trim(s.Value.Text()))
		for _, candidate := range []*sites.Site{s, &secret} { // the keys may have been signed with what stands round it
			switch n := i.Signs(candidate); {
			case n < best:
			case n > best:
				all, best = nil, n
				fallthrough
			default:
				if !slices.ContainsFunc(all, func(t Truth) bool { return t.Text.Equal(candidate.Value.Text()) }) {
					all = append(all, Truth{Text: candidate.Value.Text(), At: s})
				}
			}
		}
	}
	switch len(all) {
	case 1:
		return all[0].because("the instance's keys verify under what %s holds")
	case 0:
		return Truth{Open: "no key of the instance verifies under a JWT secret that is known"}
	}
	return torn(slot, all)
}
