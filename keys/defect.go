package keys

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Defect is why a text that begins like a JWT can never be accepted as one, whatever the
// secret is.
type Defect struct {
	Cut   bool   // something is missing at its end
	Words string // "its payload is not JSON (at byte 41 of it)"; never a part of the key
}

// parts of a JWT, for messages.
var partNames = [3]string{"header", "payload", "signature"}

// signatureBytes is the length of a signature, where it is fixed (RFC 7518 section 3).
var signatureBytes = map[string]int{"HS256": 32, "ES256": 64}

// minRSA is the length in bytes of the shortest RSA signature that anything accepts: a key
// of 1024 bits.
const minRSA = 128

// FindDefect looks for what is wrong with the form of a JWT. The text is taken as it is
// without the white space and quotes around it. ok is false for a well-formed token, and
// for a text that does not begin like one ("eyJ").
func FindDefect(t Text) (d Defect, ok bool) {
	s := Trim(t).Reveal()
	if !strings.HasPrefix(s, "eyJ") && (!strings.HasPrefix(s, "ey") || strings.Count(s, ".") != 2) {
		return Defect{}, false
	}
	found := func(cut bool, format string, args ...any) (Defect, bool) {
		return Defect{cut, fmt.Sprintf(format, args...)}, true
	}
	if len(s) > maxJWT {
		return found(false, "it is %d bytes long, and no key is longer than %d", len(s), maxJWT)
	}
	if strings.HasSuffix(s, "...") || strings.HasSuffix(s, "…") {
		return found(true, "it ends in an ellipsis: it was copied from where it was shown shortened")
	}
	parts := strings.Split(s, ".")
	switch n := len(parts); {
	case n < 3:
		return found(true, "it has %s of the three parts of a JWT", map[int]string{1: "one", 2: "two"}[n])
	case n > 3:
		return found(false, "it has %d parts, and a JWT has three", n)
	}
	at := 0
	for i, part := range parts {
		if bad := outsideAlphabet(part); bad >= 0 {
			return found(false, "its %s has a character at position %d of the key that base64url does not have", partNames[i], at+bad+1)
		}
		if len(part) == 0 {
			return found(i == 2, "its %s is empty", partNames[i])
		}
		at += len(part) + 1
	}
	// Where a character was lost all behind it is another text, and what else is odd follows
	// from that.
	if words := claimsDefect(parts); words != "" {
		return found(false, "%s", words)
	}
	token, _ := ParseJWT(NewText(s))
	have, want := len(parts[2]), base64.RawURLEncoding.EncodedLen(signatureBytes[token.Alg])
	switch {
	case strings.EqualFold(token.Alg, "none"):
		return found(false, `it is not signed ("alg": "none"), and nothing accepts such a key`)
	case token.Alg != "HS256" && !token.Asymmetric():
		return found(false, "its header names a signature algorithm that Supabase does not use (legacy keys are HS256)")
	case want > 0 && have < want:
		return found(true, "its signature has %d characters, and an %s signature has %d", have, token.Alg, want)
	case want > 0 && have > want:
		return found(false, "its signature is too long: it has %d characters, and an %s signature has %d", have, token.Alg, want)
	}
	for i, part := range parts {
		if len(part)%4 == 1 {
			return found(i == 2, "its %s has %d characters, which no base64url text has: one is missing or too many", partNames[i], len(part))
		}
		if _, err := base64.RawURLEncoding.Strict().DecodeString(part); err != nil {
			return found(false, "the last character of its %s has bits that must be zero: it was mistyped", partNames[i])
		}
	}
	if bytes := base64.RawURLEncoding.DecodedLen(have); want == 0 && bytes < minRSA {
		return found(false, "its signature has %d bytes, which is too short for the algorithm that its header names", bytes)
	}
	return Defect{}, false
}

// outsideAlphabet is the index of the first byte that base64url does not have, or -1.
func outsideAlphabet(s string) int {
	return strings.IndexFunc(s, func(r rune) bool {
		return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}

// claimsDefect says why header or payload cannot be read; empty where both can.
func claimsDefect(parts []string) string {
	types := []map[string]string{
		{"alg": "string", "kid": "string"},
		{"role": "string", "iss": "string", "ref": "string", "iat": "number", "nbf": "number", "exp": "number"},
	}
	for i, want := range types {
		b, _ := base64.RawURLEncoding.DecodeString(parts[i])
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(b, &fields); err != nil {
			var syntax *json.SyntaxError
			if errors.As(err, &syntax) {
				return fmt.Sprintf("its %s is not JSON from byte %d of the decoded text on: a character was lost or changed there", partNames[i], syntax.Offset)
			}
			return fmt.Sprintf("its %s is not a JSON object", partNames[i])
		}
		for _, name := range []string{"alg", "kid", "role", "iss", "ref", "iat", "nbf", "exp"} {
			raw, ok := fields[name]
			if kind := want[name]; ok && kind != "" && !isJSON(raw, kind) {
				return fmt.Sprintf("its claim %s is not a %s", name, kind)
			}
		}
		for _, name := range []string{"iat", "nbf", "exp"} {
			var n float64
			if raw, ok := fields[name]; ok && i == 1 && json.Unmarshal(raw, &n) == nil && (n > lastSecond || n < 0) {
				return fmt.Sprintf("its claim %s is no date (seconds since 1970): milliseconds, perhaps", name)
			}
		}
	}
	return ""
}

func isJSON(raw json.RawMessage, kind string) bool {
	if kind == "string" {
		var s string
		return raw[0] == '"' && json.Unmarshal(raw, &s) == nil
	}
	var n float64
	return raw[0] != 'n' && json.Unmarshal(raw, &n) == nil
}
