package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/keylint/keylint/keys"
)

// Inspection writes what a single key is, a line each: what may be shown of it, and what is
// wrong with it.
func Inspection(w io.Writer, i keys.Inspection, o Options) error {
	t := &textReport{painter: painter(o.Color)}
	t.line(t.paint(bold, i.Kind))
	row := func(name, text string) {
		if text != "" {
			t.line("  " + pad(name, len("fingerprint")) + "  " + oneLine(text))
		}
	}
	row("slot", string(i.Slot))
	if j := i.Token; j != nil {
		row("role", named(j.Role, "none"))
		row("issuer", named(j.Issuer, "none"))
		row("project", j.Ref)
		row("algorithm", named(j.Alg, "none"))
		row("key ID", j.Kid)
		row("issued", date(j.IssuedAt))
		row("valid from", date(j.NotBefore))
		row("expires", named(date(j.Expires), "never"))
	}
	row("length", count(i.Length, "byte"))
	row("fingerprint", i.Fingerprint)
	for _, s := range i.Signatures {
		row("signature", signature(s))
	}
	if i.Token != nil && len(i.Signatures) == 0 {
		row("signature", "not verified: no secret was given")
	}
	for _, n := range i.Notes {
		t.line(t.paint(blue, "note:") + " " + n)
	}
	for _, f := range i.Faults {
		t.line(t.paint(red, "error:") + " " + f)
	}
	_, err := io.WriteString(w, t.String())
	return err
}

func signature(s keys.Signature) string {
	text := "does not verify under " + s.Name
	if s.Verifies {
		text = "verifies under " + s.Name
	}
	if s.Words != "" {
		text += ": " + s.Words
	}
	return text
}

// named is a claim as it may be shown: one that could hold a secret by mistake is not.
func named(claim, otherwise string) string {
	if claim = strings.TrimSpace(keys.ScrubShapes(claim)); claim == "" {
		return otherwise
	}
	if r := []rune(claim); len(r) > 60 {
		return fmt.Sprintf("%s… (%d characters)", string(r[:20]), len(r))
	}
	return claim
}

func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}
