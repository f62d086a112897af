package sources

import (
	"strings"
	"testing"
)

// given is what the contexts of the tests hold.
func given(path []string, _ Position) ciText {
	switch name := strings.Join(path, "."); name {
	case "env.URL":
		return ciKnown("https://x", Position{})
	case "env.EMPTY":
		return ciKnown("", Position{})
	case "matrix.env":
		return ciKnown("prod", Position{})
	case "secrets.A", "secrets.B", "secrets.KEY_PROD":
		return ciText{source: name, why: "kept"}
	}
	return ciUnknown("the run")
}

// TestExpressions reads texts as GitHub does, as far as they are known. An unknown one is told by its source in brackets.
func TestExpressions(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"plain", "plain"},
		{"", ""},
		{"${{ env.URL }}", "https://x"},
		{"${{env.URL}}/rest", "https://x/rest"},
		{"${{ secrets.A }}", "<secrets.A>"},
		{"x${{ secrets.A }}", "<>"},
		{"${{ secrets['A'] }}", "<secrets.A>"},
		{"${{ secrets[format('KEY_{0}', 'PROD')] }}", "<secrets.KEY_PROD>"},
		{"${{ secrets[github.ref] }}", "<>"},
		{"${{ secrets.A || 'fallback' }}", "fallback"},
		{"${{ secrets.A || secrets.B }}", "<>"},
		{"${{ env.EMPTY || 'fallback' }}", "fallback"},
		{"${{ env.EMPTY || secrets.B }}", "<secrets.B>"},
		{"${{ matrix.env == 'PROD' && secrets.A || secrets.B }}", "<secrets.A>"},
		{"${{ matrix.env != 'prod' && secrets.A || secrets.B }}", "<secrets.B>"},
		{"${{ !env.EMPTY && 'yes' || 'no' }}", "yes"},
		{"${{ (startsWith(matrix.env, 'p') && contains(matrix.env, 'ro')) && 'in' || 'out' }}", "in"},
		{"${{ github.ref == 'x' && 'a' || 'b' }}", "<>"},
		{"${{ 'it''s }} here' }}", "it's }} here"},
		{"${{ 0 || false || null || 'last' }}", "last"},
		{"${{ format('{0}-{1}', 'a', 'b') }}", "a-b"},
		{"${{ fromJSON(secrets.A).key }}", "<>"},
		{"${{ a.*.b }}", "<>"},
		{"${{ && }}", "<>"},
		{"${{ 'open }}", "<>"},
		{"${{ open", "<>"},
		{"${{ " + strings.Repeat("(", 100) + "1", "<>"},
		{"${{ " + strings.Repeat("!", 100) + "1 }}", "<>"},
	} {
		e := &expressions{contexts: given}
		got := e.expand(test.text, func(int, int) Position { return Position{} })
		text := got.text
		if !got.known {
			text = "<" + got.source + ">"
		}
		if text != test.want {
			t.Errorf("%s: %s, want %s", test.text, text, test.want)
		}
	}
}

// TestConditions takes both ways of a condition that only the run decides.
func TestConditions(t *testing.T) {
	const text = "${{ github.ref == 'x' && 'a' || 'b' }}"
	e := &expressions{contexts: given}
	nowhere := func(int, int) Position { return Position{} }
	if got := e.expand(text, nowhere); got.known || len(e.conditions) != 1 {
		t.Fatalf("%v, conditions %q", got, e.conditions)
	}
	for holds, want := range map[bool]string{true: "a", false: "b"} {
		assumed := &expressions{contexts: given, assumed: e.conditions[0], holds: holds}
		if got := assumed.expand(text, nowhere); got.text != want {
			t.Errorf("%t: %s", holds, got.text)
		}
	}
}

func FuzzExpressions(f *testing.F) {
	f.Add("${{ secrets.A || format('{0}', matrix.env) == 'x' && !env.URL }}")
	f.Add("${{ 'a''b' }} ${{ x[y.z].* }}")
	f.Fuzz(func(t *testing.T, text string) {
		e := &expressions{contexts: given}
		e.expand(text, func(start, end int) Position {
			if start < 0 || end < start || end > len(text) {
				t.Errorf("a stretch from %d to %d of %d", start, end, len(text))
			}
			return Position{}
		})
	})
}
