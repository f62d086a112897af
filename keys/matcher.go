package keys

import "slices"

// newMatcher finds many texts at once: by their first bytes, and then by their lengths, each by its short sum first. A repository may hold thousands,
// that begin alike. match is the length of the longest of them that stands in a text from i on, 0 for none; shorter ones than head bytes are left out.
// They are kept in the two functions alone, so that no way of printing what has these shows one.
func newMatcher(head int) (add func(text string), match func(s *prefixSums, i int) int) {
	texts, quick := map[string]bool{}, map[uint64]bool{}
	lengths := map[string][]int{} // by the first bytes, the longest first
	add = func(text string) {
		if len(text) < head || texts[text] {
			return
		}
		texts[text] = true
		quick[(&prefixSums{text: text}).of(0, len(text))] = true
		begin := text[:head]
		if n := lengths[begin]; !slices.Contains(n, len(text)) {
			n = append(n, len(text))
			slices.Sort(n)
			slices.Reverse(n)
			lengths[begin] = n
		}
	}
	match = func(s *prefixSums, i int) int {
		if i+head > len(s.text) {
			return 0
		}
		for _, n := range lengths[s.text[i:i+head]] {
			if i+n <= len(s.text) && quick[s.of(i, n)] && texts[s.text[i:i+n]] {
				return n
			}
		}
		return 0
	}
	return add, match
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
