package keys

import (
	"encoding/base64"
	"strings"
	"unicode"
)

// What was decrypted may come to stand where a name does: in what refers to a data key, as a consumer, as a host. There it is used as it is, and is
// no key, nor long enough to be guarded as one. So of every text that goes out it is asked, at one place, whether a piece of what was decrypted
// stands in it. One that stands in the open as well is shown.

// Concealed is what is shown in the place of it.
const Concealed = "[decrypted]"

const (
	shownPiece  = 5       // bytes of a text that was decrypted that may stand in a row in another one
	maxPieceOf  = 1 << 10 // bytes of a text of which the pieces are known; of a longer one, or one of several lines, those of the words that are no language
	maxAllPiece = 1 << 20 // pieces that are remembered
)

// opened are the pieces of what was decrypted.
type opened struct {
	known  map[uint64]bool
	words  map[string]string // that stand for secrets in what is rendered, by their markers
	public []func(text string) bool
}

// Know takes up who knows what stands in the open. The text that is asked for is a part of what was decrypted, and in small letters.
func (l *Ledger) Know(isPublic func(text string) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.decrypted.public = append(l.decrypted.public, isPublic)
}

// Conceal remembers what was decrypted, were it short and no key, and the word that stands for it in what is rendered.
func (l *Ledger) Conceal(t Text, word string) {
	text := strings.TrimSpace(t.Reveal())
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.decrypted.known == nil {
		l.decrypted.known, l.decrypted.words = map[uint64]bool{}, map[string]string{}
	}
	for _, mark := range marker.FindAllString(word, -1) {
		l.decrypted.words[mark] = word
	}
	if rest := evaluated.ReplaceAllString(word, " "); marker.MatchString(rest) { // a piece of it says nothing, and looks as if it did
		l.decrypted.add(rest)
		l.decrypted.add(reversed(rest))
	}
	if len(text) <= shownPiece || IsExpression(t) {
		return
	}
	for _, part := range strings.FieldsFunc(text, unicode.IsSpace) {
		if header, rest, ok := strings.Cut(part, "."); ok && strings.HasPrefix(header, "eyJ") {
			part = rest // the header is the same for all
		}
		if (len(text) > maxPieceOf || strings.ContainsRune(text, '\n')) && !isOddWord(part) {
			continue
		}
		l.decrypted.add(part)
		for skip := range min(3, len(part)) {
			rest := []byte(part[skip:])
			l.decrypted.add(base64.RawStdEncoding.EncodeToString(rest))
			l.decrypted.add(base64.RawURLEncoding.EncodeToString(rest))
		}
	}
}

// isOddWord says of a word of a longer text that it is none of a language.
func isOddWord(s string) bool {
	return strings.ContainsAny(s, "0123456789") && strings.ContainsFunc(s, unicode.IsLetter)
}

// add takes up the pieces of a text. One of white space alone says nothing, and stands in every table.
func (p *opened) add(text string) {
	var last uint64
	for i := range len(text) {
		last = next(last, text[i])
		if i >= shownPiece && len(p.known) < maxAllPiece && strings.TrimSpace(text[i-shownPiece:i+1]) != "" {
			p.known[last] = true
		}
	}
}

// next is a piece that ends one byte behind another, in small letters.
func next(last uint64, c byte) uint64 {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return (last<<8 | uint64(c)) & (1<<(8*(shownPiece+1)) - 1)
}

// Concealed is a text without what was decrypted, unless that stands in the open as well.
func (l *Ledger) Concealed(s string) string { return l.concealed(s, false) }

// ConcealedReport is the same of a report as a whole, the numbers in which are its own: those in its texts were looked at before.
func (l *Ledger) ConcealedReport(s string) string { return l.concealed(s, true) }

func (l *Ledger) concealed(s string, ownNumbers bool) string {
	if l == nil {
		return s
	}
	if strings.Contains(s, unknownBegin) {
		s = standin.ReplaceAllLiteralString(s, "[unknown]")
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	if len(l.decrypted.known) == 0 && len(l.decrypted.words) == 0 {
		return s
	}
	s = l.decrypted.withoutWords(s)
	var b strings.Builder
	end := 0
	l.decrypted.each(s, func(from, to int) {
		if ownNumbers && strings.Trim(s[from:to], "0123456789") == "" || l.decrypted.isOpen(s[from:to]) {
			return
		}
		if from >= end {
			b.WriteString(s[end:from] + Concealed)
			end = to
		}
	})
	return b.String() + s[end:]
}

// each visits what has a piece of what was decrypted at each of its bytes.
func (p *opened) each(s string, visit func(from, to int)) {
	from, to := -1, -1
	var last uint64
	for i := range len(s) {
		if last = next(last, s[i]); i < shownPiece || !p.known[last] {
			continue
		}
		if start := i - shownPiece; from < 0 || start > to {
			if from >= 0 {
				visit(from, to)
			}
			from = start
		}
		to = i + 1
	}
	if from >= 0 {
		visit(from, to)
	}
}

// isOpen says whether a text is no secret: a word of Supabase's own, or what somebody else knows.
func (p *opened) isOpen(text string) bool {
	text = strings.ToLower(text)
	if isOwnWord(text) {
		return true
	}
	for _, isPublic := range p.public {
		if isPublic(text) {
			return true
		}
	}
	return false
}

// withoutWords takes the words out of a text that stand for secrets in what is rendered.
func (p *opened) withoutWords(s string) string {
	if !strings.Contains(s, "kl") {
		return s
	}
	var b strings.Builder
	end := 0
	for _, at := range marker.FindAllStringIndex(s, -1) {
		word, known := p.words[s[at[0]:at[1]]]
		if !known || at[0] < end {
			continue
		}
		from, to := at[0], at[1]
		if start := from - strings.Index(word, s[from:to]); start >= end && strings.HasPrefix(s[start:], word) {
			from, to = start, start+len(word)
		}
		b.WriteString(s[end:from] + Concealed)
		end = to
	}
	return b.String() + s[end:]
}

// ownWords are those that Supabase calls its keys, roles and services by, and others that say nothing.
var ownWords = func() map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields("supabase postgres postgresql postgrest service role anon authenticated authenticator publishable secret public private " +
		"password username database storage realtime studio gotrue functions meta kong envoy localhost https http default production staging development") {
		out[w] = true
	}
	return out
}()

// isOwnWord says whether a text, in small letters, is made of such words, or of pieces of one.
func isOwnWord(text string) bool {
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if !ownWords[w] && len(w) > 3 {
			return false
		}
	}
	return strings.ContainsFunc(text, unicode.IsLetter)
}
