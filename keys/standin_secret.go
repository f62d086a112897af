package keys

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What was decrypted does not go through a renderer: whoever writes a template can turn a text into a name, a message, a number, in any
// alphabet. What goes is a word that says nothing of it, and Resolve puts the text back where the word comes out whole. Of a word that was cut,
// or is encoded in another way than once in base64, the value is unknown.
//
// A word is made so that what renderers do with texts happens to it as it would to the secret: it is as long, where that is more than the word
// takes; it has the runs of characters in it that YAML, a shell or a URL treats in a special way, and the white space at its ends; that of a
// token looks like one. Nobody who does not have the private keys can write one down.

const (
	MinHidden  = 6       // bytes of a text from which it is hidden: what is shorter is no key, and templates branch on it ("true", "prod")
	markerSize = 16      // bytes of a marker
	maxRuns    = 32      // of special characters that a word repeats,
	maxSigns   = 3       // of each of which it has so many, white space apart
	pieceSize  = 8       // bytes of the pieces by which a cut word is told
	maxPieces  = 4 << 10 // bytes of a word of which that is so
)

var (
	marker = regexp.MustCompile(`kl[a-z2-7]{13}x`)

	// evaluated matches what a renderer evaluates within a text: it goes as it is but for a default (the first group), and what stands around it is
	// hidden.
	evaluated = regexp.MustCompile(`\$\{[A-Za-z_]\w*(?::?[-=?+]([^{}]*))?\}|\$\([A-Za-z_][\w.-]*\)|\{\{[^"'` + "`" + `{}]*\}\}`)

	// specialRun matches what may be treated in a special way.
	specialRun = regexp.MustCompile(`[^\p{L}\p{N}_.-]+`)

	slotPrefix = regexp.MustCompile(`^sb_(?:publishable|secret)_`)
	base64Run  = regexp.MustCompile(`[A-Za-z0-9+/_-]{20,}={0,2}`)
	anyBase64  = regexp.MustCompile(`[A-Za-z0-9+/_-]{8,}={0,2}`)
)

// secretWord is what a word stands for.
type secretWord struct {
	word   string
	text   Text
	shaped bool // the word has all the signs that the text has
}

// Salt makes the words such as only whoever has the salt can tell. It is set before the first is made.
func (s *Standins) Salt(salt []byte) { s.salt = salt }

// MadeOf remembers what a renderer gets in the place of a text that a template made of what was decrypted: what it made of the words. It is false where
// these do not lead back to the text.
func (s *Standins) MadeOf(t Text, handed string) bool {
	if v, ok := s.plain(handed); ok {
		return v.IsKnown() && v.Text().Equal(t)
	}
	return handed == t.Reveal()
}

// Made is what a renderer gets in the place of a text that a template made of words; ok is false where none did, or made nothing but one word.
func (s *Standins) Made(t Text) (handed string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	handed, ok = s.made[t.Sum()]
	return handed, ok && !s.isSole(handed)
}

// Secret is what a renderer gets in the place of a text that was decrypted: a word, whatever the text holds.
func (s *Standins) Secret(t Text) string { return s.inPlace(t, s.hide) }

// Piece is the same of a text that may be a piece of one, were it ever so short. That says nothing of the same short text elsewhere.
func (s *Standins) Piece(t Text) string { return s.hideFrom(t.Reveal(), 1) }

// inPlace remembers what a text gives way to. What says where a secret is, and not what, stays.
func (s *Standins) inPlace(t Text, hide func(text string) string) string {
	if _, ok := elsewhere(t); ok {
		return t.Reveal()
	}
	shown := hide(t.Reveal())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begin()
	s.shown[t.Sum()] = shown
	return shown
}

// begin makes the maps at the first secret.
func (s *Standins) begin() {
	if s.shown == nil {
		s.shown, s.words, s.secrets, s.pieces = map[[32]byte]string{}, map[[32]byte]string{}, map[string]secretWord{}, map[string]bool{}
		s.hidden, s.quick, s.lengths = map[[32]byte]bool{}, map[uint64]bool{}, map[string][]int{}
		s.made, s.coded = map[[32]byte]string{}, map[string]Text{}
	}
}

// IsSecret says whether a text was decrypted, or holds what was.
func (s *Standins) IsSecret(t Text) bool { return s.Shown(t) != t.Reveal() }

// SecretText is what a renderer gets in the place of a text that whoever has the keys wrote as it is: what renderers evaluate in it is left.
func (s *Standins) SecretText(t Text) string { return s.inPlace(t, s.hideAround) }

// hideAround makes words of what stands around the expressions in a text.
func (s *Standins) hideAround(text string) string {
	var b strings.Builder
	last := 0
	hide := func(to int) {
		b.WriteString(s.hide(text[last:to]))
		last = to
	}
	show := func(to int) {
		b.WriteString(text[last:to])
		last = to
	}
	for _, at := range evaluated.FindAllStringSubmatchIndex(text, -1) {
		hide(at[0])
		if at[2] >= 0 {
			show(at[2])
			hide(at[3])
		}
		show(at[1])
	}
	hide(len(text))
	return b.String()
}

// Shown is what a renderer gets in the place of a text: what Secret gave if it was decrypted somewhere, or else the text.
func (s *Standins) Shown(t Text) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if shown, ok := s.shown[t.Sum()]; ok {
		return shown
	}
	return t.Reveal()
}

// hide makes a word of a text in which nothing is evaluated. What is in base64 is so still, for whoever decodes it.
func (s *Standins) hide(text string) string { return s.hideFrom(text, MinHidden) }

// hideFrom does so of a text of at least so many bytes.
func (s *Standins) hideFrom(text string, least int) string {
	if decoded, err := base64.StdEncoding.DecodeString(text); err == nil && len(decoded) >= MinHidden && isPrintable(decoded) && base64.StdEncoding.EncodeToString(decoded) == text {
		coded := base64.StdEncoding.EncodeToString([]byte(s.hide(string(decoded))))
		s.mu.Lock()
		defer s.mu.Unlock()
		s.begin()
		s.note(text)
		s.coded[coded] = NewText(text)
		return coded
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, again := s.secrets[marker.FindString(text)]; len(text) < least || again {
		return text
	}
	sum := NewText(text).Sum()
	if isMostlySigns(text) {
		if s.words == nil || s.words[sum] == "" {
			s.begin()
			s.note(text)
			s.values = append(s.values, Unknown("it was decrypted, and is made mostly of signs: what renderers make of those is not followed"))
			s.words[sum] = unknownWord(len(s.values) - 1)
		}
		return s.words[sum]
	}
	if word, known := s.words[sum]; known {
		return word
	}
	mac := hmac.New(sha256.New, s.salt)
	mac.Write([]byte(text))
	fill := &filler{mac.Sum(nil)}
	mark := "kl" + fill.pad("", markerSize-3) + "x"
	word := wordOf(text, mark, fill)
	_, shaped := signsIn(text)
	s.begin()
	s.note(text)
	s.words[sum], s.secrets[mark] = word, secretWord{word, NewText(text), shaped}
	for i := strings.Index(word, mark); i+pieceSize <= len(word) && i < maxPieces; i += pieceSize {
		if piece := word[i : i+pieceSize]; !specialRun.MatchString(piece) {
			s.pieces[piece] = true
		}
	}
	return word
}

// isPrintable says whether bytes are a text that somebody wrote.
func isPrintable(b []byte) bool {
	return utf8.Valid(b) && bytes.IndexFunc(b, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' }) < 0
}

// wordOf puts a marker into the shape of a text.
func wordOf(text, mark string, fill *filler) string {
	if begin := slotPrefix.FindString(text); begin != "" {
		return fill.pad(begin+mark, len(text))
	}
	if parts := strings.Split(text, "."); len(parts) == 3 && strings.HasPrefix(text, "eyJ") && !specialRun.MatchString(text) {
		return fill.pad("eyJ"+mark, len(parts[0])) + "." + fill.pad("e", len(parts[1])) + "." + fill.pad("e", len(parts[2]))
	}
	body := strings.TrimSpace(text)
	begin := strings.Index(text, body)
	var b strings.Builder
	b.WriteString(text[:begin] + mark)
	runs, _ := signsIn(body)
	for _, run := range runs {
		b.WriteString(run + "x")
	}
	end := text[begin+len(body):]
	return fill.pad(b.String(), len(text)-len(end)) + end
}

// signsIn are the runs of special characters in a text of which its word has them, each once and in an order that says nothing of theirs; all is false
// where there is more in the text.
func signsIn(text string) (runs []string, all bool) {
	all = true
	for _, run := range specialRun.FindAllString(text, -1) {
		signs := 0
		short := strings.Map(func(r rune) rune {
			if !unicode.IsSpace(r) {
				signs++
			}
			if signs > maxSigns {
				return -1
			}
			return r
		}, run)
		all = all && short == run
		runs = append(runs, short)
	}
	slices.Sort(runs)
	if runs = slices.Compact(runs); len(runs) > maxRuns {
		return runs[:maxRuns], false
	}
	return runs, all
}

// isMostlySigns says of a text that its word would show more of it than it hides.
func isMostlySigns(text string) bool {
	signs, others := 0, 0
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
		case specialRun.MatchString(string(r)):
			signs++
		default:
			others++
		}
	}
	return signs > others
}

// filler makes a text as long as another one, of what nobody can foresee: so that a piece of a word can be told as one.
type filler struct{ stream []byte }

func (f *filler) pad(text string, n int) string {
	for n -= len(text); n > 0; n-- {
		if len(f.stream) < 2*sha256.Size {
			next := sha256.Sum256(f.stream)
			f.stream = append(f.stream, next[:]...)
		}
		text += string(base32Letters[f.stream[0]%32])
		f.stream = f.stream[1:]
	}
	return text
}

const base32Letters = "abcdefghijklmnopqrstuvwxyz234567"

// transformed is why the value of a text is not known in which a word is no longer whole.
const transformed = "what was decrypted is cut or encoded while it is rendered, and what comes of it is not followed"

// plain puts back what the words in a text stand for; ok is false where there is none.
func (s *Standins) plain(text string) (v Value, ok bool) {
	if s == nil {
		return Value{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.secrets) == 0 {
		return Value{}, false
	}
	if v, ok := s.putBack(text); ok {
		if v.IsKnown() { // a renderer that is given it gets the words again
			s.remember(v.Text(), text)
		}
		return v, true
	}
	if decoded, ok := s.putBackEncoded(text, 1); ok {
		s.remember(NewText(decoded), text)
		return Known(NewText(decoded)), true
	}
	if _, deeper := s.putBackEncoded(text, maxBorne); deeper { // which nobody would find again who guards what is printed
		return Unknown(transformed), true
	}
	return Unknown(transformed), s.isPiece(text) || s.isBeside(text)
}

// remember keeps what a text was made of.
func (s *Standins) remember(t Text, of string) {
	s.shown[t.Sum()], s.made[t.Sum()] = of, of
}

// Bears says whether a secret stands in a text, as it is or in base64, that perhaps in base64 once more.
func (s *Standins) Bears(text string) bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bears(text, maxBorne)
}

// maxBorne is how often base64 is decoded to find a secret.
const maxBorne = 4

func (s *Standins) bears(text string, depth int) bool {
	if s.holdsHidden(text) {
		return true
	}
	for _, run := range anyBase64.FindAllString(text, -1) {
		for offset := range 4 {
			decoded := decodedFrom(run, offset)
			if s.holdsHidden(decoded) || offset == 0 && depth > 0 && s.bears(decoded, depth-1) {
				return true
			}
		}
	}
	return false
}

// decodedFrom is what a run of base64 holds, decoded from a place in it on.
func decodedFrom(run string, offset int) string {
	run = strings.TrimRight(run, "=")
	run = run[min(offset, len(run)):]
	if len(run)%4 == 1 {
		run = run[:len(run)-1]
	}
	decoded, _ := inAnyBase64(run)
	return string(decoded)
}

// inAnyBase64 decodes base64 of either alphabet, with padding or without.
func inAnyBase64(run string) ([]byte, error) {
	return base64.RawStdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(run, "=")))
}

// Uncovered is a text with what its words stand for in their place; ok is false where it holds none, or not all of them are whole.
func (s *Standins) Uncovered(t Text) (out Text, ok bool) {
	v, ok := s.plain(t.Reveal())
	return v.Text(), ok && v.IsKnown()
}

// maxEncoded is how often base64 is decoded to find a word.
const maxEncoded = 2

// encodings are those of base64, the padded ones first.
var encodings = []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding}

// putBackBeside does so of words that are alone in base64, whatever stands beside that. A word is found by its marker, whose place in the run says
// where the base64 begins: there may be thousands.
func (s *Standins) putBackBeside(run string) (out string, ok bool) {
	type place struct {
		from, to int
		plain    string
	}
	var places []place
	for offset := range 4 {
		decoded := decodedFrom(run, offset)
		for _, at := range marker.FindAllStringIndex(decoded, -1) {
			secret, known := s.secrets[decoded[at[0]:at[1]]]
			begin := at[0] - strings.Index(secret.word, decoded[at[0]:at[1]])
			if !known || begin < 0 || begin%3 > 0 {
				continue
			}
			from := offset + begin/3*4
			for _, e := range encodings {
				coded := e.EncodeToString([]byte(secret.word))
				if rest, found := strings.CutPrefix(run[from:], coded); found && (len(coded)%4 == 0 || !strings.HasPrefix(rest, "=")) {
					places = append(places, place{from, from + len(coded), e.EncodeToString([]byte(secret.text.Reveal()))})
					break
				}
			}
		}
	}
	slices.SortFunc(places, func(a, b place) int { return a.from - b.from })
	var b strings.Builder
	last := 0
	for _, p := range places {
		if p.from >= last {
			b.WriteString(run[last:p.from] + p.plain)
			last = p.to
		}
	}
	return b.String() + run[last:], len(places) > 0
}

// isBeside says whether a marker is in a run of base64, wherever that begins.
func (s *Standins) isBeside(text string) bool {
	for _, run := range base64Run.FindAllString(text, -1) {
		run = strings.TrimRight(run, "=")
		for offset := range min(4, len(run)) {
			for _, e := range encodings[2:] {
				decoded, err := e.DecodeString(run[offset : offset+(len(run)-offset)/4*4])
				if _, known := s.secrets[marker.FindString(string(decoded))]; err == nil && known {
					return true
				}
			}
		}
	}
	return false
}

// putBackEncoded does so of words that stand in the text in base64.
func (s *Standins) putBackEncoded(text string, depth int) (out string, ok bool) {
	out = base64Run.ReplaceAllStringFunc(text, func(run string) string {
		if out, found := s.putBackBeside(run); found {
			ok = true
			return out
		}
		for _, e := range encodings {
			decoded, err := e.DecodeString(run)
			if err != nil {
				continue
			}
			if whole, found := s.coded[string(decoded)]; found {
				ok = true
				return e.EncodeToString([]byte(whole.Reveal()))
			}
			if v, found := s.putBack(string(decoded)); found && v.IsKnown() {
				ok = true
				return e.EncodeToString([]byte(v.Text().Reveal()))
			}
			if depth > 1 {
				if again, found := s.putBackEncoded(string(decoded), depth-1); found {
					ok = true
					return e.EncodeToString([]byte(again))
				}
			}
		}
		return run
	})
	return out, ok
}

// Hide says whether words stand for secrets at all.
func (s *Standins) Hide() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.secrets) > 0
}

// IsMadeOf says whether a word, or a piece of one, stands in a text.
func (s *Standins) IsMadeOf(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.secrets) == 0 {
		return false
	}
	_, ok := s.putBack(text)
	return ok || s.isPiece(text) || s.isBeside(text)
}

// isPiece says whether a piece of a word stands in a text that holds no whole one.
func (s *Standins) isPiece(text string) bool {
	for i := 0; i+pieceSize <= len(text); i++ {
		if s.pieces[text[i:i+pieceSize]] {
			return true
		}
	}
	return false
}

// putBack does so of words that stand in the text as they are.
func (s *Standins) putBack(text string) (v Value, ok bool) {
	var b strings.Builder
	last := 0
	for _, at := range marker.FindAllStringIndex(text, -1) {
		secret, known := s.secrets[text[at[0]:at[1]]]
		if !known {
			continue
		}
		begin := at[0] - strings.Index(secret.word, text[at[0]:at[1]])
		if begin < last || !strings.HasPrefix(text[begin:], secret.word) {
			return Unknown(transformed), true
		}
		b.WriteString(text[last:begin])
		b.WriteString(secret.text.Reveal())
		last, ok = begin+len(secret.word), true
	}
	b.WriteString(text[last:])
	return Known(NewText(b.String())), ok
}
