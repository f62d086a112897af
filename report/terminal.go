package report

import (
	"strings"
	"unicode/utf8"

	"github.com/keylint/keylint/sources"
)

// Terminal is what a report is shown on. Its zero value is a file.
type Terminal struct {
	Width int                      // in columns; 0 wraps no line
	Link  func(file string) string // the address of a file of the report; nil, or empty, where it is no link
}

// minWidth is the least at which lines are wrapped: below it a path stands on a line alone.
const minWidth = 40

// at is a place, bold, and a link to its file where the terminal knows these
// (https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda: OSC 8).
func (t *textReport) at(p sources.Position, behind string) string {
	text := place(p)
	if text == "" {
		return ""
	}
	shown := t.paint(bold, text+behind)
	if t.terminal.Link == nil {
		return shown
	}
	address := t.terminal.Link(p.File)
	if address == "" {
		return shown
	}
	return "\x1b]8;;" + clean(address) + "\x1b\\" + shown + "\x1b]8;;\x1b\\"
}

// wrapped writes a sentence, broken at its words where the terminal is narrower: what follows stands
// below its first word.
func (t *textReport) wrapped(indent, s string) {
	if t.terminal.Width < minWidth {
		t.line(indent + s)
		return
	}
	room := max(t.terminal.Width-shownWidth(indent), minWidth/2)
	first, used := true, 0
	var b strings.Builder
	flush := func() {
		if first {
			t.line(indent + b.String())
		} else {
			t.line(strings.Repeat(" ", shownWidth(indent)) + b.String())
		}
		first, used = false, 0
		b.Reset()
	}
	for word := range strings.SplitSeq(s, " ") {
		n := shownWidth(word)
		if used > 0 && used+1+n > room {
			flush()
		}
		if used > 0 {
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += n
	}
	flush()
}

// shownWidth is how many columns a text takes without the sequences that colour and link it.
func shownWidth(s string) int {
	n := 0
	for i := 0; i < len(s); {
		switch {
		case strings.HasPrefix(s[i:], "\x1b["):
			i += max(strings.IndexByte(s[i:], 'm'), 0) + 1
		case strings.HasPrefix(s[i:], "\x1b]"):
			i += max(strings.Index(s[i:], "\x1b\\"), 0) + 2
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			i += size
			n += columns(r)
		}
	}
	return n
}
