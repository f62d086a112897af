package keys

import "testing"

func TestStandins(t *testing.T) {
	var s Standins
	locked := s.Word(Unknown("it is locked"))
	generated := s.Word(Unknown("it is generated"))
	tests := []struct{ text, reason string }{
		{"an ordinary text", ""},
		{locked, "it is locked"},
		{generated, "it is generated"},
		{"Bearer " + generated, "it is generated"},
		{"keylint-unknown-99999-x", ""}, // nobody's
		{"<path:secret/data/supabase#anon_key>", "argocd-vault-plugin takes it from secret/data/supabase#anon_key"},
		{"<path:secret/data/supabase#anon_key#3 | base64encode>", "argocd-vault-plugin takes it from secret/data/supabase#anon_key version 3 | base64encode"},
		{"ref+vault://secret/supabase#/anon_key", "vals takes it from vault://secret/supabase#/anon_key"},
		{"<path:without-a-key>", ""},
		{"<anon-key>", ""},
	}
	for _, test := range tests {
		v := s.Resolve(NewText(test.text))
		if v.Reason() != test.reason || v.IsKnown() != (test.reason == "") {
			t.Errorf("%q: %q", test.text, v.Reason())
		}
	}
}

func TestSame(t *testing.T) {
	a, b := UnknownFrom("vault: a#k", "why"), UnknownFrom("vault: b#k", "why")
	known := Known(NewText("k"))
	tests := []struct {
		name string
		v, w Value
		want bool
	}{
		{"one source", a, UnknownFrom("vault: a#k", "another reason"), true},
		{"two sources", a, b, false},
		{"without a source", Unknown("why"), Unknown("why"), false},
		{"known and unknown", known, a, false},
		{"known and equal", known, Known(NewText("k")), true},
		{"absent", Value{}, Value{}, false},
	}
	for _, test := range tests {
		if got := test.v.Same(test.w); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

func FuzzElsewhere(f *testing.F) {
	for _, seed := range []string{"<path:a#b>", "<path:a#b#1|x>", "ref+vault://a", "<a>", "\"<path:a#b>\""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if v, ok := elsewhere(NewText(s)); ok && v.IsKnown() {
			t.Error("a reference is known")
		}
		VaultPlaceholder("p", NewText(s))
	})
}

// TestDecoded: what is decoded is another value than what is encoded, and what was encoded for
// that is none.
func TestDecoded(t *testing.T) {
	var s Standins
	plain, encoded := s.Resolve(NewText("<path:kv/a#k>")), s.Resolve(NewText("<path:kv/a#k | base64encode>"))
	if encoded.Same(plain) || plain.Decoded().Same(plain) {
		t.Error("a value is the same in base64")
	}
	if !encoded.Decoded().Same(plain) {
		t.Error("what is encoded and decoded is another")
	}
}
