package lint

import (
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites"
)

// signatures remembers what verifies under what: each pair of a token and a secret, or a
// JWKS, is checked once in a run, however many sites hold the two.
type signatures map[[2][32]byte]bool

// Verify says whether the token that key holds verifies under the JWT secret or the JWKS
// that secret holds. It is false where one of them holds no such thing.
func (m signatures) Verify(key, secret *sites.Site) bool {
	if !key.Value.IsKnown() || !secret.Value.IsKnown() {
		return false
	}
	pair := [2][32]byte{key.Value.Text().Sum(), secret.Value.Text().Sum()}
	if known, ok := m[pair]; ok {
		return known
	}
	ok := false
	if t, isToken := keys.ParseJWT(key.Value.Text()); isToken {
		switch secret.Slot {
		case keys.JWTSecret:
			ok = t.SignedBy(secret.Value.Text())
		case keys.JWKS:
			if set, err := keys.ParseKeySet(secret.Value.Text()); err == nil {
				ok, _ = set.Verify(t)
			}
		}
	}
	m[pair] = ok
	return ok
}
