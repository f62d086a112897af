package lint

import (
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites"
)

// AnotherName is a site that checks signatures with the JWT secret as well, and takes it, which is
// not known, from the same Secret or the same path of a store under another name, or decodes it
// where the site does not. It is nil where there is none: whether the two are the same cannot be
// told, and who made them so probably meant one.
func (p *Pass) AnotherName(i *Instance, s *sites.Site) *sites.Site {
	from, ok := p.nameOfSecret(s)
	if !ok {
		return nil
	}
	for _, other := range i.Sites {
		if from2, ok := p.nameOfSecret(other); ok && !other.Value.Same(s.Value) && from2 == from {
			return other
		}
	}
	return nil
}

// nameOfSecret is the Secret, or the path of a store, that a verifier's unknown JWT secret is a part
// of. A set of keys, which PostgREST takes in its place, is another thing.
func (p *Pass) nameOfSecret(s *sites.Site) (from string, ok bool) {
	at := strings.LastIndexByte(s.Value.Source(), '#')
	if s.Standing != sites.Verifying || s.Slot != keys.JWTSecret || s.Name.Apart || s.Value.IsKnown() || at < 0 || p.SetAside(s) {
		return "", false
	}
	name := s.Value.Source()[at+1:]
	if strings.Contains(strings.ToLower(name), "jwk") || p.Names.Of(name).Slot == keys.JWTKeys {
		return "", false
	}
	return s.Value.Source()[:at], true
}
