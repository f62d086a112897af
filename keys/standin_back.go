package keys

import (
	"encoding/base64"
	"slices"
	"strings"
)

// What words stand for comes back once nothing renders any more: of words that are whole, as they are or once in base64.

// transformed is why the value of a text is not known in which a word is no longer whole.
const transformed = "what was decrypted is cut or encoded while it is rendered, and what comes of it is not followed"

// plain puts back what the words in a text stand for; ok is false where there is none.
func (s *Standins) plain(text string) (v Value, ok bool) {
	if s == nil {
		return Value{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.secrets) == 0 {
		return Value{}, false
	}
	if v, ok := s.putBack(text); ok {
		if v.IsKnown() { // a renderer that is given it gets the words again
			s.remember(v.Text(), text)
		}
		return v, true
	}
	if decoded, ok := s.putBackEncoded(text, 1); ok {
		s.remember(NewText(decoded), text)
		return Known(NewText(decoded)), true
	}
	if _, deeper := s.putBackEncoded(text, maxBorne); deeper { // which nobody would find again who guards what is printed
		return Unknown(transformed), true
	}
	return Unknown(transformed), s.isPiece(text) || s.isBeside(text)
}

// remember keeps what a text was made of.
func (s *Standins) remember(t Text, of string) {
	s.shown[t.Sum()], s.made[t.Sum()] = of, of
}

// decodedFrom is what a run of base64 holds, decoded from a place in it on.
func decodedFrom(run string, offset int) string {
	run = strings.TrimRight(run, "=")
	run = run[min(offset, len(run)):]
	if len(run)%4 == 1 {
		run = run[:len(run)-1]
	}
	decoded, _ := inAnyBase64(run)
	return string(decoded)
}

// inAnyBase64 decodes base64 of either alphabet, with padding or without.
func inAnyBase64(run string) ([]byte, error) {
	return base64.RawStdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(run, "=")))
}

// Uncovered is a text with what its words stand for in their place; ok is false where it holds none, or not all of them are whole.
func (s *Standins) Uncovered(t Text) (out Text, ok bool) {
	v, ok := s.plain(t.Reveal())
	return v.Text(), ok && v.IsKnown()
}

// maxEncoded is how often base64 is decoded to find a word.
const maxEncoded = 2

// encodings are those of base64, the padded ones first.
var encodings = []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding}

// putBackBeside does so of words that are alone in base64, whatever stands beside that. A word is found by its marker, whose place in the run says
// where the base64 begins: there may be thousands.
func (s *Standins) putBackBeside(run string) (out string, ok bool) {
	type place struct {
		from, to int
		plain    string
	}
	var places []place
	for offset := range 4 {
		decoded := decodedFrom(run, offset)
		for _, at := range marker.FindAllStringIndex(decoded, -1) {
			secret, known := s.secrets[decoded[at[0]:at[1]]]
			begin := at[0] - strings.Index(secret.word, decoded[at[0]:at[1]])
			if !known || begin < 0 || begin%3 > 0 {
				continue
			}
			from := offset + begin/3*4
			for _, e := range encodings {
				coded := e.EncodeToString([]byte(secret.word))
				if rest, found := strings.CutPrefix(run[from:], coded); found && (len(coded)%4 == 0 || !strings.HasPrefix(rest, "=")) {
					places = append(places, place{from, from + len(coded), e.EncodeToString([]byte(secret.text.Reveal()))})
					break
				}
			}
		}
	}
	slices.SortFunc(places, func(a, b place) int { return a.from - b.from })
	var b strings.Builder
	last := 0
	for _, p := range places {
		if p.from >= last {
			b.WriteString(run[last:p.from] + p.plain)
			last = p.to
		}
	}
	return b.String() + run[last:], len(places) > 0
}

// isBeside says whether a marker is in a run of base64, wherever that begins.
func (s *Standins) isBeside(text string) bool {
	for _, run := range base64Run.FindAllString(text, -1) {
		run = strings.TrimRight(run, "=")
		for offset := range min(4, len(run)) {
			for _, e := range encodings[2:] {
				decoded, err := e.DecodeString(run[offset : offset+(len(run)-offset)/4*4])
				if _, known := s.secrets[marker.FindString(string(decoded))]; err == nil && known {
					return true
				}
			}
		}
	}
	return false
}

// putBackEncoded does so of words that stand in the text in base64.
func (s *Standins) putBackEncoded(text string, depth int) (out string, ok bool) {
	out = base64Run.ReplaceAllStringFunc(text, func(run string) string {
		if out, found := s.putBackBeside(run); found {
			ok = true
			return out
		}
		for _, e := range encodings {
			decoded, err := e.DecodeString(run)
			if err != nil {
				continue
			}
			if whole, found := s.coded[string(decoded)]; found {
				ok = true
				return e.EncodeToString([]byte(whole.Reveal()))
			}
			if v, found := s.putBack(string(decoded)); found && v.IsKnown() {
				ok = true
				return e.EncodeToString([]byte(v.Text().Reveal()))
			}
			if depth > 1 {
				if again, found := s.putBackEncoded(string(decoded), depth-1); found {
					ok = true
					return e.EncodeToString([]byte(again))
				}
			}
		}
		return run
	})
	return out, ok
}

// Hide says whether words stand for secrets at all.
func (s *Standins) Hide() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.secrets) > 0
}

// IsMadeOf says whether a word, or a piece of one, stands in a text.
func (s *Standins) IsMadeOf(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.secrets) == 0 {
		return false
	}
	_, ok := s.putBack(text)
	return ok || s.isPiece(text) || s.isBeside(text)
}

// isPiece says whether a piece of a word stands in a text that holds no whole one.
func (s *Standins) isPiece(text string) bool {
	for i := 0; i+pieceSize <= len(text); i++ {
		if s.pieces[text[i:i+pieceSize]] {
			return true
		}
	}
	return false
}

// putBack does so of words that stand in the text as they are.
func (s *Standins) putBack(text string) (v Value, ok bool) {
	var b strings.Builder
	last := 0
	for _, at := range marker.FindAllStringIndex(text, -1) {
		secret, known := s.secrets[text[at[0]:at[1]]]
		if !known {
			continue
		}
		begin := at[0] - strings.Index(secret.word, text[at[0]:at[1]])
		if begin < last || !strings.HasPrefix(text[begin:], secret.word) {
			return Unknown(transformed), true
		}
		b.WriteString(text[last:begin])
		b.WriteString(secret.text.Reveal())
		last, ok = begin+len(secret.word), true
	}
	b.WriteString(text[last:])
	return Known(NewText(b.String())), ok
}
