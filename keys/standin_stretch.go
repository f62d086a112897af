package keys

import "slices"

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
	last := 0
	for i := 0; i+MinHidden <= len(text); i++ {
		n := 0
		for _, length := range s.lengths[text[i:i+MinHidden]] {
			if length > n && length <= len(text)-i && s.isHidden(text[i:i+length]) {
				n = length
			}
		}
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

// isHidden says whether a text was hidden, as it is.
func (s *Standins) isHidden(text string) bool { return s.hidden[NewText(text).Sum()] }

// note keeps that a text is hidden, so that it is found in others.
func (s *Standins) note(text string) {
	if len(text) < MinHidden {
		return
	}
	begin := text[:MinHidden]
	s.hidden[NewText(text).Sum()] = true
	if !slices.Contains(s.lengths[begin], len(text)) {
		s.lengths[begin] = append(s.lengths[begin], len(text))
	}
}
