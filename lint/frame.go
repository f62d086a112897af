package lint

import (
	"regexp"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// mask stands for a key in a frame. Its length tells nothing of the key's.
const mask = "••••••••"

// maxFrame bounds in bytes what is shown of a line before and after the key.
const maxFrame = 120

// secretish matches what may be a secret on a line though no rule knows it: ciphertext,
// and long runs of the characters that keys are made of.
var secretish = regexp.MustCompile(`ENC\[[^\]]*\]?|[A-Za-z0-9+/_=.-]{24,}`)

// frame is the line at a position with the key in it masked. Where the position is
// that of a name (a data key, a file), the name is shown.
func (w *world) frame(at sources.Position, isName bool) Frame {
	f := w.repo.File(at.File)
	if f == nil || at.Line == 0 {
		return Frame{}
	}
	line := f.Line(at.Line)
	if at.Column < 1 || at.Column > len(line)+1 {
		return Frame{Text: w.clean(clip(line, true))}
	}
	before := clip(line[:at.Column-1], false)
	key, after := line[at.Column-1:], ""
	if at.EndColumn > at.Column && at.EndColumn <= len(line)+1 {
		key, after = line[at.Column-1:at.EndColumn-1], line[at.EndColumn-1:]
	}
	shown := mask
	if isName || placeholderName(key) != "" {
		shown = w.clean(key)
	} else if end := strings.TrimRight(key, " \t"); strings.HasSuffix(end, `"`) || strings.HasSuffix(end, "'") {
		shown += end[len(end)-1:]
	}
	before = w.clean(before)
	start := len(before) + 1
	return Frame{Text: before + shown + w.clean(clip(after, true)), MaskStart: start, MaskEnd: start + len(shown)}
}

// clean masks whatever else on the line is or may be a secret.
func (w *world) clean(s string) string {
	s = strings.ToValidUTF8(w.repo.Ledger().Scrub(s), "?")
	return secretish.ReplaceAllStringFunc(s, func(m string) string {
		if strings.HasPrefix(m, "ENC[") || keys.LooksRandom(m) {
			return mask
		}
		return m
	})
}

// clip keeps the end of what stands before the key, and the beginning of the rest.
func clip(s string, start bool) string {
	switch {
	case len(s) <= maxFrame:
		return s
	case start:
		return s[:maxFrame] + "…"
	}
	return "…" + s[len(s)-maxFrame:]
}
