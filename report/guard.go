package report

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"sync"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/lint/rules"
	"github.com/keylint/keylint/sites"
)

// ErrLeak says that output was held back because a key stood in it. It says no more:
// neither which key, nor where.
var ErrLeak = errors.New("internal error: the output would have shown a key and was held back; " +
	"this is a bug in keylint, please report it (without the key)")

// Guard is the last line of defence between keylint and the world. It holds what is
// written until Flush and lets it pass only where no key stands in it: none that this
// run has revealed, nor a part of one, in any form that the ledger knows, and nothing that
// is a whole JWT or private key by its shape alone. What would show one is taken out of a
// report before (Showable): here it passes whole or not at all, but for notes and errors,
// which are lines that each stand for themselves. What was decrypted and is no key gives way to a word that says so.
type Guard struct {
	w      io.Writer
	ledger *keys.Ledger
	held   bytes.Buffer
	lines  bool // it may pass without the lines in which a key stands
}

// NewGuard stands before w.
func NewGuard(w io.Writer, ledger *keys.Ledger) *Guard { return &Guard{w: w, ledger: ledger} }

// NewLineGuard stands before w, to which lines are written that each stand for themselves: notes and errors.
// One in which a key stands it replaces.
func NewLineGuard(w io.Writer, ledger *keys.Ledger) *Guard {
	return &Guard{w: w, ledger: ledger, lines: true}
}

// withoutLines is the text without the lines that show a key; empty where that is not enough, or the text is none of lines.
func (g *Guard) withoutLines(text string) string {
	if !g.lines {
		return ""
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if shows(line, g.ledger) {
			lines[i] = "keylint: a line " + notShown
		}
	}
	if text = strings.Join(lines, "\n"); shows(text, g.ledger) {
		return ""
	}
	return text
}

// Write holds p back; it never fails.
func (g *Guard) Write(p []byte) (int, error) { return g.held.Write(p) }

// Flush lets what is held pass. It answers ErrLeak, and drops it all, where a key
// stands in it.
func (g *Guard) Flush() error {
	held := g.held.String()
	g.held.Reset()
	if held == "" {
		return nil
	}
	if shows(held, g.ledger) {
		if held = g.withoutLines(held); held == "" {
			return ErrLeak
		}
	}
	_, err := io.WriteString(g.w, g.ledger.ConcealedReport(held))
	return err
}

// Discard drops what is held: a report that was cut short by an error is not shown.
func (g *Guard) Discard() { g.held.Reset() }

// Close is Flush, for those who expect an io.WriteCloser.
func (g *Guard) Close() error { return g.Flush() }

// shows says whether a key stands in s, or a part of one.
func shows(s string, ledger *keys.Ledger) bool {
	holds := func(s string) bool { return ledger.Leaks(s, ownWords) || keys.HoldsWholeSecret(s) }
	plain := unquoted.Replace(s)
	return holds(s) || plain != s && holds(plain)
}

// ownWords says whether a text stands in the rules' documentation, which some formats print: a
// repository may hold a dummy that is called as one there.
func ownWords(text string) bool { return strings.Contains(documentation(), text) }

// IsOwnText says of a text in small letters whether it stands there in any, or is of a report's own form.
func IsOwnText(text string) bool {
	return keys.StandsIn(smallDocumentation(), text) || keys.StandsIn(ownForm(), text)
}

// ownForm is what reports for programs call their fields by, and the words that stand in them whatever was linted: without one of those a report
// is none.
var ownForm = sync.OnceValue(func() string {
	var b strings.Builder
	seen := map[reflect.Type]bool{}
	var take func(t reflect.Type)
	take = func(t reflect.Type) {
		switch t.Kind() {
		case reflect.Slice, reflect.Pointer, reflect.Map:
			take(t.Elem())
		case reflect.Struct:
			if seen[t] {
				return
			}
			seen[t] = true
			for i := range t.NumField() {
				if name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); name != "" {
					b.WriteString(`"` + strings.ToLower(name) + "\":\n")
				}
				take(t.Field(i).Type)
			}
		}
	}
	for _, form := range []any{jsonReport{}, sarifLog{}, codeQuality{}} {
		take(reflect.TypeOf(form))
	}
	for _, s := range []lint.Severity{lint.Error, lint.Warning, lint.Info} {
		b.WriteString("::" + string(s) + ` "` + string(s) + "\",\n")
	}
	for _, o := range []lint.Outcome{lint.Agree, lint.ByConstruction, lint.Disagree, lint.CannotTell} {
		b.WriteString(`"` + string(o) + "\",\n")
	}
	for _, s := range []sites.Standing{sites.Stored, sites.Accepted, sites.Presented, sites.Verifying} {
		b.WriteString(`"` + string(s) + "\",\n")
	}
	b.WriteString("\"sha256:\n")
	return b.String()
})

var smallDocumentation = sync.OnceValue(func() string { return strings.ToLower(documentation()) })

var documentation = sync.OnceValue(func() string {
	var b strings.Builder
	for _, r := range rules.All() {
		b.WriteString(strings.Join([]string{r.Name, r.Summary, r.Doc, r.Bad, r.Good}, "\n"))
	}
	return b.String()
})

// unquoted undoes the escapes of JSON and of Go's %q, behind which a key with a quote,
// a backslash or a line break in it would hide.
var unquoted = strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\/`, `/`, `\n`, "\n", `\r`, "\r", `\t`, "\t",
	`\u003c`, "<", `\u003e`, ">", `\u0026`, "&", `\u0027`, "'")
