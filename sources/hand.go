package sources

import "github.com/keylint/keylint/keys"

// Hand is what a renderer gets in the place of a value. It is the one door through which what
// was decrypted, unsealed or is not known goes into kustomize, a chart, a template or a
// substitution: the bytes of a file by way of Handed, the values of a chart and the fields of
// an object that orders a deployment text by text. A known value goes as its text, an unknown
// one as a word that stands for it; where either comes out again, Resolve of the Standins says
// what it is worth.
func (r *Repository) Hand(v keys.Value) string {
	if v.IsKnown() {
		return v.Text().Reveal()
	}
	return r.standins.Word(v)
}

// HandTree hands every text of a tree that was decoded of a decrypted document: a mapping, a
// list, or what stands in them.
func (r *Repository) HandTree(tree any) any {
	switch tree := tree.(type) {
	case map[string]any:
		for k, v := range tree {
			tree[k] = r.HandTree(v)
		}
	case []any:
		for i, v := range tree {
			tree[i] = r.HandTree(v)
		}
	case string:
		return r.Hand(keys.Known(keys.NewText(tree)))
	}
	return tree
}

// Handed are the file's bytes as a renderer gets them.
func (f *File) Handed() ([]byte, error) {
	plain, err := f.Plain()
	if err != nil || !f.Decrypted() {
		return plain, err
	}
	return []byte(f.repo.Hand(keys.Known(keys.NewText(string(plain))))), nil
}

// Decrypted says that SOPS encrypted the file, and that a key at hand opened it.
func (f *File) Decrypted() bool { return f.Encrypted() && f.Locked() == nil }
