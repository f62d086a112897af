package keys

// Value is a key's text where it is known, or the reason why it is not. The zero
// Value is absent: the place that should hold a key holds nothing. State is
// compared before text: absent never equals absent, unknown never equals anything.
type Value struct {
	text   Text
	reason string
}

// Known is a value whose text could be read.
func Known(t Text) Value { return Value{text: t} }

// Unknown is a value that exists but could not be read, for example because it is
// encrypted with a key that is not at hand. The reason is shown to the user as it
// is, in the form "encrypted with SOPS for age1…, and no identity for it was given".
func Unknown(reason string) Value { return Value{reason: reason} }

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
