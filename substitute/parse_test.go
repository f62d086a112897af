package substitute

import (
	"errors"
	"strings"
	"testing"
)

// TestParseShellBounds parses scripts in which the library would call itself until the stack overflows.
func TestParseShellBounds(t *testing.T) {
	for name, text := range map[string]string{
		"substitutions": strings.Repeat("$(", 1_000_000),
		"subshells":     strings.Repeat("(", 1_000_000),
		"blocks":        strings.Repeat("{ ", 1_000_000),
		"defaults":      strings.Repeat("${a:-", 1_000_000),
		"conditions":    strings.Repeat("if ", 1_000_000),
		"a long script": strings.Repeat("true\n", 1_000_000),
	} {
		if _, err := ParseShell("", text); !errors.Is(err, ErrTooDeep) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, words := range []string{"if ", "while ", "! ", "a | ", "a && ", "$((-", "[[ ! ", "time "} {
		if _, err := ParseShell("", strings.Repeat(words, maxScript/len(words))); errors.Is(err, ErrTooDeep) && !strings.Contains(words, "[") && !strings.Contains(words, "(") {
			t.Errorf("%q: %v", words, err)
		}
	}
}
