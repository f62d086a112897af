package report

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
)

// maxFrame is the longest line that a code frame shows, in columns: a minified JSON
// file is one line.
const maxFrame = 140

// frame writes the line of a position as rustc does: the line number in a gutter of
// the given width, the masked line, and carets under the masked key.
// What is said of the key there stands behind the carets.
func (t *textReport) frame(at sources.Position, f lint.Frame, label string, gutter int, s style) {
	if at.Line == 0 || strings.TrimSpace(f.Text) == "" {
		return
	}
	text, before, carets := excerpt(f)
	bar := t.paint(cyan, strings.Repeat(" ", gutter)+" |")
	number := strconv.Itoa(at.Line)
	t.line(t.paint(cyan, strings.Repeat(" ", gutter-len(number))+number+" |") + " " + text)
	if carets == 0 {
		return
	}
	marks := strings.Repeat("^", carets)
	label = oneLine(label)
	if t.terminal.Width >= minWidth && gutter+3+width(before)+carets+1+width(label) > t.terminal.Width {
		t.line(bar + " " + before + t.paint(s, marks))
		if label == "" {
			return
		}
		t.wrapped(bar+" ", t.paint(s, label))
		return
	}
	t.line(bar + " " + before + t.paint(s, strings.TrimSpace(marks+" "+label)))
}

// excerpt is the part of the line that is shown, the blanks before the carets, and
// the number of carets. Tabs before the mask stay tabs in the blanks, so that the
// carets stand right however wide the terminal makes them.
func excerpt(f lint.Frame) (text, before string, carets int) {
	raw := strings.TrimRight(f.Text, "\r\n")
	start, end := f.MaskStart-1, f.MaskEnd-1
	if start < 0 || end <= start || start >= len(raw) {
		start, end = 0, 0
	}
	end = min(end, len(raw))
	head, mask, tail := clean(runes(raw[:start])), clean(runes(raw[start:end])), clean(runes(raw[end:]))
	if width(head)+width(mask)+width(tail) > maxFrame {
		head = lastRunes(head, maxFrame/3)
		mask = firstRunes(mask, maxFrame/3)
		tail = firstRunes(tail, maxFrame-width(head)-width(mask))
	}
	var b strings.Builder
	for _, r := range head {
		if r == '\t' {
			b.WriteRune(r)
			continue
		}
		b.WriteString(strings.Repeat(" ", columns(r)))
	}
	before = b.String()
	return strings.TrimRight(head+mask+tail, " \t"), before, width(mask)
}

// runes makes s valid UTF-8.
func runes(s string) string { return strings.ToValidUTF8(s, string(utf8.RuneError)) }

func firstRunes(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:max(n-1, 0)]) + "…"
}

func lastRunes(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return "…" + string(r[len(r)-max(n-1, 0):])
}
