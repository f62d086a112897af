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
	mu    sync.Mutex
	seen  map[[32]byte]bool
	texts []Text
}

// Add remembers t. Texts under 16 bytes and URLs are left out.
func (l *Ledger) Add(t Text) {
	s := strings.TrimSpace(t.Reveal())
	if len(s) < minGuarded || strings.Contains(s, "://") {
		return
	}
	t = NewText(s)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen == nil {
		l.seen = map[[32]byte]bool{}
	}
	if sum := t.Sum(); !l.seen[sum] {
		l.seen[sum] = true
		l.texts = append(l.texts, t)
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

// Leaks says whether s holds a remembered text: as it is, URL-escaped, or in base64.
func (l *Ledger) Leaks(s string) bool {
	found := false
	l.each(func(form string) { found = found || strings.Contains(s, form) })
	return found
}

// Scrub replaces every remembered text in s, in any of the forms that Leaks knows.
func (l *Ledger) Scrub(s string) string {
	l.each(func(form string) { s = strings.ReplaceAll(s, form, redacted) })
	return ScrubShapes(s)
}

func (l *Ledger) each(visit func(form string)) {
	if l == nil {
		return
	}
	l.mu.Lock()
	texts := l.texts
	l.mu.Unlock()
	for _, t := range texts {
		s := t.Reveal()
		visit(s)
		visit(url.QueryEscape(s))
		visit(url.PathEscape(s))
		visit(base64.StdEncoding.EncodeToString([]byte(s)))
		visit(base64.RawURLEncoding.EncodeToString([]byte(s)))
	}
}
