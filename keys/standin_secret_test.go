package keys

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

const (
	aToken  = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoiYW5vbiIsImlzcyI6InN1cGFiYXNlIn0.c2lnbmF0dXJlLW9mLXRoaXMtdGVzdA"
	aSecret = `p4ss: "w0rd" & more=#1`
)

// TestSecretWord: what a renderer gets says nothing of the secret, has its shape, and is the secret again where it comes out whole.
func TestSecretWord(t *testing.T) {
	for _, secret := range []string{
		aToken, aSecret, "sb_secret_abcdefghijklmnopqrstuv_12345678", "a-very-long-secret-of-46-bytes-for-this-test-1", "postgres", " two blanks around ", "a\nb: c\n  d\n", "with-a-newline-behind-it\n",
		base64.StdEncoding.EncodeToString([]byte("what is in base64 once more")),
	} {
		var s Standins
		s.Salt([]byte("of the private keys"))
		word := s.Secret(NewText(secret))
		for i := 0; i+8 <= len(secret); i++ {
			if piece := secret[i : i+8]; strings.Contains(word, piece) && piece != "sb_secre" && !strings.HasPrefix(secret[max(0, i-2):], "sb_secret_") && i > 2 {
				t.Errorf("%q shows %q", word, piece)
			}
		}
		if len(secret) > 60 && len(word) != len(secret) {
			t.Errorf("%q has %d bytes, the secret %d", word, len(word), len(secret))
		}
		for name, text := range map[string]string{
			"alone": word, "within": "Bearer " + word + ";", "twice": word + word,
			"base64": base64.StdEncoding.EncodeToString([]byte(word)), "url base64": base64.RawURLEncoding.EncodeToString([]byte(word)),
		} {
			want := strings.ReplaceAll(text, word, secret)
			switch name {
			case "base64":
				want = base64.StdEncoding.EncodeToString([]byte(secret))
			case "url base64":
				want = base64.RawURLEncoding.EncodeToString([]byte(secret))
			}
			if v := s.Resolve(NewText(text)); !v.IsKnown() || v.Text().Reveal() != want {
				t.Errorf("%s: %q is not the secret again", name, text)
			}
		}
	}
}

// TestSecretWordTransformed: of a word that is no longer whole nothing is known.
func TestSecretWordTransformed(t *testing.T) {
	var s Standins
	for _, secret := range []string{aToken, aSecret + "-and-much-more-of-it"} {
		word := s.Secret(NewText(secret))
		for name, text := range map[string]string{
			"base64 of base64": base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte(word)))),
			"its beginning":    word[:30], "its end": word[len(word)-30:], "its middle": word[10:40], "without one character": word[1:], "escaped": url.QueryEscape(word) + fmt.Sprintf("%q", word)[2:],
		} {
			if v := s.Resolve(NewText(text)); v.IsKnown() && text != word {
				t.Errorf("%s: %q is taken for known", name, text)
			}
		}
	}
	if v := s.Resolve(NewText("an ordinary text")); !v.IsKnown() {
		t.Error("an ordinary text is not known")
	}
}

// TestSecretWordShape: what a text is treated by is in its word: the characters that YAML, a shell and a URL treat in a special way, in runs, and
// the references that a renderer follows.
func TestSecretWordShape(t *testing.T) {
	var s Standins
	tests := []struct{ secret, holds string }{
		{"https://${DOMAIN}/rest/v1?x", "${DOMAIN}"},
		{"${LONG_NAME_OF_IT:-the-default-is-secret}-and-more", "}"},
		{"prefix-{{ .Values.name }}-suffix-of-it", "{{ .Values.name }}"},
		{"a1:!@#$%^&*()?b2-and-more", `:!@x`},
		{aSecret, `: "`},
		{aSecret, `" & `},
		{aSecret, "=#"},
		{"${LONG_NAME_OF_IT:-the-default-is-secret}", "${LONG_NAME_OF_IT:-"},
		{"short", "short"},
		{"ref+vault://secret/a#/b", "ref+vault://secret/a#/b"},
	}
	for _, test := range tests {
		if word := s.SecretText(NewText(test.secret)); !strings.Contains(word, test.holds) {
			t.Errorf("%q of %q does not hold %q", word, test.secret, test.holds)
		}
	}
	if word := s.SecretText(NewText("${LONG_NAME_OF_IT:-the-default-is-secret}")); strings.Contains(word, "default-is") {
		t.Errorf("%q shows a default", word)
	}
}

// TestSignsAreHidden: of a secret with many signs its word shows none that stand together, but for a few; one that is made of them is not known.
func TestSignsAreHidden(t *testing.T) {
	var s Standins
	for _, secret := range []string{`xy!@#$%^&*()?z-and-more-of-it`, `!a@b#c$d%e^f&g*h(i)j-of-letters`, `a{"bottle":{"cork":"dark"},"earth":["f-and-more"]}`} {
		word := s.Secret(NewText(secret))
		for i := 0; i+5 <= len(secret); i++ {
			if strings.Contains(word, secret[i:i+5]) {
				t.Errorf("%q shows %q", word, secret[i:i+5])
			}
		}
		if v := s.Resolve(NewText(word)); !v.IsKnown() || v.Text().Reveal() != secret {
			t.Errorf("%q is not the secret again", word)
		}
	}
	word := s.Secret(NewText(`!@#$%^&*()?z`))
	if v := s.Resolve(NewText(word)); v.IsKnown() || strings.ContainsAny(word, "!@#$%^&*()?") {
		t.Errorf("%q is taken for known", word)
	}
	if again := s.Secret(NewText(`!@#$%^&*()?z`)); again != word {
		t.Errorf("%q has another word: %q", word, again)
	}
}

// TestSalt: without the private keys nobody can write down the word of a secret.
func TestSalt(t *testing.T) {
	var a, b Standins
	a.Salt([]byte("one"))
	b.Salt([]byte("another"))
	if a.Secret(NewText(aToken)) == b.Secret(NewText(aToken)) {
		t.Error("a word does not depend on the salt")
	}
}

// TestSecretWordAgain: a text into which a secret was put back goes into the next renderer with the word in it, and one of a template that a
// stranger wrote shows nothing, whatever looks like an expression in it.
func TestSecretWordAgain(t *testing.T) {
	var s Standins
	word := s.Secret(NewText(aToken))
	again := s.Resolve(NewText("pre" + word + "post"))
	if got := s.Shown(again.Text()); got != "pre"+word+"post" || !s.IsSecret(again.Text()) {
		t.Errorf("the next renderer gets %q", got)
	}
	if s.IsSecret(NewText("an ordinary text")) {
		t.Error("an ordinary text is taken for a secret")
	}
	for _, around := range []string{"$(%s)", "{{ %s }}", "${%s}"} {
		secret := strings.ReplaceAll(aToken, ".", "_")
		if shown := s.Secret(NewText(fmt.Sprintf(around, secret))); strings.Contains(shown, secret[40:60]) {
			t.Errorf("%q shows a secret", shown)
		}
	}
	if !s.Bears("key-"+aToken) || s.Bears("key-of-it") {
		t.Error("what a name bears is not told")
	}
}

// TestComposed: what was put together of a secret and of other text is told from a secret, and from what holds none.
func TestComposed(t *testing.T) {
	var s Standins
	word := s.Secret(NewText("correct-horse-battery"))
	made, _ := s.Uncovered(NewText("a" + word))
	for text, want := range map[string]bool{
		"correct-horse-battery": false, "\"correct-horse-battery\"\n": false, "Bearer correct-horse-battery": false, "something else": false,
		"sb_publishable_correct-horse-battery": true, "correct-horse-batterycorrect-horse-battery": true, made.Reveal(): true,
	} {
		if s.Composed(NewText(text)) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}
