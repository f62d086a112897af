package chart

import "testing"

// TestWordsAt finds whole words only.
func TestWordsAt(t *testing.T) {
	for _, c := range []struct {
		line, text string
		want       int
	}{
		{"      secretName: {{ .secretName }}", "secret", -1},
		{"      key: secret", "secret", 11},
		{"      secretName: {{ .Values.secret }}", "secret", 29},
		{"  - key: anon-key-old", "anon-key", -1},
		{`  - key: "anon-key"`, "anon-key", 10},
		{"", "secret", -1},
	} {
		if got := wordsAt(c.line, c.text); got != c.want {
			t.Errorf("%q in %q: %d", c.text, c.line, got)
		}
	}
}
