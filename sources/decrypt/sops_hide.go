package decrypt

import (
	"fmt"

	"github.com/getsops/sops/v3"

	"github.com/keylint/keylint/keys"
)

// Opened is what a file holds that SOPS encrypted.
type Opened struct {
	Plain  []byte
	Hidden []byte // the same with other words in the place of what was encrypted; nil where nothing hides it
}

// hide gives a word in the place of a text that was encrypted under a path of keys.
type hide = func(path []string, text string) string

// hideBranches hides the texts of a decrypted tree that were encrypted. A text that stands elsewhere in the open is no secret there, and is
// hidden all the same.
func hideBranches(branches sops.TreeBranches, opened map[[32]byte]bool, words hide) {
	for i := range branches {
		hideIn(branches[i], nil, opened, words)
	}
}

func hideIn(v any, path []string, opened map[[32]byte]bool, words hide) any {
	switch v := v.(type) {
	case sops.TreeBranch:
		for i := range v {
			if comment, ok := v[i].Key.(sops.Comment); ok {
				v[i].Key = hideIn(comment, path, opened, words)
				continue
			}
			v[i].Value = hideIn(v[i].Value, append(path[:len(path):len(path)], fmt.Sprint(v[i].Key)), opened, words)
		}
	case []any:
		for i := range v {
			v[i] = hideIn(v[i], path, opened, words)
		}
	case sops.Comment:
		if opened[keys.NewText(v.Value).Sum()] {
			v.Value = ""
			return v
		}
	default:
		if text, ok := textOf(v); ok && opened[keys.NewText(text).Sum()] {
			if word := words(path, text); word != text {
				return word
			}
		}
	}
	return v
}
