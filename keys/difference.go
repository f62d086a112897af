package keys

import (
	"fmt"
	"strings"
	"time"
)

// Difference says in words how a differs from b, in a way that helps to see which one
// is stale: "equal but for a trailing newline", "the same claims, another signature",
// "issued 2025-03-01, the gateway's 2026-02-11". whose names b's owner ("the
// gateway's"). It is empty where they are equal.
func Difference(a, b Text, whose string) string {
	if a.Equal(b) {
		return ""
	}
	if d := surroundings(a, b); d != "" {
		return d
	}
	ja, isA := ParseJWT(Trim(a))
	jb, isB := ParseJWT(Trim(b))
	switch {
	case isA && isB:
		return jwtDifference(ja, jb, whose)
	case isA != isB && Recognize(a) != "" && Recognize(b) != "":
		return fmt.Sprintf("%s, %s %s", kindOf(a), whose, kindOf(b))
	case a.Len() != b.Len():
		return fmt.Sprintf("%d bytes long, %s %d", a.Len(), whose, b.Len())
	}
	return "of the same length, with other text"
}

// surroundings finds differences that are only in white space or quotes.
func surroundings(a, b Text) string {
	if !Trim(a).Equal(Trim(b)) {
		return ""
	}
	s, t := a.Reveal(), b.Reveal()
	switch {
	case strings.TrimRight(s, "\r\n") == strings.TrimRight(t, "\r\n"):
		if strings.Contains(s+t, "\r") {
			return "equal but for a carriage return at the end"
		}
		return "equal but for a trailing newline"
	case strings.TrimSpace(s) == strings.TrimSpace(t):
		return "equal but for white space around it"
	}
	return "equal but for quotes around it"
}

func jwtDifference(a, b JWT, whose string) string {
	switch {
	case a.Role != b.Role:
		return fmt.Sprintf("this is the %s key, %s the %s key", roleWord(a), whose, roleWord(b))
	case a.Ref != b.Ref:
		return "of another hosted project"
	case a.signed == b.signed:
		return "the same claims, another signature: it was signed with another JWT secret, or cut"
	case a.payload == b.payload:
		return "the same payload under another header"
	case !a.IssuedAt.Equal(b.IssuedAt):
		return fmt.Sprintf("issued %s, %s %s", day(a.IssuedAt), whose, day(b.IssuedAt))
	case !a.Expires.Equal(b.Expires):
		return fmt.Sprintf("expires %s, %s %s", day(a.Expires), whose, day(b.Expires))
	case a.Issuer != b.Issuer:
		return "from another issuer"
	}
	return "with other claims"
}

func roleWord(j JWT) string {
	if j.Role == "" {
		return "role-less"
	}
	return j.Role
}

func kindOf(t Text) string {
	switch Recognize(t) {
	case Publishable, Secret:
		return "an opaque sb_ key"
	case JWKS, JWTKeys:
		return "a JSON key set"
	case "":
		return "no key"
	}
	return "a JWT"
}

// Describe tells what may be shown of a key: kind and role, issue and expiry dates,
// length and fingerprint. Of a signing secret only its length is told.
func Describe(t Text, slot Slot) string {
	if slot.Role() == Signing {
		return fmt.Sprintf("%s, %d bytes", slot, t.Len())
	}
	var parts []string
	if j, ok := ParseJWT(Trim(t)); ok {
		parts = append(parts, roleWord(j)+" JWT")
		if !j.IssuedAt.IsZero() {
			parts = append(parts, "issued "+day(j.IssuedAt))
		}
		if !j.Expires.IsZero() {
			parts = append(parts, "expires "+day(j.Expires))
		}
	} else if s := Recognize(t); s != "" {
		parts = append(parts, string(s)+" key")
	}
	parts = append(parts, fmt.Sprintf("%d bytes", t.Len()), t.Fingerprint())
	return strings.Join(parts, ", ")
}

func day(t time.Time) string {
	if t.IsZero() {
		return "without a date"
	}
	return t.Format(time.DateOnly)
}
