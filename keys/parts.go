package keys

import (
	"encoding/base64"
	"encoding/hex"
	"hash/maphash"
	"strings"
)

// A program that was handed a key may pass on a part of it, in another alphabet. So the ledger knows the runs of a text too.

// partLength is how long a run is in bytes: what honest text has in common with a key is shorter, or is no run that could be one's.
const partLength = 12

// maxParts bounds the runs that are remembered: those of some thousand keys. Whole texts are known beyond it.
const maxParts = 2 << 20

// newParts remembers runs, by their hashes alone. has says whether a run of partLength stands at s[i:].
func newParts() (add func(text string), has func(s string, i int) bool) {
	seed, runs := maphash.MakeSeed(), map[uint64]struct{}{}
	every := func(form string, step int, plain bool) {
		for i := 0; i+partLength <= len(form) && len(runs) < maxParts; i += step {
			if run := form[i : i+partLength]; isRun(run) && (!plain || isOdd(run)) {
				runs[maphash.String(seed, run)] = struct{}{}
			}
		}
	}
	add = func(text string) {
		if header, rest, ok := strings.Cut(text, "."); ok && strings.HasPrefix(header, "eyJ") {
			text = rest // the header is the same for all
		}
		every(text, 1, true)
		// As many bytes of the text are longer in these, and hold a whole step.
		for skip := range min(3, len(text)) {
			rest := []byte(text[skip:])
			std, url := base64.RawStdEncoding.EncodeToString(rest), base64.RawURLEncoding.EncodeToString(rest)
			every(std, 4, false)
			if url != std {
				every(url, 4, false)
			}
		}
		digits := hex.EncodeToString([]byte(text))
		every(digits, 4, false)
		every(strings.ToUpper(digits), 4, false)
	}
	has = func(s string, i int) bool {
		if i+partLength > len(s) {
			return false
		}
		run := s[i : i+partLength]
		if !isRun(run) {
			return false
		}
		_, ok := runs[maphash.String(seed, run)]
		return ok
	}
	return add, has
}

// isRun says whether a text is made of the signs that keys are made of.
func isRun(s string) bool {
	for i := len(s) - 1; i >= 0; i-- {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '+', c == '/', c == '.', c == '=':
		default:
			return false
		}
	}
	return true
}

// isOdd says whether a run is none that honest text has by chance: a name, a word or a date.
func isOdd(s string) bool { return LooksRandom(s) && strings.Trim(s, "0123456789") != "" }

// inWord widens a part of a text to the ends of the word that it stands in.
func inWord(s string, from, to int) (int, int) {
	part := func(c byte) bool {
		return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
	}
	for from > 0 && part(s[from-1]) {
		from--
	}
	for to < len(s) && part(s[to]) {
		to++
	}
	return from, to
}

// reversed is a text from its last byte to its first.
func reversed(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}
