package keys

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// JWT is what a JSON Web Token says of itself. It is read leniently, for diagnosis:
// Defect says what is wrong with its form, and SignedBy is strict.
type JWT struct {
	Alg       string
	Kid       string // of the key that signed it; empty in legacy keys
	Role      string // "anon", "service_role", or a custom role
	Issuer    string
	Ref       string // project reference of a hosted project; empty elsewhere
	IssuedAt  time.Time
	NotBefore time.Time
	Expires   time.Time

	signed    string // header.payload, as it was signed
	payload   string
	signature string
}

// maxJWT bounds in bytes what is taken for a token.
const maxJWT = 16 << 10

// ParseJWT reads a compact JWT. It is false for anything that has not three parts of
// which the first two decode to JSON objects.
func ParseJWT(t Text) (JWT, bool) {
	s := t.Reveal()
	if len(s) > maxJWT || !strings.HasPrefix(s, "ey") && !strings.HasPrefix(s, "ew") { // {" or {, and a line's end
		return JWT{}, false
	}
	parts := strings.Split(s, ".")
	if len(parts) != 3 {
		return JWT{}, false
	}
	var header struct {
		Alg string `json:"alg"`
		Kid string `json:"kid"`
	}
	var claims struct {
		Role      string      `json:"role"`
		Issuer    string      `json:"iss"`
		Ref       string      `json:"ref"`
		IssuedAt  json.Number `json:"iat"`
		NotBefore json.Number `json:"nbf"`
		Expires   json.Number `json:"exp"`
	}
	if !decodePart(parts[0], &header) || !decodePart(parts[1], &claims) {
		return JWT{}, false
	}
	return JWT{
		Alg: header.Alg, Kid: header.Kid, Role: claims.Role, Issuer: claims.Issuer, Ref: claims.Ref,
		IssuedAt: unix(claims.IssuedAt), NotBefore: unix(claims.NotBefore), Expires: unix(claims.Expires),
		signed: parts[0] + "." + parts[1], payload: parts[1], signature: parts[2],
	}, true
}

func decodePart(part string, into any) bool {
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(part, "="))
	return err == nil && json.Unmarshal(b, into) == nil
}

// lastSecond is the end of the year 9999. A later "date" is one in milliseconds.
const lastSecond = 253402300799

func unix(n json.Number) time.Time {
	seconds, err := n.Float64()
	if err != nil || seconds <= 0 || seconds > lastSecond {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0).UTC()
}

// claims says whether the token has a claim of that name, whatever it is.
func (j JWT) claims(name string) bool {
	var all map[string]json.RawMessage
	return decodePart(j.payload, &all) && all[name] != nil
}

// SaysTheSame says whether two tokens have the same text in front of their signatures, which one secret would sign alike.
func (j JWT) SaysTheSame(other JWT) bool { return j.signed == other.signed }

// Asymmetric says whether the token claims to be signed with a key pair.
func (j JWT) Asymmetric() bool {
	return strings.HasPrefix(j.Alg, "ES") || strings.HasPrefix(j.Alg, "RS") || strings.HasPrefix(j.Alg, "PS") || j.Alg == "EdDSA"
}

// SignedBy says whether the token's HS256 signature verifies under the secret. The
// HMAC key is the secret's raw bytes, never base64-decoded first: so do PostgREST,
// GoTrue and upstream's generate-keys.sh. The signature must be exactly 32 bytes in
// base64url without slack bits, which the library does not ask for.
func (j JWT) SignedBy(secret Text) bool {
	return !secret.IsAbsent() && j.signedBy([]byte(secret.Reveal()))
}

func (j JWT) signedBy(secret []byte) bool {
	if j.Alg != "HS256" {
		return false
	}
	signature, err := base64.RawURLEncoding.Strict().DecodeString(j.signature)
	return err == nil && jwt.SigningMethodHS256.Verify(j.signed, signature, secret) == nil
}
