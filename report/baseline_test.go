package report

import (
	"reflect"
	"strings"
	"testing"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
)

func everything(string) bool { return true }

// TestBaseline states, of a finding that was known, when it is still taken for known.
func TestBaseline(t *testing.T) {
	const id = "app-key-rejected:0123456789abcdef"
	const other = "app-key-rejected:fedcba9876543210"
	finding := func(severity lint.Severity, alike ...string) lint.Finding {
		f := lint.Finding{ID: id, Rule: "app-key-rejected", Severity: severity, At: sources.Position{File: "apps/web/.env", Line: 3}, Bearer: "apps/web/.env KEY", Message: "it is wrong"}
		for _, a := range alike {
			f.Related = append(f.Related, lint.Related{At: sources.Position{File: a}, Alike: a + " KEY"})
		}
		f.Related = append(f.Related, lint.Related{At: sources.Position{File: "k8s/secret.yaml"}, Says: "holds the other"})
		return f
	}
	known := NewBaseline(&lint.Result{Findings: []lint.Finding{finding(lint.Warning, "apps/a/.env", "apps/b/.env")}})
	elsewhere := finding(lint.Warning)
	elsewhere.ID, elsewhere.At.File, elsewhere.Bearer = other, "apps/d/.env", "apps/d/.env KEY"
	instance := finding(lint.Warning)
	instance.Of = "another"
	rule := finding(lint.Warning)
	rule.Rule = "key-expired"
	twice := finding(lint.Warning, "apps/a/.env", "apps/a/.env")
	renamed := finding(lint.Warning, "apps/b/.env")
	renamed.ID, renamed.At.File, renamed.Bearer = other, "apps/a/.env", "apps/a/.env KEY"
	moved := finding(lint.Warning, "apps/a/.env", "apps/b/.env")
	moved.At.Line, moved.Message = 40, "it is wrong in other words"
	for name, c := range map[string]struct {
		now   lint.Finding
		known bool
	}{
		"the same":                   {finding(lint.Warning, "apps/a/.env", "apps/b/.env"), true},
		"moved and reworded":         {moved, true},
		"it has become milder":       {finding(lint.Info, "apps/a/.env", "apps/b/.env"), true},
		"one of its places is right": {finding(lint.Warning, "apps/b/.env"), true},
		"it has become worse":        {finding(lint.Error, "apps/a/.env", "apps/b/.env"), false},
		"it is in one more place":    {finding(lint.Warning, "apps/a/.env", "apps/b/.env", "apps/c/.env"), false},
		"in another place":           {elsewhere, false},
		"of another rule":            {rule, false},
		"of another instance":        {instance, false},
		"twice in one of its places": {twice, false},
		"its first place is mended":  {renamed, true},
	} {
		r := &lint.Result{Findings: []lint.Finding{c.now}}
		known.Apply(r, everything)
		if got := len(r.Findings) == 0 && len(r.Suppressed) == 1 && r.Suppressed[0].By == lint.ByBaseline; got != c.known {
			t.Errorf("%s: taken for known: %t", name, got)
		}
	}
}

// TestBaselineGone: an entry is gone where the run looked and found nothing, and only there.
func TestBaselineGone(t *testing.T) {
	known := NewBaseline(many(2))
	for name, c := range map[string]struct {
		result   *lint.Result
		selected func(string) bool
		gone     int
	}{
		"all are there":              {many(2), everything, 0},
		"one of each is gone":        {many(1), everything, 2},
		"a part that was not linted": {many(1), func(file string) bool { return file == "k8s" }, 0},
		"less could be opened":       {&lint.Result{Coverage: lint.Coverage{Locked: 1}}, everything, 0},
		"a comment ignores it": {&lint.Result{Suppressed: []lint.Suppressed{
			{Finding: many(2).Findings[0], By: lint.ByComment}, {Finding: many(2).Findings[1], By: lint.ByComment},
			{Finding: many(2).Findings[2], By: lint.ByComment}, {Finding: many(2).Findings[3], By: lint.ByComment}}}, everything, 0},
	} {
		gone, rest := known.Apply(c.result, c.selected)
		if len(gone) != c.gone {
			t.Errorf("%s: %d are gone, want %d", name, len(gone), c.gone)
		}
		if len(rest.Entries) != 4-c.gone {
			t.Errorf("%s: without them %d are left", name, len(rest.Entries))
		}
	}
}

// TestBaselineShrinks: of an entry the mended places go, so that they do not come back unseen;
// two entries whose places come to share one value are known all the same.
func TestBaselineShrinks(t *testing.T) {
	finding := func(id, file string, alike ...string) lint.Finding {
		f := lint.Finding{ID: "app-key-rejected:" + strings.Repeat(id, 16), Rule: "app-key-rejected", Severity: lint.Error, At: sources.Position{File: file}, Bearer: "KEY"}
		for _, a := range alike {
			f.Related = append(f.Related, lint.Related{At: sources.Position{File: a}, Alike: "KEY"})
		}
		return f
	}
	both := NewBaseline(&lint.Result{Findings: []lint.Finding{finding("a", "apps/a/.env", "apps/b/.env")}})
	gone, rest := both.Apply(&lint.Result{Findings: []lint.Finding{finding("b", "apps/b/.env")}}, everything)
	if len(gone) != 0 || len(rest.Entries) != 1 || len(rest.Entries[0].Places) != 1 {
		t.Errorf("gone %+v, left %+v", gone, rest)
	}
	again := &lint.Result{Findings: []lint.Finding{finding("a", "apps/a/.env", "apps/b/.env")}}
	if rest.Apply(again, everything); len(again.Findings) != 1 {
		t.Error("a mended place that broke again is taken for known")
	}
	two := NewBaseline(&lint.Result{Findings: []lint.Finding{finding("a", "apps/a/.env"), finding("b", "apps/b/.env")}})
	one := &lint.Result{Findings: []lint.Finding{finding("a", "apps/a/.env", "apps/b/.env")}}
	if gone, _ := two.Apply(one, everything); len(one.Findings) != 0 || len(gone) != 0 {
		t.Errorf("two that became one: new %+v, gone %+v", one.Findings, gone)
	}
	twice, err := ParseBaseline([]byte(strings.Replace(string(both.Bytes()), "    {\"id\"", "    "+strings.TrimSpace(strings.Split(string(both.Bytes()), "\n")[4])+",\n    {\"id\"", 1)))
	if err != nil || !reflect.DeepEqual(twice, both) {
		t.Errorf("an entry that stands twice: %v, %+v", err, twice)
	}
}

// TestBaselineRoundTrip: what is written is read, an entry stands on one line, and the order
// is that of the ids.
func TestBaselineRoundTrip(t *testing.T) {
	for _, r := range []*lint.Result{{}, many(3), {Findings: []lint.Finding{{ID: "role-swap:0123456789abcdef", Severity: lint.Info,
		At: sources.Position{File: "a\n\"b\"<>.yaml"}, Message: "x\ny", Related: []lint.Related{{Alike: "c\rd"}}}}}} {
		b := NewBaseline(r)
		text := string(b.Bytes())
		if lines := strings.Count(text, "\n"); lines != 6+len(b.Entries) && len(b.Entries) > 0 {
			t.Errorf("%d entries in %d lines:\n%s", len(b.Entries), lines, text)
		}
		got, err := ParseBaseline([]byte(text))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if len(b.Entries) > 0 && !reflect.DeepEqual(got, b) {
			t.Errorf("got %+v, want %+v", got, b)
		}
		if string(got.Bytes()) != text {
			t.Errorf("written again it is\n%s", got.Bytes())
		}
	}
}

// FuzzParseBaseline reads whatever a merge may leave.
func FuzzParseBaseline(f *testing.F) {
	f.Add(NewBaseline(many(2)).Bytes())
	f.Add([]byte("{\n<<<<<<< HEAD\n  \"version\": 1}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		b, err := ParseBaseline(text)
		if err != nil {
			return
		}
		again, err := ParseBaseline(b.Bytes())
		if err != nil || len(again.Entries) != len(b.Entries) {
			t.Fatalf("what was read cannot be read again: %v\n%s", err, b.Bytes())
		}
	})
}
