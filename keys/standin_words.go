package keys

import (
	"encoding/base64"
	"slices"
	"strings"
)

// Held is what is known of a text that a renderer makes: which words stand in it, as they are or in base64.
type Held struct {
	Secret  bool // a word that stands for a secret, or a piece of one
	Whole   bool // all of those are whole
	Shaped  bool // and have all the signs of what they stand for
	Sole    bool // the text is one whole word, and nothing else
	Unknown bool // a word for what is not known
	Empty   bool // there is nothing else in it, so that it may stand for no text at all
}

// Any says whether something in the text stands for something else.
func (w Held) Any() bool { return w.Secret || w.Unknown }

// Stand says whether any words were given at all.
func (s *Standins) Stand() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.secrets) > 0 || len(s.values) > 0
}

// In tells the words in a text.
func (s *Standins) In(text string) Held {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := Held{Whole: true}
	if len(text) < pieceSize {
		return w
	}
	if len(s.values) > 0 {
		w.Unknown = holdsStandin(text, maxEncoded)
		w.Empty = w.Unknown && standin.ReplaceAllString(text, "") == ""
	}
	if len(s.secrets) == 0 {
		return w
	}
	if v, ok := s.putBack(text); ok {
		w.Secret, w.Whole = true, v.IsKnown()
		w.Sole, w.Shaped = w.Whole && s.isSole(text), w.Whole && s.isShaped(text)
	} else if _, ok := s.putBackEncoded(text, maxEncoded); ok {
		w.Secret = true
		decoded, err := base64.StdEncoding.DecodeString(text)
		w.Sole = err == nil && s.isSole(string(decoded))
	} else if s.isPiece(text) || s.isBeside(text) {
		w.Secret, w.Whole = true, false
	}
	return w
}

// isShaped says of whole words whether they have all the signs of what they stand for.
func (s *Standins) isShaped(text string) bool {
	return !slices.ContainsFunc(marker.FindAllString(text, -1), func(mark string) bool {
		secret, known := s.secrets[mark]
		return known && !secret.shaped
	})
}

func (s *Standins) isSole(text string) bool {
	secret, ok := s.secrets[marker.FindString(text)]
	return ok && secret.word == text
}

// holdsStandin says whether a word for what is not known stands in a text.
func holdsStandin(text string, depth int) bool {
	if standin.MatchString(text) {
		return true
	}
	if depth == 0 {
		return false
	}
	for _, run := range base64Run.FindAllString(text, -1) {
		if in, ok := inBase64(run); ok && holdsStandin(in, depth-1) {
			return true
		}
	}
	return false
}

// inBase64 is the word for what is not known in a run of base64, wherever that begins; ok is false where none is in it.
func inBase64(run string) (word string, ok bool) {
	run = strings.TrimRight(run, "=")
	for offset := range min(4, len(run)) {
		for _, body := range []string{run[offset:], run[offset : offset+(len(run)-offset)/4*4]} {
			if decoded, err := base64.RawStdEncoding.DecodeString(body); err == nil && standin.Match(decoded) {
				return string(decoded), true
			}
		}
	}
	return "", false
}

// Differ says whether two texts certainly differ, whatever the words in them stand for. A secret is as long as its word where that is long
// enough, and never shorter than what is hidden.
func (s *Standins) Differ(a, b string) bool {
	of, by := s.In(a), s.In(b)
	switch {
	case a == b || of.Unknown || by.Unknown || !of.Whole || !by.Whole:
		return false
	case of.Sole && by.Sole, !of.Secret && !by.Secret:
		return true
	case of.Secret && by.Secret:
		return false
	case of.Secret:
		return len(b) < MinHidden || len(a) != len(b) && s.keepsLength(a)
	}
	return len(a) < MinHidden || len(a) != len(b) && s.keepsLength(b)
}

// keepsLength says of a text with words whether it is as long as what it stands for.
func (s *Standins) keepsLength(text string) bool {
	back, ok := s.Uncovered(NewText(text))
	return ok && back.Len() == len(text)
}

// Unknowns are the words in a text, as they are, for what is not known.
func (s *Standins) Unknowns(text string) []string { return standin.FindAllString(text, -1) }

// Reason is why what the first word in a text stands for is not known; empty where none is for that.
func (s *Standins) Reason(text string) string {
	if v, ok := s.unknown(NewText(text)); ok {
		return v.Reason()
	}
	return ""
}

// Shared says whether all words for secrets in one text stand in others, too.
func (s *Standins) Shared(text string, others []string) bool {
	all := strings.Join(others, "\x00")
	for _, mark := range marker.FindAllString(text, -1) {
		s.mu.Lock()
		_, known := s.secrets[mark]
		s.mu.Unlock()
		if known && !strings.Contains(all, mark) {
			return false
		}
	}
	return true
}
