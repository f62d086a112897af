package keys

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// MinSecret is the length in bytes below which PostgREST does not start: "The JWT secret
// must be at least 32 characters long" (PostgREST src/PostgREST/Config.hs).
const MinSecret = 32

// Guessable says why a JWT secret could be guessed, for all that it is long enough: it
// repeats itself, or is made of a few characters only. It is empty for any other text.
func Guessable(secret Text) string {
	s := secret.Reveal()
	distinct := map[byte]bool{}
	for i := range len(s) {
		distinct[s[i]] = true
	}
	switch n := len(distinct); {
	case s == "":
		return ""
	case n < 8:
		return fmt.Sprintf("it is made of %d different characters only", n)
	case repeats(s):
		return "it is one short text written several times"
	}
	return ""
}

// repeats says whether s is a text of at most half its length, over and over.
func repeats(s string) bool {
	i := strings.Index((s + s)[1:], s) + 1
	return i > 0 && i <= len(s)/2
}

// maxMistaken bounds in bytes the secrets for which mistakes are tried.
const maxMistaken = 1024

// Mistake is what somebody did to the secret when the token was signed. Its zero value is that
// nothing which people do by mistake explains the signature.
type Mistake struct {
	Words   string // what the token verifies under: "the first 40 bytes of it", "it with a newline at the end"
	Encoded bool   // the secret was encoded once too often where it stands: what it is when it is decoded signed the token
}

// Mistake finds what somebody did to the secret when the token was signed, if it verifies
// under what comes of that.
func (j JWT) Mistake(secret Text) Mistake {
	s := secret.Reveal()
	if s == "" || len(s) > maxMistaken || j.Alg != "HS256" {
		return Mistake{}
	}
	if bare := Trim(secret).Reveal(); bare != s && j.signedBy([]byte(bare)) {
		return Mistake{Words: "it without the " + surrounding(s) + " around it"}
	}
	for _, v := range mistakes(s) {
		if v.text != s && j.signedBy([]byte(v.text)) {
			return v.Mistake
		}
	}
	for n := len(s) - 1; n > 0; n-- {
		if j.signedBy([]byte(s[:n])) {
			return Mistake{Words: fmt.Sprintf("the first %d of its %d bytes", n, len(s))}
		}
	}
	return Mistake{}
}

// surrounding names what Trim would take off.
func surrounding(s string) string {
	if bare := strings.TrimSpace(s); len(bare) < len(s) {
		if strings.TrimRight(s, "\r\n") == bare {
			return "newline"
		}
		return "white space"
	}
	return "quotes"
}

// variant is what comes of a secret by a mistake.
type variant struct {
	text string
	Mistake
}

// mistakes are what tools and people make of a secret before they sign with it.
func mistakes(s string) []variant {
	out := []variant{
		{s + "\n", Mistake{Words: "it with a newline at the end"}},
		{s + "\r\n", Mistake{Words: "it with a carriage return and a newline at the end"}},
		{s + "\r", Mistake{Words: "it with a carriage return at the end"}},
		{s + " ", Mistake{Words: "it with a space at the end"}},
		{`"` + s + `"`, Mistake{Words: "it with double quotes around it"}},
		{"'" + s + "'", Mistake{Words: "it with single quotes around it"}},
		{base64.StdEncoding.EncodeToString([]byte(s)), Mistake{Words: "its base64 text"}},
		{base64.StdEncoding.EncodeToString([]byte(s + "\n")), Mistake{Words: "the base64 text of it and a newline"}},
		{base64.RawURLEncoding.EncodeToString([]byte(s)), Mistake{Words: "its base64url text"}},
		{hex.EncodeToString([]byte(s)), Mistake{Words: "its hexadecimal text"}},
		{strings.Join(strings.Fields(s), ""), Mistake{Words: "it without the white space in it"}},
		{strings.ToLower(s), Mistake{Words: "it in small letters"}},
		{strings.ToUpper(s), Mistake{Words: "it in capitals"}},
	}
	if plain, ok := decodeBase64(s); ok {
		out = append(out, variant{plain, Mistake{"what it is when it is decoded from base64", true}})
	}
	if plain, err := hex.DecodeString(strings.TrimSpace(s)); err == nil {
		out = append(out, variant{string(plain), Mistake{"what it is when it is decoded from hexadecimal", true}})
	}
	return out
}

// decodeBase64 reads any of the four usual spellings of base64.
func decodeBase64(s string) (string, bool) {
	s = strings.Join(strings.Fields(s), "")
	s = strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(s), "=")
	b, err := base64.RawStdEncoding.DecodeString(s)
	return string(b), err == nil && len(b) > 0
}

// Decoded is what a text holds that was encoded as base64 once more than it should be: the
// key in it, where what comes out is one.
func Decoded(t Text) (Text, bool) {
	s := Trim(t).Reveal()
	if len(s) > 4*maxJWT || !strings.HasPrefix(s, "ZXlK") && !strings.HasPrefix(s, "c2Jf") {
		return Text{}, false
	}
	plain, ok := decodeBase64(s)
	if !ok || Recognize(NewText(plain)) == "" {
		return Text{}, false
	}
	return NewText(plain), true
}
