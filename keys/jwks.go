package keys

import (
	"crypto"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
)

// KeySet is a JWKS as Supabase's services are given it: an object {"keys": […]} for those
// that verify, a bare array for GOTRUE_JWT_KEYS, or a single JWK.
type KeySet struct {
	Form string // "object", "array" or "single key"
	Size int    // how many keys it lists, of which the first MaxKeys are read

	keys []setKey
}

// MaxKeys bounds the keys that are read of a set. Real sets have two to four.
const MaxKeys = 100

type setKey struct {
	jwk    jose.JSONWebKey
	secret bool   // a symmetric key
	k      string // of a symmetric key, as it is written
	signs  bool   // "sign" is among its key_ops
	defect string // why it cannot be used; empty where it can
}

// NotJSON says from which byte on a text is none. Of one that was decrypted that is said to nobody: it tells where in it a sign stands.
type NotJSON int64

func (e NotJSON) Error() string { return fmt.Sprintf("it is not JSON from byte %d on", int64(e)) }

// ParseKeySet reads a set. An error says what is wrong with the text, with the position,
// and quotes nothing of it.
func ParseKeySet(t Text) (KeySet, error) {
	raw := []byte(Trim(t).Reveal())
	var any json.RawMessage
	if err := json.Unmarshal(raw, &any); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return KeySet{}, NotJSON(syntax.Offset)
		}
		return KeySet{}, errors.New("it is not JSON")
	}
	var object struct {
		Keys *[]json.RawMessage `json:"keys"`
		Kty  string             `json:"kty"`
	}
	var list []json.RawMessage
	var set KeySet
	switch {
	case json.Unmarshal(raw, &list) == nil && raw[0] == '[':
		set.Form = "array"
	case json.Unmarshal(raw, &object) == nil && object.Keys != nil:
		set.Form, list = "object", *object.Keys
	case object.Kty != "":
		set.Form, list = "single key", []json.RawMessage{any}
	default:
		return KeySet{}, errors.New(`it is JSON, but no set of keys ({"keys": […]})`)
	}
	set.Size = len(list)
	for i, item := range list {
		if i == MaxKeys {
			break
		}
		set.keys = append(set.keys, parseSetKey(item))
	}
	return set, nil
}

func parseSetKey(raw json.RawMessage) setKey {
	var plain struct {
		Kty string `json:"kty"`
		K   string `json:"k"`
	}
	var k setKey
	if json.Unmarshal(raw, &plain) != nil {
		k.defect = "it is not a JSON object"
		return k
	}
	if plain.Kty == "" {
		k.defect = "it has no kty"
		return k
	}
	k.secret, k.k, k.signs = plain.Kty == "oct", plain.K, maySign(raw)
	if err := json.Unmarshal(raw, &k.jwk); err != nil || !k.secret && !k.jwk.Valid() || k.secret && k.k == "" {
		k.defect = fmt.Sprintf("it is no valid key of type %s", shortWord(plain.Kty))
	}
	return k
}

// shortWord shows a word of a document that is at most a few letters long.
func shortWord(s string) string {
	if len(s) > 5 {
		return "that is unknown"
	}
	return s
}

// Defect says which of the keys cannot be used, and why; empty where all can.
func (s KeySet) Defect() string {
	for i, k := range s.keys {
		if k.defect != "" {
			return fmt.Sprintf("its key number %d cannot be used: %s", i+1, k.defect)
		}
	}
	return ""
}

// HoldsPrivate says whether a private key of a pair stands in the set: what only GoTrue
// needs.
func (s KeySet) HoldsPrivate() bool {
	for _, k := range s.keys {
		if !k.secret && k.defect == "" && !k.jwk.IsPublic() {
			return true
		}
	}
	return false
}

// HoldsSecret compares the set's symmetric keys with the JWT secret: oct.k must be its
// base64url. has says whether there is any symmetric key.
func (s KeySet) HoldsSecret(secret Text) (holds, has bool) {
	want := base64.RawURLEncoding.EncodeToString([]byte(secret.Reveal()))
	for _, k := range s.keys {
		if k.secret {
			has = true
			holds = holds || k.k == want
		}
	}
	return holds, has
}

// Mistaken names what the set's symmetric key is in place of the secret's base64url, if it
// is one of the usual mistakes.
func (s KeySet) Mistaken(secret Text) string {
	text := secret.Reveal()
	for _, k := range s.keys {
		switch {
		case !k.secret || k.k == "":
		case k.k == text:
			return "the secret itself stands in it, and not its base64url"
		case k.k == base64.StdEncoding.EncodeToString([]byte(text)):
			return "it is the secret's base64, and not its base64url (no padding, - and _ for + and /)"
		case k.k == base64.RawURLEncoding.EncodeToString([]byte(text+"\n")):
			return "it is the secret with a newline at the end"
		case text != strings.TrimSpace(text) && k.k == base64.RawURLEncoding.EncodeToString([]byte(strings.TrimSpace(text))):
			return "it is the secret without the white space around it"
		}
	}
	return ""
}

// HasPairsOf says whether the set has every key pair of another, by their public halves: what
// verifies may list more than what signs, as in the middle of a rotation.
func (s KeySet) HasPairsOf(signing KeySet) bool {
	have := s.pairs()
	for id := range signing.pairs() {
		if !have[id] {
			return false
		}
	}
	return true
}

// pairs are the thumbprints (RFC 7638) of the set's key pairs.
func (s KeySet) pairs() map[string]bool {
	out := map[string]bool{}
	for _, k := range s.keys {
		if k.secret || k.defect != "" {
			continue
		}
		if sum, err := k.jwk.Thumbprint(crypto.SHA256); err == nil {
			out[string(sum)] = true
		}
	}
	return out
}

// Verify says whether a token verifies under the set, and if not why. PostgREST's rule
// for kid: a token that has one needs the key of that kid, one without is tried with each
// key (PostgREST docs/references/auth.rst).
func (s KeySet) Verify(j JWT) (ok bool, why string) {
	tried := 0
	for _, k := range s.keys {
		if k.defect != "" || j.Kid != "" && k.jwk.KeyID != j.Kid {
			continue
		}
		tried++
		if k.verifies(j) {
			return true, ""
		}
	}
	switch {
	case tried == 0 && j.Kid != "":
		return false, "the set has no key with the kid that the token names"
	case tried == 0:
		return false, "the set has no key that can be used"
	case j.Kid != "":
		return false, "the key with the token's kid did not sign it"
	}
	return false, "no key of the set signed it"
}

func (k setKey) verifies(j JWT) bool {
	if k.secret {
		b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(k.k, "="))
		return err == nil && j.signedBy(b)
	}
	method := jwt.GetSigningMethod(j.Alg)
	signature, err := base64.RawURLEncoding.Strict().DecodeString(j.signature)
	if method == nil || err != nil || !j.Asymmetric() {
		return false
	}
	public := k.jwk.Public()
	return method.Verify(j.signed, signature, public.Key) == nil
}
