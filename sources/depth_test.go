package sources

import (
	"strings"
	"testing"
)

// TestDepth parses what would make the libraries call themselves until the stack overflows.
func TestDepth(t *testing.T) {
	if _, err := ParseDockerfile([]byte("FROM a\nENV A=" + strings.Repeat("${A:-", 10_000) + "\n")); err == nil {
		t.Error("a Dockerfile is read")
	}
	if _, err := ParseCLIConfig([]byte("a = " + strings.Repeat("[", 100_000))); err == nil {
		t.Error("a config.toml is read")
	}
}
