package sources

import (
	"strings"
	"testing"
)

// TestInComment: what begins a comment in one language may be a value in another.
func TestInComment(t *testing.T) {
	for name, lines := range map[string]map[string]bool{
		"a.ts":       {"// key = '": true, "const a = 1 // '": true, "const u = 'https://x.example', k = '": false, " * key: ": true, "const #key = '": false},
		"a.py":       {"# KEY = '": true, "KEY = '": false, "x = 1  # '": true, "color = '#fff'; key = '": false},
		"a.h":        {"#define KEY \"": false, "// #define KEY \"": true},
		".env.local": {"#KEY=": true, "KEY=": false, "KEY=a # ": true},
		"Makefile":   {"# KEY = ": true, "KEY = ": false},
		"a.json":     {`{"a": "x // y", "key": "`: false, "// \"": false},
		"a.sql":      {"-- select '": true, "select '": false},
		"a.html":     {"<!-- <script>k='": true, "<script>k='": false},
		"a.bat":      {"REM set KEY=": true, "REMOTE_KEY=": false},
		"a.js":       {strings.Repeat("x", longLine) + " // ": false},
	} {
		f := &File{Path: name, kind: kindOf(name)}
		for line, want := range lines {
			if got := f.inComment(line); got != want {
				t.Errorf("%s: %.40q: %v", name, line, got)
			}
		}
	}
}
