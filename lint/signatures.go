package lint

import (
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites"
)

// signatures remembers what verifies under what: each pair of a token and a secret, or a
// JWKS, is checked once in a run, however many sites hold the two.
type signatures struct {
	texts map[[32]byte]*signer
	of    map[*sites.Site]*signer
	known map[[2]*signer]bool
}

// signer is a text that is a token, a JWT secret or a JWKS: each is read once.
type signer struct {
	token    keys.JWT
	isToken  bool
	set      keys.KeySet
	setRead  bool
	isKeySet bool
}

func newSignatures() *signatures {
	return &signatures{texts: map[[32]byte]*signer{}, of: map[*sites.Site]*signer{}, known: map[[2]*signer]bool{}}
}

// at is what a site holds.
func (m *signatures) at(s *sites.Site) *signer {
	if known := m.of[s]; known != nil {
		return known
	}
	sum := s.Value.Text().Sum()
	if m.texts[sum] == nil {
		t := &signer{}
		t.token, t.isToken = keys.ParseJWT(s.Value.Text())
		m.texts[sum] = t
	}
	m.of[s] = m.texts[sum]
	return m.of[s]
}

// Verify says whether the token that key holds verifies under the JWT secret or the JWKS
// that secret holds. It is false where one of them holds no such thing.
func (m *signatures) Verify(key, secret *sites.Site) bool {
	if !key.Value.IsKnown() || !secret.Value.IsKnown() || secret.Slot != keys.JWTSecret && secret.Slot != keys.JWKS {
		return false
	}
	token := m.at(key)
	if !token.isToken {
		return false
	}
	by := m.at(secret)
	pair := [2]*signer{token, by}
	if known, ok := m.known[pair]; ok {
		return known
	}
	ok := false
	switch secret.Slot {
	case keys.JWTSecret:
		ok = token.token.SignedBy(secret.Value.Text())
	case keys.JWKS:
		if !by.setRead {
			set, err := keys.ParseKeySet(secret.Value.Text())
			by.set, by.setRead, by.isKeySet = set, true, err == nil
		}
		if by.isKeySet {
			ok, _ = by.set.Verify(token.token)
		}
	}
	m.known[pair] = ok
	return ok
}
