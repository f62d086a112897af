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
	}
	for _, test := range tests {
		v := s.Resolve(NewText(test.text))
		if v.Reason() != test.reason || v.IsKnown() != (test.reason == "") {
			t.Errorf("%q: %q", test.text, v.Reason())
		}
	}
}
