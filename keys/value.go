package keys

import "strings"

// Value is a key's text where it is known, or the reason why it is not. The zero
// Value is absent: the place that should hold a key holds nothing. State is
// compared before text: absent never equals absent, unknown never equals anything.
type Value struct {
	text   Text
	reason string
	source string // of an unknown value, where in a store elsewhere it lies
	form   Form   // of an unknown value that a reference stands for, which kind of reference

	// Of an unknown value whose ciphertext gives its length away.
	measured          bool
	shortest, longest int
}

// Known is a value whose text could be read.
func Known(t Text) Value { return Value{text: t} }

// Unknown is a value that exists but could not be read, for example because it is
// encrypted with a key that is not at hand. The reason is shown to the user as it
// is, in the form "encrypted with SOPS for age1…, and no identity for it was given".
func Unknown(reason string) Value { return Value{reason: reason} }

// UnknownOfLength is an unknown value of which the length in bytes is known, exactly or
// within bounds: a ciphertext of AES-GCM or AES-CTR is as long as its plaintext.
func UnknownOfLength(reason string, shortest, longest int) Value {
	return Value{reason: reason, measured: true, shortest: max(shortest, 0), longest: longest}
}

// Length is how long the value's text is in bytes, within bounds; ok is false where
// nothing is known of it.
func (v Value) Length() (shortest, longest int, ok bool) {
	if v.IsKnown() {
		n := v.text.Len()
		return n, n, true
	}
	return v.shortest, v.longest, v.measured
}

// Trimmed is a value that something takes white space and quotes off before it is used,
// as YAML does: an unknown one may then be a few bytes shorter.
func (v Value) Trimmed() Value {
	const most = 4 // "\r\n" and a pair of quotes
	if v.measured {
		v.shortest = max(v.shortest-most, 0)
	}
	return v
}

// WithoutLineEnds is a value of which something drops every line end.
func (v Value) WithoutLineEnds() Value {
	if v.IsKnown() {
		v.text = NewText(strings.ReplaceAll(v.text.Reveal(), "\n", ""))
	}
	return v
}

// CannotEqual says that two values differ for certain though one of them is unknown,
// because their lengths do.
func (v Value) CannotEqual(w Value) bool {
	if v.IsKnown() && w.IsKnown() {
		return false
	}
	a, b, ok := v.Length()
	c, d, also := w.Length()
	return ok && also && (b < c || d < a)
}

// IsKnown says that the text is there.
func (v Value) IsKnown() bool { return !v.text.IsAbsent() }

// IsAbsent says that there is no value at all.
func (v Value) IsAbsent() bool { return v.text.IsAbsent() && v.reason == "" }

// Text is the text of a known value, and absent otherwise.
func (v Value) Text() Text { return v.text }

// Reason says why the value is unknown; it is empty for a known or absent one.
func (v Value) Reason() string { return v.reason }

// Equal is true only of two known values with the same bytes.
func (v Value) Equal(w Value) bool { return v.text.Equal(w.text) }
