package keys

import (
	"crypto/sha256"
	"encoding/hex"
)

// CLI is the origin of the keys that every stack of a developer's own machine has.
const CLI = "the Supabase CLI"

// publishedSecrets are the JWT secrets that Supabase's documentation publishes: whoever
// reads it can sign keys with them.
var publishedSecrets = []struct{ text, origin string }{
	{"your-super-secret-jwt-token-with-at-least-32-characters-long", "Supabase's docker setup and Helm chart"},
	{"super-secret-jwt-token-with-at-least-32-characters-long", CLI},
}

// publishedOpaque are the SHA-256 sums of the opaque keys that the Supabase CLI gives
// every local stack.
var publishedOpaque = map[string]bool{
	"9705102db0d5f99ee08daa19a73e510d9877a2a9add9369da247cbbe6c2a0140": true,
	"c85debb55f2f204d868cc1552c42faa143b4c675f61363ab040dd50b5b5304cd": true,
}

// Published says whose demo key a text is: a published JWT secret, a key that is signed
// with one, or an opaque key that everybody has. It is empty for any other text.
func Published(t Text) string {
	if t.IsAbsent() {
		return ""
	}
	bare := Trim(t)
	token, isJWT := ParseJWT(bare)
	for _, s := range publishedSecrets {
		secret := NewText(s.text)
		if bare.Equal(secret) || isJWT && token.SignedBy(secret) {
			return s.origin
		}
	}
	if sum := sha256.Sum256([]byte(bare.Reveal())); publishedOpaque[hex.EncodeToString(sum[:])] {
		return CLI
	}
	return ""
}
