package keys

import (
	"encoding/base64"
	"regexp"
	"strings"
)

// Stretch is a part of a text: one that was decrypted somewhere, or what stands between such.
type Stretch struct {
	Text   string
	Secret bool
}

// Stretches cuts a text at the secrets that stand in it as they are. Of several that begin at one place it takes the longest.
func (s *Standins) Stretches(text string) []Stretch {
	if s == nil {
		return []Stretch{{Text: text}}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hiddenAt == nil {
		return []Stretch{{Text: text}}
	}
	var out []Stretch
	sums := prefixSums{text: text}
	last := 0
	for i := 0; i < len(text); {
		n := s.hiddenAt(&sums, i)
		if n == 0 {
			i++
			continue
		}
		if i > last {
			out = append(out, Stretch{Text: text[last:i]})
		}
		out = append(out, Stretch{text[i : i+n], true})
		i += n
		last = i
	}
	if last < len(text) {
		out = append(out, Stretch{Text: text[last:]})
	}
	return out
}

// holdsHidden says whether a hidden text stands in another one.
func (s *Standins) holdsHidden(text string) bool {
	sums := prefixSums{text: text}
	for i := 0; s.hiddenAt != nil && i < len(text); i++ {
		if s.hiddenAt(&sums, i) > 0 {
			return true
		}
	}
	return false
}

// Holds says whether something that was decrypted stands in a text as it is.
func (s *Standins) Holds(t Text) bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.holdsHidden(t.Reveal())
}

// Bears says whether a secret stands in a text, as it is or in base64, that perhaps in base64 once more.
func (s *Standins) Bears(text string) bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bears(text, maxBorne)
}

// maxBorne is how often base64 is decoded to find a secret.
const maxBorne = 4

func (s *Standins) bears(text string, depth int) bool {
	if s.holdsHidden(text) {
		return true
	}
	for _, run := range anyBase64.FindAllString(text, -1) {
		for offset := range 4 {
			decoded := decodedFrom(run, offset)
			if s.holdsHidden(decoded) || offset == 0 && depth > 0 && s.bears(decoded, depth-1) {
				return true
			}
		}
	}
	return false
}

// Composed says whether a text was put together of what was decrypted and of something else: of such a one nothing may be told that is not so of
// every text, as whoever put it together reads it off the answers. White space, quotes and the name of a scheme change nothing.
func (s *Standins) Composed(t Text) bool {
	if s == nil || t.IsAbsent() {
		return false
	}
	s.mu.Lock()
	of, made := s.made[t.Sum()]
	sole := made && s.isSole(bareOf(of))
	if decoded, err := base64.StdEncoding.DecodeString(of); made && err == nil {
		sole = sole || s.isSole(bareOf(string(decoded)))
	}
	s.mu.Unlock()
	if made && sole {
		return false
	}
	secrets, rest := 0, ""
	for _, stretch := range s.Stretches(t.Reveal()) {
		if stretch.Secret {
			secrets++
		} else {
			rest += stretch.Text
		}
	}
	return made && secrets != 1 || secrets > 1 || secrets == 1 && bareOf(rest) != ""
}

// Enclosed says of a text in JSON that was put together so whether each secret in it is a string of its own, and no name: of any other what JSON makes
// of the whole would say how the secret begins, or between which names it is.
func (s *Standins) Enclosed(t Text) bool {
	before := ""
	stretches := s.Stretches(t.Reveal())
	for i, stretch := range stretches {
		if stretch.Secret && len(stretches) > 1 {
			after := ""
			if i+1 < len(stretches) {
				after = stretches[i+1].Text
			}
			if strings.ContainsAny(stretch.Text, "\"\\") || !strings.HasSuffix(before, `"`) || strings.HasSuffix(before, `\"`) || !endsValue.MatchString(after) {
				return false
			}
		}
		before = stretch.Text
	}
	return true
}

// endsValue matches what stands behind a string that is a value.
var endsValue = regexp.MustCompile(`^"\s*[,\]}]`)

// bareOf is a text without what is put round a key.
func bareOf(text string) string {
	return strings.Trim(strings.TrimPrefix(strings.Trim(text, " \t\r\n\"'"), "Bearer"), " \t\r\n\"'")
}
