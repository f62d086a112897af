package keys

import (
	"fmt"
	"regexp"
	"strconv"
)

// Standins lets values that are not known go through what needs a text: a chart's
// templates, Flux' substitution. Each is represented by a word, and where the word comes
// out again, there the value would have stood. The zero Standins is ready; it is not for
// concurrent use.
type Standins struct{ values []Value }

var standin = regexp.MustCompile(`keylint-unknown-([0-9]{5})-x`)

// Word is the text that stands for an unknown value.
func (s *Standins) Word(v Value) string {
	s.values = append(s.values, v)
	return fmt.Sprintf("keylint-unknown-%05d-x", len(s.values)-1)
}

// Replace puts something else in the place of each word that stands for an unknown value.
func (s *Standins) Replace(text string, with func(Value) string) string {
	return standin.ReplaceAllStringFunc(text, func(word string) string {
		if v := s.Resolve(NewText(word)); !v.IsKnown() {
			return with(v)
		}
		return word
	})
}

// Resolve is what a text is worth: known, unless a value that is not stands in it, or it
// refers to a store elsewhere.
func (s *Standins) Resolve(t Text) Value {
	if v, ok := elsewhere(t); ok {
		return v
	}
	if s == nil || t.IsAbsent() || len(s.values) == 0 {
		return Known(t)
	}
	m := standin.FindStringSubmatchIndex(t.Reveal())
	if m == nil {
		return Known(t)
	}
	n, err := strconv.Atoi(t.Reveal()[m[2]:m[3]])
	if err != nil || n >= len(s.values) {
		return Known(t)
	}
	v := s.values[n]
	if m[0] != 0 || m[1] != t.Len() {
		v = Unknown(v.Reason()) // it is a part of the text only
	}
	return v
}
