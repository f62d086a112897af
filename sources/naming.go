package sources

import "sigs.k8s.io/kustomize/kyaml/yaml"

// Marked says whether a mark stands in the text.
func (r *Repository) Marked(text []byte) bool { return r.marks.in(text) }

// MarkedNode says whether a mark stands in a scalar of the node or below it.
func (r *Repository) MarkedNode(n *yaml.Node) bool {
	if n == nil {
		return false
	}
	if n.Kind == yaml.ScalarNode && r.marks.in([]byte(n.Value)) {
		return true
	}
	for _, c := range n.Content { // what an alias stands for comes earlier in the file
		if r.MarkedNode(c) {
			return true
		}
	}
	return false
}

// Dismiss takes back that the file is marked, where it is YAML and its marks stand in comments
// only, of which nothing follows. It returns whether it did.
func (f *File) Dismiss() bool {
	docs := f.Documents()
	if len(docs) == 0 || f.problems {
		return false
	}
	for _, d := range docs {
		if f.repo.MarkedNode(d.Root) {
			return false
		}
	}
	f.marked = false
	return true
}

// Naming says of each file whether one of the names stands in it, as a whole word. Files that
// are not held are read, and not kept.
func Naming(files []*File, names map[string]bool) []bool {
	hits := make([]bool, len(files))
	onAllCores(len(files), func(i int) {
		b, err := files[i].peek()
		hits[i] = err == nil && hasWord(b, names)
	})
	return hits
}

// peek is the file's bytes; those of one that is not held are not kept either.
func (f *File) peek() ([]byte, error) {
	if f.disk != nil || f.readErr != nil {
		return f.disk, f.readErr
	}
	return f.read()
}

// hasWord goes through the words of a text, as the names of objects are written: letters,
// digits, dashes, dots and underscores.
func hasWord(b []byte, words map[string]bool) bool {
	start := -1
	for i, c := range b {
		if isNamePart(c) || c == '.' {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 && words[string(b[start:i])] {
			return true
		}
		start = -1
	}
	return start >= 0 && words[string(b[start:])]
}
