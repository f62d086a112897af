package keys_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/keylint/keylint/keys"
)

const sample = "a-key-that-must+not/leak-123"

// TestTextDoesNotLeak prints a text in every way, also from within an unexported field
// of another struct, where a redacting String method would not be called.
func TestTextDoesNotLeak(t *testing.T) {
	type inner struct{ text keys.Text }
	type outer struct {
		value  keys.Value
		nested *inner
		list   []keys.Text
	}
	text := keys.NewText(sample)
	o := outer{keys.Known(text), &inner{text}, []keys.Text{text}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p", "%T"} {
		for _, v := range []any{text, &text, o, &o, o.nested, o.list, map[string]keys.Text{"k": text}, keys.Known(text)} {
			leakless(t, verb, fmt.Sprintf(verb, v))
		}
	}
	for _, v := range []any{text, o, map[string]any{"k": text}, keys.Known(text)} {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		leakless(t, "JSON", string(b))
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "v", v)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v)
		leakless(t, "slog", log.String())
	}
}

func leakless(t *testing.T, how, s string) {
	t.Helper()
	for _, form := range []string{sample, fmt.Sprintf("%x", sample), fmt.Sprintf("%X", sample), base64.StdEncoding.EncodeToString([]byte(sample))} {
		if strings.Contains(s, form) {
			t.Errorf("%s shows the text: %s", how, s)
		}
	}
}

// TestAbsentEqualsNothing: two missing keys are not equal keys.
func TestAbsentEqualsNothing(t *testing.T) {
	known, unknown, absent := keys.Known(keys.NewText("x")), keys.Unknown("sealed"), keys.Value{}
	empty := keys.Known(keys.NewText(""))
	values := []keys.Value{known, unknown, absent, empty}
	for i, a := range values {
		for j, b := range values {
			want := i == j && (i == 0 || i == 3)
			if got := a.Equal(b); got != want {
				t.Errorf("values %d and %d: equal is %v", i, j, got)
			}
		}
	}
}

func TestLedger(t *testing.T) {
	var l keys.Ledger
	l.Add(keys.NewText(sample + "\n"))
	l.Add(keys.NewText("short"))
	l.Add(keys.NewText("https://supabase.example.com"))
	l.AddDecrypted(keys.NewText("supabase-db.supabase.svc"))
	for _, leak := range []string{sample, base64.StdEncoding.EncodeToString([]byte(sample)), url.QueryEscape(sample)} {
		if !l.Leaks("some text "+leak+" around", nil) {
			t.Errorf("not seen: %s", leak)
		}
		if s := l.Scrub("some text " + leak); strings.Contains(s, leak) {
			t.Errorf("not scrubbed: %s", s)
		}
	}
	for _, honest := range []string{"short", "https://supabase.example.com", "supabase-db.supabase.svc"} {
		if l.Leaks(honest, nil) {
			t.Errorf("taken for a key: %s", honest)
		}
	}
}
