package keys

import (
	"encoding/base64"
	"slices"
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
	var out []Stretch
	sums := prefixSums{text: text}
	last := 0
	for i := 0; i+MinHidden <= len(text); i++ {
		n := s.hiddenAt(&sums, i)
		if n == 0 {
			continue
		}
		if i > last {
			out = append(out, Stretch{Text: text[last:i]})
		}
		out = append(out, Stretch{text[i : i+n], true})
		last, i = i+n, i+n-1
	}
	if last < len(text) {
		out = append(out, Stretch{Text: text[last:]})
	}
	return out
}

// hiddenAt is the length of the longest hidden text that begins at a place, 0 for none.
func (s *Standins) hiddenAt(sums *prefixSums, i int) (n int) {
	text := sums.text
	for _, length := range s.lengths[text[i:i+MinHidden]] {
		if length > n && length <= len(text)-i && s.quick[sums.of(i, length)] && s.isHidden(text[i:i+length]) {
			n = length
		}
	}
	return n
}

// holdsHidden says whether a hidden text stands in another one.
func (s *Standins) holdsHidden(text string) bool {
	sums := prefixSums{text: text}
	for i := 0; i+MinHidden <= len(text); i++ {
		if s.hiddenAt(&sums, i) > 0 {
			return true
		}
	}
	return false
}

// isHidden says whether a text was hidden, as it is.
func (s *Standins) isHidden(text string) bool { return s.hidden[NewText(text).Sum()] }

// note keeps that a text is hidden, so that it is found in others.
func (s *Standins) note(text string) {
	if len(text) < MinHidden {
		return
	}
	begin := text[:MinHidden]
	s.hidden[NewText(text).Sum()] = true
	s.quick[(&prefixSums{text: text}).of(0, len(text))] = true
	if !slices.Contains(s.lengths[begin], len(text)) {
		s.lengths[begin] = append(s.lengths[begin], len(text))
	}
}

// prefixSums gives a short sum of any part of a text, however long that is, at the same cost: whoever has many secrets that begin alike would
// make a product of their lengths and the text's else. That two parts have the same sum says little, that they have not says that they differ.
type prefixSums struct {
	text        string
	sums, power []uint64 // once they are asked for
}

const sumBase = 0x9e3779b97f4a7c15

func (p *prefixSums) of(from, length int) uint64 {
	if p.sums == nil {
		p.sums, p.power = make([]uint64, len(p.text)+1), make([]uint64, len(p.text)+1)
		p.power[0] = 1
		for i := range len(p.text) {
			p.sums[i+1], p.power[i+1] = p.sums[i]*sumBase+uint64(p.text[i])+1, p.power[i]*sumBase
		}
	}
	return p.sums[from+length] - p.sums[from]*p.power[length]
}

// Holds says whether something that was decrypted stands in a text as it is.
func (s *Standins) Holds(t Text) bool {
	return slices.ContainsFunc(s.Stretches(t.Reveal()), func(s Stretch) bool { return s.Secret })
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

// bareOf is a text without what is put round a key.
func bareOf(text string) string {
	return strings.Trim(strings.TrimPrefix(strings.Trim(text, " \t\r\n\"'"), "Bearer"), " \t\r\n\"'")
}
