package sources

import (
	"path"
	"regexp"
	"strings"
)

// exampleDirs hold documentation and test data. What they say is never truth.
var exampleDirs = map[string]bool{
	"docs": true, "doc": true, "documentation": true, "examples": true, "example": true, "samples": true, "sample": true,
	"test": true, "tests": true, "testdata": true, "__tests__": true, "fixtures": true, "e2e": true, "cypress": true,
}

// exampleName matches a file that shows what to write, not what is: .env.example,
// secret.example.yaml, values-sample.yaml.
var exampleName = regexp.MustCompile(`(?i)(^|[._-])(example|sample)([._-]|$)`)

// isExample says whether the file is an example. A directory that the user named, or
// one above it, does not count: who asks for testdata/repo wants it linted.
func (r *Repository) isExample(name string) bool {
	rest := name
	for _, s := range r.selected {
		if s != "." && within(name, s) && len(name)-len(s) < len(rest) {
			rest = strings.TrimPrefix(strings.TrimPrefix(name, s), "/")
		}
	}
	if rest == "" { // the file itself was named
		return false
	}
	dir, base := path.Split(rest)
	for _, d := range strings.Split(strings.TrimSuffix(dir, "/"), "/") {
		if exampleDirs[strings.ToLower(d)] {
			return true
		}
	}
	if exampleName.MatchString(base) {
		return true
	}
	lower := strings.ToLower(base)
	return strings.HasPrefix(lower, ".env") && (strings.HasSuffix(lower, ".template") || strings.HasSuffix(lower, ".tmpl") || strings.HasSuffix(lower, ".dist"))
}
