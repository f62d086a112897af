package sources

// mark is a text that a finder looks for.
type mark struct {
	text  string
	exact bool // as it is; else capitals do not count, and text is in small letters
	word  bool // no letter, and no part of a camelCase word, may run into its beginning
	whole bool // nor any other part of a name: it is the whole of one
}

// finder looks for many texts in one pass, by the method of Wu and Manber: of a window as
// long as the shortest text only the last two bytes are looked at, and as long as no text has
// these two there, the window moves on by several bytes at once.
type finder struct {
	window  int            // length of the shortest text
	shift   [1 << 16]uint8 // by two bytes: how far the window may move
	bucket  [1 << 16]uint8 // by two bytes, where it may not: which of buckets to try
	buckets [][]mark
}

// newFinder makes a finder of texts of at least two bytes; shorter ones are left out.
func newFinder(marks []mark) *finder {
	f := &finder{buckets: make([][]mark, 1)}
	for _, m := range marks {
		if len(m.text) > 1 && (f.window == 0 || len(m.text) < f.window) {
			f.window = min(len(m.text), 32)
		}
	}
	for i := range f.shift {
		f.shift[i] = uint8(max(f.window-1, 1))
	}
	for _, m := range marks {
		if len(m.text) > 1 {
			f.add(m)
		}
	}
	return f
}

func (f *finder) add(m mark) {
	for end := 1; end < f.window; end++ {
		distance := uint8(f.window - 1 - end)
		for _, at := range blocks(m.text[end-1], m.text[end], m.exact) {
			f.shift[at] = min(f.shift[at], distance)
			if distance > 0 {
				continue
			}
			if f.bucket[at] == 0 {
				if len(f.buckets) < 256 {
					f.buckets = append(f.buckets, nil)
				}
				f.bucket[at] = uint8(len(f.buckets) - 1) // beyond 255 some share the last
			}
			n := f.bucket[at]
			f.buckets[n] = append(f.buckets[n], m)
		}
	}
}

// blocks are the two bytes as they stand in a text, in all capitals that count.
func blocks(a, b byte, exact bool) []uint16 {
	var out []uint16
	for _, x := range cases(a, exact) {
		for _, y := range cases(b, exact) {
			out = append(out, uint16(x)<<8|uint16(y))
		}
	}
	return out
}

func cases(c byte, exact bool) []byte {
	if exact || c < 'a' || c > 'z' {
		return []byte{c}
	}
	return []byte{c, c - 'a' + 'A'}
}

// in says whether one of the texts stands in b.
func (f *finder) in(b []byte) bool {
	for i := f.window - 1; i > 0 && i < len(b); {
		block := uint16(b[i-1])<<8 | uint16(b[i])
		if step := int(f.shift[block]); step > 0 {
			i += step
			continue
		}
		start := i - f.window + 1
		bucket := f.buckets[f.bucket[block]]
		for n := range bucket {
			if bucket[n].at(b, start) {
				return true
			}
		}
		i++
	}
	return false
}

// at says whether the mark stands at the place.
func (m *mark) at(b []byte, start int) bool {
	end := start + len(m.text)
	if end > len(b) {
		return false
	}
	for i, c := range b[start:end] {
		if !m.exact && c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != m.text[i] {
			return false
		}
	}
	if m.word && start > 0 && isLetter(b[start-1]) && !(isSmall(b[start-1]) && !isSmall(b[start])) {
		return false
	}
	return !m.whole || (start == 0 || !isNamePart(b[start-1])) && (end == len(b) || !isNamePart(b[end]))
}

func isSmall(c byte) bool    { return c >= 'a' && c <= 'z' }
func isLetter(c byte) bool   { return isSmall(c | 0x20) }
func isNamePart(c byte) bool { return isLetter(c) || c >= '0' && c <= '9' || c == '_' || c == '-' }
