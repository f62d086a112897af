package nodes

import (
	"strings"
	"testing"
)

// TestBounds reads texts that would take more memory, or go deeper, than there is.
func TestBounds(t *testing.T) {
	for name, text := range map[string]string{
		"many items":       strings.Repeat("- a\n", maxSigns+1),
		"many on one line": "[" + strings.Repeat("a,", maxSigns+1) + "]",
		"lists in lists":   strings.Repeat("[", MaxDepth+2) + strings.Repeat("]", MaxDepth+2),
		"far deeper":       strings.Repeat("[", 1_000_000),
		"blocks in blocks": strings.Repeat("- ", MaxDepth+2) + "a",
	} {
		if docs, problems := Parse([]byte(text)); len(docs) > 0 || len(problems) == 0 {
			t.Errorf("%s: %d documents, %d problems", name, len(docs), len(problems))
		}
	}
}
