package keys

import (
	"encoding/base32"
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

// newParts remembers runs, by their hashes alone. has says whether a run of partLength stands at s[i:], hasLetters the same of a text that is nothing
// but letters and digits (lettersOf), and of a run that has a digit.
func newParts() (add func(text string), has, hasLetters func(s string, i int) bool) {
	seed, runs, letters := maphash.MakeSeed(), map[uint64]struct{}{}, map[uint64]struct{}{}
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
		// What is taken apart by other signs, or has lost its own.
		for _, segment := range strings.FieldsFunc(text, func(r rune) bool { return r > 'z' || !isRun(string(r)) }) {
			for form := lettersOf(segment); len(form) >= partLength && len(letters) < maxParts; form = form[1:] {
				if isOdd(form[:partLength]) {
					letters[maphash.String(seed, form[:partLength])] = struct{}{}
				}
			}
		}
		for skip := range min(5, len(text)) {
			form := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte(text[skip:]))
			for ; len(form) >= partLength && len(letters) < maxParts; form = form[min(8, len(form)):] {
				if run := form[:partLength]; strings.ContainsAny(run, digitsOfAll) {
					letters[maphash.String(seed, run)] = struct{}{}
					letters[maphash.String(seed, strings.ToLower(run))] = struct{}{}
				}
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
	hasLetters = func(s string, i int) bool {
		if i+partLength > len(s) {
			return false
		}
		_, ok := letters[maphash.String(seed, s[i:i+partLength])]
		return ok
	}
	return add, has, hasLetters
}

const digitsOfAll = "0123456789"

// lettersOf are the letters and digits of a text.
func lettersOf(s string) string {
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		if isLetter(s[i]) {
			out = append(out, s[i])
		}
	}
	return string(out)
}

// isLetter says it of letters and digits.
func isLetter(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// around is the part of a text in which a run of its letters stands.
func around(s string, run int) string {
	from := 0
	for i := range len(s) {
		if !isLetter(s[i]) {
			continue
		}
		switch run--; run {
		case -1:
			from = i
		case -partLength:
			return s[from : i+1]
		}
	}
	return s[from:]
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
	part := func(c byte) bool { return isLetter(c) || c == '-' || c == '_' }
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
