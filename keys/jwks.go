package keys

import (
	"encoding/base64"
	"encoding/json"
)

// HoldsSecret says whether a JWKS ({"keys": […]}, or the bare array of GOTRUE_JWT_KEYS)
// holds the JWT secret as a symmetric key, which makes legacy keys verify under it.
func HoldsSecret(jwks, secret Text) bool {
	type jwk struct{ Kty, K string }
	var set struct{ Keys []jwk }
	var list []jwk
	raw := []byte(Trim(jwks).Reveal())
	if json.Unmarshal(raw, &set) == nil {
		list = set.Keys
	} else if json.Unmarshal(raw, &list) != nil {
		return false
	}
	want := base64.RawURLEncoding.EncodeToString([]byte(secret.Reveal()))
	for _, k := range list {
		if k.Kty == "oct" && k.K == want {
			return true
		}
	}
	return false
}
