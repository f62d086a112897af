package artifact

// marks are what a text that keys.Find finds begins with: the headers of JWTs, opaque keys, and both in base64.
var marks = []string{
	"eyJhbGci", "eyJ0eXAi", "eyJraWQi", "eyJjdHki", "eyAi", "ewog", "ew0K", "sb_publishable_", "sb_secret_", "ZXlK", "ZXlB", "c2Jf",
}

// window is the length of the shortest of them.
const window = 4

// steps tells by two bytes how far one may move on from where they stand, behind which no mark can end sooner: the method of Wu and
// Manber. Where a mark may begin it is 0. An image is read at the speed of this.
var steps = func() *[1 << 16]uint8 {
	var s [1 << 16]uint8
	for i := range s {
		s[i] = window - 1
	}
	for _, m := range marks {
		for end := 1; end < window; end++ {
			at := uint16(m[end-1])<<8 | uint16(m[end])
			s[at] = min(s[at], uint8(window-1-end))
		}
	}
	return &s
}()

// nextMark is where, from a place on, a mark begins; -1 where none does. One at the end may be cut.
func nextMark(b []byte, from int) int {
	for i := from + window - 1; i < len(b); {
		if step := steps[uint16(b[i-1])<<8|uint16(b[i])]; step > 0 {
			i += int(step)
			continue
		}
		start := i - window + 1
		for _, m := range marks {
			if start+len(m) <= len(b) && string(b[start:start+len(m)]) == m {
				return start
			}
		}
		i++
	}
	return -1
}
