package sources

import (
	"strings"
	"testing"
)

// TestColumns: a long line has the columns that it has when it is counted through.
func TestColumns(t *testing.T) {
	for _, line := range []string{"", "äb", strings.Repeat("a", 1000), strings.Repeat("äb€", 400), strings.Repeat("a", longStep) + "ä", strings.Repeat("\xff", 600)} {
		var c columns
		for column := range 1300 {
			if is, want := c.of(1, line, column), byteColumn(line, column); is != want {
				t.Fatalf("column %d of %.20q… is %d, not %d", column, line, is, want)
			}
		}
	}
}
