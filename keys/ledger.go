package keys

import (
	"encoding/base64"
	"net/url"
	"strings"
	"sync"
)

// minGuarded is the length in bytes from which a value is guarded: a shorter one
// ("postgres", "supabase") stands in honest output too. No key is that short.
const minGuarded = 16

// Ledger remembers every key text that a run has revealed, so that what is about
// to be printed can be checked against it. It is safe for concurrent use.
type Ledger struct {
	mu   sync.RWMutex
	seen map[[32]byte]bool

	// The forms of the texts are kept in these alone, so that no way of printing a Ledger
	// shows one. match is the length of the form that stands in a text from i on, 0 for none; hasPart says
	// whether a part of a text does.
	add     func(form string)
	match   func(s *prefixSums, i int) int
	addPart func(text string)
	hasPart func(s string, i int) bool

	hasLetters func(s string, i int) bool // of a text without other signs

	decrypted opened // of what was decrypted, and may be no key
}

// Add remembers t. Texts under 16 bytes and URLs are left out, and so are placeholders and
// expressions, which are no keys and stand in honest output.
func (l *Ledger) Add(t Text) {
	s := strings.TrimSpace(t.Reveal())
	if len(s) < minGuarded || strings.Contains(s, "://") || IsExpression(t) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen == nil {
		l.seen = map[[32]byte]bool{}
		l.add, l.match = newMatcher(minGuarded)
		l.addPart, l.hasPart, l.hasLetters = newParts()
	}
	if sum := NewText(s).Sum(); !l.seen[sum] {
		l.seen[sum] = true
		l.addPart(s)
		l.add(s)
		l.add(url.QueryEscape(s))
		l.add(url.PathEscape(s))
		l.add(base64.StdEncoding.EncodeToString([]byte(s)))
		l.add(base64.RawURLEncoding.EncodeToString([]byte(s)))
	}
}

// AddDecrypted remembers a decrypted value that is no key as far as keylint knows, if
// it looks like a secret. A host or a name that was encrypted along may stand in honest
// output.
func (l *Ledger) AddDecrypted(t Text) {
	if LooksRandom(t.Reveal()) {
		l.Add(t)
	}
}

// Leaks says whether s holds a remembered text, or a part of one: as it is, URL-escaped, in
// base64, in base32 or in hexadecimal digits, with other signs between its own, forwards or backwards. What isPublic knows is no secret,
// though a repository keeps it as one.
func (l *Ledger) Leaks(s string, isPublic func(text string) bool) bool {
	for _, s := range []string{s, reversed(s)} {
		found := false
		l.each(s, func(from, to int) bool {
			found = isPublic == nil || !isPublic(s[from:to])
			return !found
		})
		if found || l.leaksLetters(s, isPublic) {
			return true
		}
	}
	return false
}

// leaksLetters says whether a part of a remembered text stands in s, whatever signs stand between its letters.
func (l *Ledger) leaksLetters(s string, isPublic func(text string) bool) bool {
	if l == nil {
		return false
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.hasLetters == nil {
		return false
	}
	letters, digit := lettersOf(s), -partLength
	for end := range len(letters) {
		if letters[end] <= '9' {
			digit = end
		}
		if i := end - partLength + 1; i >= 0 && digit >= i && l.hasLetters(letters, i) && (isPublic == nil || !isPublic(around(s, i))) {
			return true
		}
	}
	return false
}

// Scrub replaces every remembered text in s, and every part of one, in any of the forms that
// Leaks knows forwards, and what was decrypted and does not stand in the open.
func (l *Ledger) Scrub(s string) string {
	var b strings.Builder
	end := 0
	sums := prefixSums{text: s}
	l.each(s, func(from, to int) bool {
		if l.match(&sums, from) == 0 { // of a part, whose ends may look like words
			from, to = inWord(s, from, to)
		}
		if from = max(from, end); to > from {
			b.WriteString(s[end:from])
			b.WriteString(redacted)
			end = to
		}
		return true
	})
	if end > 0 {
		s = b.String() + s[end:]
	}
	return ScrubShapes(l.Concealed(s))
}

// each visits the remembered texts in s from left to right, until visit says no.
func (l *Ledger) each(s string, visit func(from, to int) bool) {
	if l == nil {
		return
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	sums := prefixSums{text: s}
	for i := 0; l.match != nil && i+partLength <= len(s); i++ {
		n := l.match(&sums, i)
		for l.hasPart(s, max(i+n-partLength+1, i)) {
			n = max(n+1, partLength)
		}
		if n > 0 {
			if !visit(i, i+n) {
				return
			}
			i += n - 1
		}
	}
}
