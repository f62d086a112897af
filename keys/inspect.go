package keys

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Inspection is what can be said of a single text, without the places that it stands in.
type Inspection struct {
	Slot        Slot   // empty where nothing tells it
	Kind        string // "anon key: a legacy JWT"
	Token       *JWT   // nil for anything but a JWT
	Length      int    // in bytes, without white space and quotes around it
	Fingerprint string // likewise; empty for what is or may be a signing secret
	Signatures  []Signature
	Faults      []string // why it will not work
	Notes       []string // what is worth knowing
}

// NamedSecret is a JWT secret or a JWKS, and where it was read.
type NamedSecret struct {
	Name string
	Text Text
}

// Signature says of one secret whether it verifies the token.
type Signature struct {
	Name     string
	Verifies bool
	Words    string // why, or why not
}

// Assignment takes a key out of a line of a dotenv file, where the name is one that keys
// are kept under: name is empty, and value the text itself, for anything else.
func (n Names) Assignment(t Text) (name string, value Text) {
	line := strings.TrimPrefix(strings.TrimSpace(t.Reveal()), "export ")
	name, rest, ok := strings.Cut(line, "=")
	if !ok || strings.ContainsAny(line, "\r\n") || n.Of(name).Slot == "" {
		return "", t
	}
	return name, NewText(rest)
}

// Inspect says what a text is. Dates are compared with now, and signatures with the secrets.
func Inspect(t Text, now Clock, secrets []NamedSecret) Inspection {
	bare := Trim(t)
	i := Inspection{Slot: Recognize(bare), Length: bare.Len()}
	i.surroundings(t)
	token, isJWT := ParseJWT(bare)
	defect, isBroken := FindDefect(t)
	_, isBase64 := Decoded(t)
	if HasForm(t) {
		i.Fingerprint = bare.Fingerprint()
	}
	switch {
	case bare.Len() == 0:
		i.Kind = "nothing: the text is empty"
		i.fault("there is no key in it")
	case bare.Len() > maxInspected:
		i.Kind = "no key"
		i.fault("it is %d bytes long, and no key is longer than %d", bare.Len(), maxInspected)
	case !utf8.ValidString(bare.Reveal()) || strings.Contains(bare.Reveal(), "\x00"):
		i.Kind = "no key"
		i.fault("it holds bytes that are no text")
	case isBase64:
		i.Kind = "the base64 text of a key"
		i.fault("it is encoded once more than a key should be; decode it (base64 -d) and inspect what comes out")
	case isJWT:
		i.token(token, now, secrets)
	case isBroken:
		i.Kind = "what was a JWT"
	case opaquePrefix(bare.Reveal()) != "":
		i.opaque(bare)
	case i.Slot == JWKS || i.Slot == JWTKeys:
		i.keySet(bare)
	case IsReference(bare) || LooksLikePlaceholder(bare) && bare.Len() < MinSecret:
		i.Kind = "a placeholder"
		i.fault("it stands for a key that was never put in its place")
	case bearer(bare):
		i.Kind = "the value of an Authorization header"
		i.fault("it begins with the word Bearer; the key is what comes behind it")
	default:
		i.secret(t, bare)
	}
	if i.Token == nil && len(secrets) > 0 {
		i.Notes = append(i.Notes, "there is no signature to verify under the given secrets")
	}
	if isBroken && !isBase64 {
		i.fault("%s", defect.Words)
	}
	if origin := Published(t); origin != "" {
		if isJWT {
			i.fault("it is signed with the JWT secret that %s publishes: anybody can sign keys that are accepted where that is deployed", origin)
		} else {
			i.fault("it is published by %s: anybody can sign keys that are accepted where it is deployed", origin)
		}
	}
	return i
}

// maxInspected bounds in bytes what is taken for a key, a secret or a key set.
const maxInspected = 64 << 10

func (i *Inspection) fault(format string, args ...any) {
	i.Faults = append(i.Faults, fmt.Sprintf(format, args...))
}

// surroundings looks at what stands around the key. A newline at the end of a file is no
// fault of the key's.
func (i *Inspection) surroundings(t Text) {
	switch spaces := Spaces(t); {
	case spaces == "a newline at its end":
		i.Notes = append(i.Notes, "there is a newline behind it, as in most files; in a Secret it would be part of the key")
	case spaces != "":
		i.fault("it has %s", spaces)
	}
	if Quoted(t) {
		i.fault("it stands in quotes, which most programs take for a part of it")
	}
}

func (i *Inspection) token(j JWT, now Clock, secrets []NamedSecret) {
	i.Token = &j
	switch {
	case i.Slot == AnonAsymmetric || i.Slot == ServiceRoleAsymmetric:
		i.Kind = j.Role + " key: a JWT for use behind the gateway"
		i.Notes = append(i.Notes, "apps present the opaque sb_ key, which the gateway exchanges for this one")
	case i.Slot != "":
		i.Kind = string(i.Slot) + " key: a legacy JWT"
	default:
		i.Kind = "a JWT that is no API key of Supabase's"
	}
	switch {
	case now.Ended(j.Expires):
		i.fault("it expired on %s", day(j.Expires))
	case now.Ahead(j.NotBefore):
		i.fault("it is not valid before %s", day(j.NotBefore))
	case now.Ahead(j.IssuedAt):
		i.fault("it was issued in the future, on %s", day(j.IssuedAt))
	}
	verified := len(secrets) == 0
	for _, s := range secrets {
		signature := j.check(s)
		verified = verified || signature.Verifies
		i.Signatures = append(i.Signatures, signature)
	}
	if !verified {
		i.fault("none of the given secrets verifies its signature")
	}
}

// check verifies a token under a secret as it is used: a file's last newline is no part of
// it, every other character is.
func (j JWT) check(s NamedSecret) Signature {
	secret := NewText(strings.TrimSuffix(strings.TrimSuffix(s.Text.Reveal(), "\n"), "\r"))
	if s.Text.Len() > secret.Len() {
		s.Name += ", without the newline at its end"
	}
	if set, err := ParseKeySet(secret); err == nil {
		ok, why := set.Verify(j)
		return Signature{s.Name, ok, why}
	}
	if j.SignedBy(secret) {
		return Signature{Name: s.Name, Verifies: true}
	}
	if m := j.Mistake(secret); m.Words != "" {
		return Signature{Name: s.Name, Words: "it verifies under " + m.Words + ", and not under the secret as it is"}
	}
	return Signature{Name: s.Name}
}

func (i *Inspection) opaque(bare Text) {
	i.Kind = "an opaque key"
	if i.Slot != "" {
		i.Kind = string(i.Slot) + " key: opaque"
	}
	if words := OpaqueDefect(bare); words != "" {
		i.fault("%s", words)
		return
	}
	if SelfHosted(bare) {
		i.Notes = append(i.Notes, "its checksum is the one that upstream's script for self-hosting makes")
		return
	}
	i.Notes = append(i.Notes, "its checksum is not that of upstream's script for self-hosting: a hosted project's, or another generator's")
}

func (i *Inspection) keySet(bare Text) {
	set, err := ParseKeySet(bare)
	if err != nil {
		i.Kind = "what was to be a JSON key set"
		i.fault("%s", err)
		return
	}
	i.Kind = fmt.Sprintf("a JSON key set: %s of %d", set.Form, set.Size)
	if set.Form == "single key" {
		i.Kind = "a single JSON web key"
	}
	if set.Size > MaxKeys {
		i.Notes = append(i.Notes, fmt.Sprintf("only its first %d keys were looked at", MaxKeys))
	}
	if words := set.Defect(); words != "" {
		i.fault("%s", words)
	}
	if set.HoldsPrivate() {
		i.Notes = append(i.Notes, "it holds a private key: for GOTRUE_JWT_KEYS only, never for what verifies")
	}
}

// bearer says whether the text is a token with the word that HTTP puts before it.
func bearer(t Text) bool {
	rest, ok := strings.CutPrefix(t.Reveal(), "Bearer ")
	_, isJWT := ParseJWT(NewText(strings.TrimSpace(rest)))
	return ok && isJWT
}

// secret is what is left: a text that nothing marks as a key may be what signs them.
func (i *Inspection) secret(t, bare Text) {
	if lines := strings.Count(bare.Reveal(), "\n") + 1; lines > 2 {
		i.Kind = "no key: a text of several lines"
		i.fault("inspect looks at a single key; a manifest or a .env file is linted: keylint FILE")
		return
	}
	i.Kind = "no key by its form; a JWT secret, if anything"
	if bare.Len() < MinSecret {
		i.fault("it is %d bytes long, and PostgREST does not start with a JWT secret under %d", bare.Len(), MinSecret)
	}
	if why := Guessable(bare); why != "" {
		i.fault("it can be guessed: %s", why)
	}
}
