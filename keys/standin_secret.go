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
	if s == nil {
		return "", false
	}
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
		s.note, s.hiddenAt = newMatcher(MinHidden)
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
