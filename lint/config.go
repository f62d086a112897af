package lint

import (
	"path"
	"strings"
)

// Config is what a repository's configuration says to the rules.
type Config struct {
	Production   []string // patterns of the paths that production is deployed from; empty goes by their words
	ExpiryWindow int      // days before its end from which a key is reported; 0 is the default, 90
}

// matches says whether a path, or a directory that it lies in, matches one of the patterns
// (path.Match, and a pattern that ends in "/**" or "/" is a directory).
func matches(patterns []string, name string) bool {
	for _, pattern := range patterns {
		pattern = strings.TrimSuffix(strings.TrimSuffix(path.Clean(pattern), "/**"), "/")
		for dir := name; dir != "." && dir != "/"; dir = path.Dir(dir) {
			if ok, _ := path.Match(pattern, dir); ok || pattern == "." {
				return true
			}
			if ok, _ := path.Match(pattern, path.Base(dir)); ok && !strings.Contains(pattern, "/") {
				return true
			}
		}
	}
	return false
}

const defaultExpiryWindow = 90

func (c Config) expiryWindow() int {
	if c.ExpiryWindow > 0 {
		return c.ExpiryWindow
	}
	return defaultExpiryWindow
}
