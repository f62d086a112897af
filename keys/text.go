package keys

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Text holds a key's text behind a closure, so that no fmt verb, no reflection,
// no JSON encoder and no logger can print it by accident: a []byte or string with
// a redacting String method still leaks as soon as it sits in an unexported field
// of another struct. The zero Text is absent; it is not the empty key.
type Text struct {
	reveal func() string
}

// NewText wraps s.
func NewText(s string) Text {
	return Text{func() string { return s }}
}

// Reveal is the one way to the text. A test lists the files that may call it.
func (t Text) Reveal() string {
	if t.reveal == nil {
		return ""
	}
	return t.reveal()
}

// IsAbsent says that there is no text at all (which differs from an empty one).
func (t Text) IsAbsent() bool { return t.reveal == nil }

// Len is the length in bytes.
func (t Text) Len() int { return len(t.Reveal()) }

// Equal compares byte for byte. An absent text equals nothing, not even another
// absent one.
func (t Text) Equal(u Text) bool {
	return !t.IsAbsent() && !u.IsAbsent() && t.Reveal() == u.Reveal()
}

// Within is how far into another text this one begins, in bytes; negative where it does not stand there.
func (t Text) Within(u Text) int {
	if t.Len() == 0 {
		return -1
	}
	return strings.Index(u.Reveal(), t.Reveal())
}

// Sum is the SHA-256 of the text, for use as a map key. It is never shown whole.
func (t Text) Sum() [sha256.Size]byte { return sha256.Sum256([]byte(t.Reveal())) }

// Fingerprint is what may be shown of a key: "sha256:" and the first 8 hex digits
// of its SHA-256. It must not be shown of a signing secret, which may be guessable.
func (t Text) Fingerprint() string {
	sum := t.Sum()
	return "sha256:" + hex.EncodeToString(sum[:4])
}

const redacted = "[redacted]"

// Format implements fmt.Formatter for every verb.
func (t Text) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// MarshalText keeps the text out of JSON, YAML and slog.
func (t Text) MarshalText() ([]byte, error) { return []byte(redacted), nil }
