package keys

import "testing"

// TestCannotEqual states when lengths alone prove that two values differ.
func TestCannotEqual(t *testing.T) {
	known := Known(NewText("ten bytes!"))
	for _, c := range []struct {
		name string
		a, b Value
		want bool
	}{
		{"another length", known, UnknownOfLength("sealed", 11, 11), true},
		{"the same length proves nothing", known, UnknownOfLength("sealed", 10, 10), false},
		{"within bounds", known, UnknownOfLength("sealed", 9, 11), false},
		{"two unknown ones", UnknownOfLength("sealed", 5, 5), UnknownOfLength("sealed", 6, 6), true},
		{"no length known", known, Unknown("Vault"), false},
		{"two known ones are compared byte by byte", known, Known(NewText("x")), false},
		{"white space may be taken off", known, UnknownOfLength("sealed", 11, 11).Trimmed(), false},
		{"but not that much", known, UnknownOfLength("sealed", 15, 15).Trimmed(), true},
		{"nor can any be put on", known, UnknownOfLength("sealed", 9, 9).Trimmed(), true},
	} {
		if got := c.a.CannotEqual(c.b); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
		if got := c.b.CannotEqual(c.a); got != c.want {
			t.Errorf("%s, reversed: %v", c.name, got)
		}
	}
}
