package lint

import (
	"strings"
	"testing"
)

// TestUTF16Column counts as editors do: ü is two bytes and one unit, 🔑 four bytes and two
// units, a byte that is no UTF-8 one.
func TestUTF16Column(t *testing.T) {
	for _, c := range []struct {
		line             string
		column, column16 int
	}{
		{"ANON_KEY=x", 10, 10},
		{"schlüssel: x", 13, 12},
		{"🔑: x", 7, 5},
		{"\xff: x", 4, 4},
		{"ü", 3, 2},  // behind the last byte
		{"ü", 10, 9}, // behind the end
		{"", 1, 1},
		{strings.Repeat("🔑ü", 500) + ": x", 3001, 1501}, // far from where the line was measured
		{strings.Repeat("🔑ü", 500) + ": x", 1503, 753},  // within a character
	} {
		if got := measured(c.line).utf16(c.column); got != c.column16 {
			t.Errorf("%.40q: column %d is %d, want %d", c.line, c.column, got, c.column16)
		}
	}
}
