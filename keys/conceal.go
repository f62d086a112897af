package keys

import (
	"encoding/base64"
	"encoding/json"
	"regexp"
	"slices"
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
	maxPieceOf  = 1 << 10 // bytes of a text of which the pieces are known; of a longer one, or one of several lines, those of its values, and of the words that are no language
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
		l.decrypted.add(reversed(rest))
		if len(rest) <= maxPieceOf {
			l.decrypted.addEncoded(rest)
		} else {
			l.decrypted.add(rest)
		}
	}
	if len(text) <= shownPiece || IsExpression(t) {
		return
	}
	l.decrypted.addText(text)
}

// addText takes up the pieces of a text: of all of it, or of what may be a secret in a longer one.
func (p *opened) addText(text string) {
	parts := strings.FieldsFunc(text, unicode.IsSpace)
	for i, part := range parts {
		parts[i] = withoutHeader(part)
	}
	if len(text) <= maxPieceOf && !strings.ContainsRune(text, '\n') {
		p.addEncoded(strings.Join(parts, " "))
		if len(parts) == 1 {
			return
		}
	} else {
		for line := range strings.Lines(text) {
			if at := valueBegins.FindStringIndex(line); at != nil && len(line) <= maxPieceOf {
				p.addText(strings.TrimSpace(line[at[1]:]))
			}
		}
		parts = slices.DeleteFunc(parts, func(part string) bool { return !isOddWord(part) })
	}
	for _, part := range parts {
		p.addEncoded(part)
	}
}

// valueBegins matches what stands before the value in a line of several.
var valueBegins = regexp.MustCompile(`^[^=:]*(?:=|"?:\s|":)\s*`)

// withoutHeader is a JWT without its header, which is the same for all, and any other text as it is.
func withoutHeader(part string) string {
	header, rest, ok := strings.Cut(part, ".")
	if !ok || !strings.HasPrefix(header, "eyJ") {
		return part
	}
	var fields struct{ Alg string }
	if decoded, err := inAnyBase64(header); err != nil || json.Unmarshal(decoded, &fields) != nil || fields.Alg == "" {
		return part
	}
	return rest
}

// isOddWord says of a word of a longer text that it is none of a language.
func isOddWord(s string) bool {
	return strings.ContainsAny(s, "0123456789") && strings.ContainsFunc(s, unicode.IsLetter)
}

// addEncoded takes up the pieces of a text as it is and in base64.
func (p *opened) addEncoded(text string) {
	p.add(text)
	for skip := range min(3, len(text)) {
		rest := []byte(text[skip:])
		p.add(base64.RawStdEncoding.EncodeToString(rest))
		p.add(base64.RawURLEncoding.EncodeToString(rest))
	}
}

// add takes up the pieces of a text.
func (p *opened) add(text string) {
	eachPiece(text, func(_, _ int, piece uint64) {
		if len(p.known) < maxAllPiece {
			p.known[piece] = true
		}
	})
}

// eachPiece visits each piece of a text, of which white space counts as one sign however much of it there is: else it would be found in every table.
func eachPiece(text string, visit func(from, to int, piece uint64)) {
	var begins [shownPiece + 1]int
	var last uint64
	count := 0
	for i := range len(text) {
		c := text[i]
		if isSpace(c) {
			if c = ' '; i > 0 && isSpace(text[i-1]) {
				continue
			}
		}
		last = next(last, c)
		begins[count%len(begins)] = i
		if count++; count > shownPiece {
			visit(begins[count%len(begins)], i+1, last)
		}
	}
}

func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

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
	s, runs, public := l.runs(s, ownNumbers)
	var b strings.Builder
	end := 0
	for _, run := range runs {
		from, to := run[0], run[1]
		token := inTokens(s, from, to)
		if begin := from - strings.Index(token, s[from:to]); ownNumbers && begin > 0 && begin < from && s[begin-1] == '\\' { // "\nNAME" of JSON
			token = token[1:]
		}
		if !isOpen(token, public) {
			b.WriteString(s[end:from] + Concealed)
			end = to
		}
	}
	return b.String() + s[end:]
}

// runs are what has a piece of what was decrypted at each of its bytes, in the text without words, and who is asked of each. Of a report as a whole
// they do not reach over quotes, and are none without letters: of those it is made.
func (l *Ledger) runs(s string, report bool) (text string, runs [][2]int, public []func(string) bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if len(l.decrypted.known) == 0 && len(l.decrypted.words) == 0 {
		return s, nil, nil
	}
	s = l.decrypted.withoutWords(s)
	l.decrypted.each(s, func(from, to int) {
		for ; from < to && isSpace(s[from]); from++ {
		}
		for ; to > from && isSpace(s[to-1]); to-- {
		}
		if report && strings.Trim(s[from:to], "0123456789{}[],: \n") == "" {
			return
		}
		runs = append(runs, [2]int{from, to})
	}, report)
	return s, runs, l.decrypted.public
}

// each visits these.
func (p *opened) each(s string, visit func(from, to int), report bool) {
	from, to := -1, -1
	eachPiece(s, func(begin, end int, piece uint64) {
		if !p.known[piece] || report && strings.Contains(s[begin:end], `"`) {
			return
		}
		if from >= 0 && begin > to {
			visit(from, to)
			from = -1
		}
		if from < 0 {
			from = begin
		}
		to = end
	})
	if from >= 0 {
		visit(from, to)
	}
}

// inTokens is a part of a text with the whole of the words at its ends.
func inTokens(s string, from, to int) string {
	for ; from > 0 && inToken(s[from]) && inToken(s[from-1]); from-- {
	}
	for ; to < len(s) && inToken(s[to-1]) && inToken(s[to]); to++ {
	}
	return s[from:to]
}

func inToken(c byte) bool { return isLetter(c) || c >= 0x80 }

// StandsIn says whether a part stands in a text, and not as a piece of longer words: whoever lists every row of signs without an end between them
// opens none of them.
func StandsIn(text, part string) bool {
	if part == "" {
		return true
	}
	for from := 0; ; from++ {
		at := strings.Index(text[from:], part)
		if at < 0 {
			return false
		}
		if from += at; len(inTokens(text, from, from+len(part))) == len(part) {
			return true
		}
	}
}

// isOpen says whether a text is no secret: words of Supabase's own, or what somebody else knows. That somebody knows a number says nothing.
func isOpen(text string, public []func(string) bool) bool {
	text = strings.ToLower(text)
	if !strings.ContainsFunc(text, unicode.IsLetter) {
		return false
	}
	return isOwnWord(text) || slices.ContainsFunc(public, func(isPublic func(string) bool) bool { return isPublic(text) })
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
		"password username database storage realtime studio gotrue functions meta kong envoy localhost https http default production staging development key jwt url api") {
		out[w] = true
	}
	return out
}()

// isOwnWord says whether a text, in small letters, is made of such words, and mostly of those that are long enough to be told from chance.
func isOwnWord(text string) bool {
	long := 0
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if !ownWords[w] {
			return false
		}
		if len(w) > 3 {
			long += len(w)
		}
	}
	return 2*long > len(text)
}
