package keys

import (
	"regexp"
	"slices"
	"strings"
)

// keyShapes matches text that looks like a key, or like its base64 form, wherever
// it stands: a JWT ("eyJ…", base64 "ZXlK…"), an opaque key ("sb_…", base64 "c2Jf…").
var keyShapes = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]*){0,2}` +
	`|ZXlK[A-Za-z0-9+/_-]{8,}=*` +
	`|sb_(publishable|secret)_[A-Za-z0-9_-]{8,}` +
	`|c2Jf[A-Za-z0-9+/_-]{8,}=*`)

// ScrubShapes replaces whatever in s has the shape of a key. It serves for text
// that came from elsewhere, such as an error of a library that quotes its input.
func ScrubShapes(s string) string { return keyShapes.ReplaceAllLiteralString(s, redacted) }

// LooksRandom tells a secret from a name or a sentence: it mixes capitals, small letters
// and digits, or is nothing but hexadecimal digits.
func LooksRandom(s string) bool {
	upper, lower := strings.ContainsAny(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), strings.ContainsAny(s, "abcdefghijklmnopqrstuvwxyz")
	digit := strings.ContainsAny(s, "0123456789")
	return upper && lower && digit || digit && strings.Trim(s, "0123456789abcdefABCDEF=") == ""
}

// wholeSecrets match what is a JWT, an opaque key, an age identity or a private key beyond doubt.
// The looser shapes of ScrubShapes would also match the name of a file such as
// sb_secret_rotation.yaml. Each begins with letters that it is found by: as alternatives of one
// expression they would be tried at every byte, which takes longer than to write the report.
var wholeSecrets = []*regexp.Regexp{
	regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}`),
	regexp.MustCompile(`sb_(?:publishable|secret)_[A-Za-z0-9_-]{31}`),
	regexp.MustCompile(`AGE-SECRET-KEY-1[A-Z0-9]{20,}`),
	regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY`),
}

// HoldsWholeSecret says whether a secret stands in s for certain, whether or not it is one of the run.
func HoldsWholeSecret(s string) bool {
	return slices.ContainsFunc(wholeSecrets, func(r *regexp.Regexp) bool { return r.MatchString(s) })
}
