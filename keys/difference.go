package keys

import (
	"fmt"
	"strings"
	"time"
)

// Class is how two texts that must be equal differ: what was probably done to one of them.
type Class string

// The classes, the most specific first.
const (
	Same           Class = ""
	Whitespace     Class = "white space" // equal but for white space around or in them
	Quotes         Class = "quotes"
	LetterCase     Class = "letter case"
	Encoded        Class = "base64"          // one is the base64 of the other
	Cut            Class = "cut"             // one begins with the other
	Mistyped       Class = "mistyped"        // a few characters differ
	RolesSwapped   Class = "roles swapped"   // the key of the other role
	DemoKey        Class = "demo key"        // one is published, the other is not
	OtherInstance  Class = "other instance"  // what another instance holds, which Compare cannot know
	OtherGateway   Class = "other gateway"   // what another gateway of the instance accepts, likewise
	OtherProject   Class = "other project"   // of another hosted project
	OtherSignature Class = "other signature" // the same claims, signed with another secret
	Edited         Class = "edited"          // the same signature over other claims
	OtherIssue     Class = "other issue"     // minted at another time, or with other claims
	OtherKind      Class = "other kind"      // legacy against opaque
	Unrelated      Class = "unrelated"
)

// Difference is what Compare says of two texts.
type Difference struct {
	Class Class
	Words string // "equal but for a trailing newline"
	Later bool   // of another issue, the first of the two is the later: who holds it is ahead
}

// Compare says how a differs from b, in a way that helps to see which one is stale. whose
// names b's owner ("the gateway's"). secrets are the JWT secrets that are known: whether
// one of them signed both keys tells a new issue from a new secret.
func Compare(a, b Text, whose string, secrets ...Text) Difference {
	if a.Equal(b) {
		return Difference{}
	}
	if d, ok := surroundings(a, b); ok {
		return d
	}
	bareA, bareB := Trim(a), Trim(b)
	if d, ok := sameLetters(bareA.Reveal(), bareB.Reveal(), whose); ok {
		return d
	}
	ja, isA := ParseJWT(bareA)
	jb, isB := ParseJWT(bareB)
	switch {
	case isA && isB:
		return jwtDifference(ja, jb, bareA, bareB, whose, secrets)
	case isA != isB && Recognize(a) != "" && Recognize(b) != "":
		return Difference{Class: OtherKind, Words: fmt.Sprintf("%s, %s %s", kindOf(a), whose, kindOf(b))}
	}
	if d, ok := published(bareA, bareB, whose); ok {
		return d
	}
	return ByLength(a, b, whose)
}

// ByLength says of two texts no more than how long they are.
func ByLength(a, b Text, whose string) Difference {
	if a.Len() != b.Len() {
		return Difference{Class: Unrelated, Words: fmt.Sprintf("%d bytes long, %s %d", a.Len(), whose, b.Len())}
	}
	return Difference{Class: Unrelated, Words: "other text of the same length"}
}

// surroundings finds differences that are only in white space or quotes.
func surroundings(a, b Text) (Difference, bool) {
	s, t := a.Reveal(), b.Reveal()
	switch {
	case strings.TrimRight(s, "\r\n") == strings.TrimRight(t, "\r\n"):
		if strings.Contains(s+t, "\r") {
			return Difference{Class: Whitespace, Words: "equal but for a carriage return at the end"}, true
		}
		return Difference{Class: Whitespace, Words: "equal but for a trailing newline"}, true
	case strings.TrimSpace(s) == strings.TrimSpace(t):
		return Difference{Class: Whitespace, Words: "equal but for white space around it"}, true
	case Trim(a).Equal(Trim(b)):
		return Difference{Class: Quotes, Words: "equal but for quotes around it"}, true
	case len(s) < maxCompared && len(t) < maxCompared && strings.Join(strings.Fields(s), "") == strings.Join(strings.Fields(t), ""):
		return Difference{Class: Whitespace, Words: "equal but for white space or a line break in it"}, true
	}
	return Difference{}, false
}

// maxCompared bounds in bytes the texts that are compared letter by letter.
const maxCompared = 4 * maxJWT

// minCut is the length in bytes from which a text is the beginning of another by more than
// chance.
const minCut = 8

// sameLetters finds that one text was made of the other.
func sameLetters(a, b, whose string) (Difference, bool) {
	if len(a) > maxCompared || len(b) > maxCompared || a == "" || b == "" {
		return Difference{}, false
	}
	if strings.EqualFold(a, b) {
		return Difference{Class: LetterCase, Words: "equal but for capitals and small letters"}, true
	}
	if plain, ok := decodeBase64(a); ok && strings.TrimSpace(plain) == b {
		return Difference{Class: Encoded, Words: "the base64 of " + whose}, true
	}
	if plain, ok := decodeBase64(b); ok && strings.TrimSpace(plain) == a {
		return Difference{Class: Encoded, Words: whose + " is the base64 of it"}, true
	}
	shown := func(s string) string { return strings.TrimRight(s, ".…") } // "eyJhbGci..."
	switch {
	case len(shown(a)) >= minCut && strings.HasPrefix(b, shown(a)):
		return Difference{Class: Cut, Words: fmt.Sprintf("cut: it is the first %d bytes of %s, which has %d", len(shown(a)), whose, len(b))}, true
	case len(shown(b)) >= minCut && strings.HasPrefix(a, shown(b)):
		return Difference{Class: Cut, Words: fmt.Sprintf("%s is cut: it has the first %d of its %d bytes", whose, len(shown(b)), len(a))}, true
	}
	if n, first := mistyped(a, b); n > 0 {
		if n == 1 {
			return Difference{Class: Mistyped, Words: fmt.Sprintf("one character differs, at position %d: it was mistyped or edited", first)}, true
		}
		return Difference{Class: Mistyped, Words: fmt.Sprintf("%d characters differ, the first at position %d: it was mistyped or edited", n, first)}, true
	}
	return Difference{}, false
}

// mistyped counts the characters by which two long texts of one length differ, if they are
// at most three, and gives the first one's position from 1.
func mistyped(a, b string) (n, first int) {
	if len(a) != len(b) || len(a) < 20 {
		return 0, 0
	}
	for i := range len(a) {
		if a[i] == b[i] {
			continue
		}
		if n++; n > 3 {
			return 0, 0
		}
		if n == 1 {
			first = i + 1
		}
	}
	return n, first
}

// published finds that just one of two keys is everybody's.
func published(a, b Text, whose string) (Difference, bool) {
	switch x, y := Published(a), Published(b); {
	case x != "" && y == "":
		return Difference{Class: DemoKey, Words: fmt.Sprintf("a demo key, published by %s, %s one of your own", x, whose)}, true
	case x == "" && y != "":
		return Difference{Class: DemoKey, Words: fmt.Sprintf("%s is a demo key, published by %s", whose, y)}, true
	}
	return Difference{}, false
}

func jwtDifference(a, b JWT, textA, textB Text, whose string, secrets []Text) Difference {
	if a.Role != b.Role {
		return Difference{Class: RolesSwapped, Words: fmt.Sprintf("this is the %s key, %s the %s key", roleWord(a), whose, roleWord(b))}
	}
	if a.Ref != b.Ref {
		return Difference{Class: OtherProject, Words: "it is another hosted project's"}
	}
	if a.signed == b.signed {
		return Difference{Class: OtherSignature, Words: "the same claims, another signature: another JWT secret signed it"}
	}
	if a.signature == b.signature {
		return Difference{Class: Edited, Words: "the same signature over other claims: its payload was edited by hand, and no secret verifies that"}
	}
	if d, ok := published(textA, textB, whose); ok {
		return d
	}
	issue := jwtIssue(a, b, whose)
	for _, secret := range secrets {
		if a.SignedBy(secret) && b.SignedBy(secret) {
			words, isLater := later(a, b, whose)
			return Difference{Class: OtherIssue, Words: "the same JWT secret signed both: " + issue + words, Later: isLater}
		}
	}
	return Difference{Class: OtherIssue, Words: issue}
}

// later says which of two keys of one secret was probably meant, and whether it is the first.
func later(a, b JWT, whose string) (words string, isFirst bool) {
	switch {
	case a.IssuedAt.After(b.IssuedAt) && !b.IssuedAt.IsZero():
		return "; this one is the later, and the other is still all that is accepted", true
	case b.IssuedAt.After(a.IssuedAt) && !a.IssuedAt.IsZero():
		return "; " + whose + " is the later", false
	}
	return "", false
}

// jwtIssue says by which claims two keys of one role can be told apart.
func jwtIssue(a, b JWT, whose string) string {
	switch {
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
// length and fingerprint. Of a signing secret, and of what has no key's form and may be one,
// only its length is told.
func Describe(t Text, slot Slot) string {
	if t.Len() == 0 {
		return "nothing"
	}
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
	parts = append(parts, fmt.Sprintf("%d bytes", t.Len()))
	if HasForm(t) {
		parts = append(parts, t.Fingerprint())
	}
	return strings.Join(parts, ", ")
}

func day(t time.Time) string {
	if t.IsZero() {
		return "without a date"
	}
	return t.Format(time.DateOnly)
}
