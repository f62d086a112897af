package keys

import (
	"fmt"
	"regexp"
	"strconv"
	"sync"
)

// Standins lets values that are not known, and those that nobody may see, go through what needs a text: a chart's
// templates, Flux' substitution. Each is represented by a word, and where the word comes
// out again, there the value would have stood. The zero Standins is ready.
type Standins struct {
	mu      sync.Mutex
	values  []Value // that are not known
	salt    []byte
	shown   map[[32]byte]string   // what goes in the place of what was decrypted, by its sum
	made    map[[32]byte]string   // likewise of what a template made
	words   map[[32]byte]string   // likewise of its pieces
	coded   map[string]Text       // what was in base64, by its words in that
	secrets map[string]secretWord // by marker
	pieces  map[string]bool       // of the words

	note     func(text string)                // keeps that a text is hidden, so that it is found in others
	hiddenAt func(in *prefixSums, at int) int // the length of the one that stands there; nil as long as there is none
}

const unknownBegin = "keylint-unknown-"

var standin = regexp.MustCompile(unknownBegin + `([0-9]{5})-x`)

// Word is the text that stands for an unknown value.
func (s *Standins) Word(v Value) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values = append(s.values, v)
	return unknownWord(len(s.values) - 1)
}

func unknownWord(n int) string { return fmt.Sprintf(unknownBegin+"%05d-x", n) }

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
	if s == nil || t.IsAbsent() {
		return Known(t)
	}
	if v, ok := s.unknown(t); ok {
		return v
	}
	if v, ok := s.plain(t.Reveal()); ok {
		return v
	}
	return Known(t)
}

// unknown is the value that is not known of which the word stands in a text; ok is false where none does.
func (s *Standins) unknown(t Text) (v Value, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.values) == 0 {
		return Value{}, false
	}
	text := t.Reveal()
	m := standin.FindStringSubmatchIndex(text)
	for _, run := range base64Run.FindAllString(text, -1) {
		if in, ok := inBase64(run); m == nil && ok {
			text, m = " "+in, standin.FindStringSubmatchIndex(" "+in)
		}
	}
	if m == nil {
		return Value{}, false
	}
	n, err := strconv.Atoi(text[m[2]:m[3]])
	if err != nil || n >= len(s.values) {
		return Value{}, false
	}
	v = s.values[n]
	if m[0] != 0 || m[1] != len(text) {
		v = Unknown(v.Reason()) // it is a part of the text only
	}
	return v, true
}
