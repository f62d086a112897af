package keys

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// JWT is what a JSON Web Token says of itself. It is read leniently, for diagnosis;
// Verify is strict.
type JWT struct {
	Alg      string
	Role     string // "anon", "service_role", or a custom role
	Issuer   string
	Ref      string // project reference of a hosted project; empty elsewhere
	IssuedAt time.Time
	Expires  time.Time

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
	if len(s) > maxJWT || !strings.HasPrefix(s, "ey") {
		return JWT{}, false
	}
	parts := strings.Split(s, ".")
	if len(parts) != 3 {
		return JWT{}, false
	}
	var header struct {
		Alg string `json:"alg"`
	}
	var claims struct {
		Role     string      `json:"role"`
		Issuer   string      `json:"iss"`
		Ref      string      `json:"ref"`
		IssuedAt json.Number `json:"iat"`
		Expires  json.Number `json:"exp"`
	}
	if !decodePart(parts[0], &header) || !decodePart(parts[1], &claims) {
		return JWT{}, false
	}
	return JWT{
		Alg: header.Alg, Role: claims.Role, Issuer: claims.Issuer, Ref: claims.Ref,
		IssuedAt: unix(claims.IssuedAt), Expires: unix(claims.Expires),
		signed: parts[0] + "." + parts[1], payload: parts[1], signature: parts[2],
	}, true
}

func decodePart(part string, into any) bool {
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(part, "="))
	return err == nil && json.Unmarshal(b, into) == nil
}

func unix(n json.Number) time.Time {
	seconds, err := n.Float64()
	if err != nil || seconds <= 0 || seconds > 1<<40 {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0).UTC()
}

// SignedBy says whether the token's HS256 signature verifies under the secret. The
// HMAC key is the secret's raw bytes, never base64-decoded first: so do PostgREST,
// GoTrue and upstream's generate-keys.sh. The signature must be exactly 32 bytes in
// base64url without slack bits.
func (j JWT) SignedBy(secret Text) bool {
	if j.Alg != "HS256" || secret.IsAbsent() {
		return false
	}
	signature, err := base64.RawURLEncoding.Strict().DecodeString(j.signature)
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	mac.Write([]byte(j.signed))
	return hmac.Equal(signature, mac.Sum(nil))
}
