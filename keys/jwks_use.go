package keys

import (
	"encoding/json"
	"slices"
	"strings"
)

// HasSymmetric says whether a symmetric key (oct) is among them, without which no HS256
// token, and so no legacy key, verifies under the set alone.
func (s KeySet) HasSymmetric() bool {
	return slices.ContainsFunc(s.keys, func(k setKey) bool { return k.secret })
}

// Signers counts the keys that say that they sign. GoTrue starts with just one such key in
// GOTRUE_JWT_KEYS ("no signing key detected", "multiple signing keys detected":
// supabase/auth internal/conf/jwk.go).
func (s KeySet) Signers() int {
	n := 0
	for _, k := range s.keys {
		if k.signs {
			n++
		}
	}
	return n
}

// maySign says whether "sign" is among a key's key_ops (RFC 7517 section 4.3).
func maySign(raw json.RawMessage) bool {
	var key struct {
		Ops []string `json:"key_ops"`
	}
	return json.Unmarshal(raw, &key) == nil && slices.Contains(key.Ops, "sign")
}

// IsEmptySet says whether the text is a set that has no key: upstream's default for who takes
// a set beside the JWT secret, {"keys":[]}, and for GOTRUE_JWT_KEYS, [].
func IsEmptySet(t Text) bool {
	text := strings.Join(strings.Fields(Trim(t).Reveal()), "")
	return text == `{"keys":[]}` || text == "[]"
}

// IsPEM says whether the text is a key or a certificate in PEM (RFC 7468), which none of
// Supabase's services reads.
func IsPEM(t Text) bool { return strings.HasPrefix(Trim(t).Reveal(), "-----BEGIN ") }

// SignsAlone says whether the text is a set, or a single key, with which whoever holds it can sign: a private half,
// or a symmetric key.
func SignsAlone(t Text) bool {
	set, err := ParseKeySet(t)
	return err == nil && (set.HoldsPrivate() || slices.ContainsFunc(set.keys, func(k setKey) bool { return k.secret && k.k != "" }))
}
