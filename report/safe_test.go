package report

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// obeyed is what a CI runner obeys in a line: GitHub's runner takes "::" behind white space, others anywhere.
var obeyed = regexp.MustCompile(`(?m)##[A-Za-z.-]*\[|::[A-Za-z-]+( [^\n]*)?::|^\s*::|section_(start|end):\d`)

// TestNothingIsObeyed: in no format does what a repository is called order something of a terminal or a runner.
func TestNothingIsObeyed(t *testing.T) {
	own := regexp.MustCompile(`(?m)^::(error|warning|notice) [^:\n]*::`)
	for _, f := range Formats() {
		var b, notes bytes.Buffer
		if err := f.Write(&b, hostile(), Options{Verbose: true}); err != nil {
			t.Fatal(err)
		}
		if err := Notes(&notes, hostile(), Options{Verbose: true}); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		if f.Name == "github" {
			text = own.ReplaceAllString(text, "")
		}
		for what, s := range map[string]string{f.Name: text, "notes": notes.String()} {
			if found := obeyed.FindString(s); found != "" {
				t.Errorf("%s: %q", what, found)
			}
			s = strings.ReplaceAll(s, joiner, "") // which Markdown is kept apart with
			if i := strings.IndexFunc(s, isHidden); i >= 0 {
				t.Errorf("%s: %q", what, s[max(i-30, 0):min(i+30, len(s))])
			}
		}
	}
}

// TestSafeJSON: what is escaped reads the same.
func TestSafeJSON(t *testing.T) {
	const s = "a\u202e::error::b\U000e0041 ##[group]x ##vso[y]\u200b section_start:1:z 1::2"
	in, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	out := safeJSON(in)
	if found := obeyed.Find(out); found != nil || strings.ContainsFunc(string(out), isHidden) {
		t.Errorf("%s", out)
	}
	var got string
	if err := json.Unmarshal(out, &got); err != nil || got != s {
		t.Errorf("%q, %v", got, err)
	}
}

func TestPlain(t *testing.T) {
	for s, want := range map[string]string{
		"an arn:aws:iam::123:role, 1::2, git::ssh://x": "an arn:aws:iam::123:role, 1::2, git::ssh://x",
		"x\n::stop-commands::y":                        "x\n\ufffd:stop-commands::y",
		"x \x1b[2K::add-mask::y\rz":                    `x \x1b[2K` + "\ufffd:add-mask::y" + `\x0dz`,
		"##vso[task.x]y, ##[group]":                    "\ufffd#vso[task.x]y, \ufffd#[group]",
		"\u202eevil\u200b\u2066":                       `\u{202e}evil\u{200b}\u{2066}`,
	} {
		if got := Plain(s); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
