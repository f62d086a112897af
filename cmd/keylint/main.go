// Command keylint checks, offline and before merge, that every Supabase key which
// something in a GitOps repository presents will be accepted by everything that checks
// it. This package is flags in and exit status out, a file a command; what is decided
// is decided in lint, what is told is told in report.
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/keylint/keylint/internal/confine"
	_ "github.com/keylint/keylint/internal/confine/first" // runs before all libraries
)

func main() {
	env := environment(os.Environ())
	stdin, stdout, stderr, err := isolate()
	if err != nil {
		fmt.Fprintf(os.Stderr, "keylint: %v\n", err)
		os.Exit(exitFailed)
	}
	os.Exit(run(os.Args[1:], stdin, stdout, stderr, env, &confine.Sandbox{}))
}

// environment is a copy of the process's environment, taken before isolate empties it.
func environment(pairs []string) func(string) string {
	values := map[string]string{}
	for _, p := range pairs {
		if name, value, ok := strings.Cut(p, "="); ok {
			values[name] = value
		}
	}
	return func(name string) string { return values[name] }
}
