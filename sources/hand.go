package sources

import (
	"bytes"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"

	"github.com/keylint/keylint/keys"
)

// Hand is what a renderer gets in the place of a value. It is the one door through which what
// was decrypted, unsealed or is not known goes into kustomize, a chart, a template or a
// substitution: the bytes of a file by way of Handed and Documents, the values of a chart and the fields of
// an object that orders a deployment text by text. A renderer never sees one of these: it gets a word that stands for
// it, and where that comes out again, Resolve of the Standins says what it is worth. What everybody can read goes as it is.
func (r *Repository) Hand(v keys.Value) string {
	if v.IsKnown() {
		return r.standins.Shown(v.Text())
	}
	return r.standins.Word(v)
}

// HandSecret is the word for a text that was decrypted, or is part of one.
func (r *Repository) HandSecret(t keys.Text) string { return r.concealed(t, r.standins.Secret(t)) }

// concealed is the word for a text. Neither is shown in a message from then on.
func (r *Repository) concealed(t keys.Text, word string) string {
	r.ledger.Conceal(t, word)
	return word
}

// hide is the word for a text that SOPS encrypted. What an object is called and of what kind it is goes as it is, as many encrypt
// whole manifests: without that nothing could be deployed. What is called like that and looks like a secret does not.
func (r *Repository) hide(path []string, text string) string {
	if len(path) > 0 && identifying[path[len(path)-1]] && len(text) <= maxObjectName && objectName.MatchString(text) && !keys.LooksRandom(text) {
		return text
	}
	return r.concealed(keys.NewText(text), r.standins.SecretText(keys.NewText(text)))
}

// identifying are the fields that say which object it is, in manifests and in the values of charts.
var identifying = map[string]bool{"apiVersion": true, "kind": true, "type": true, "name": true, "namespace": true, "nameOverride": true, "fullnameOverride": true}

// maxObjectName is the length of the longest name that most objects may have (RFC 1123).
const maxObjectName = 63

// objectName matches what may stand in them, and no key.
var objectName = regexp.MustCompile(`^[A-Za-z0-9]+(?:[./-][A-Za-z0-9]+)*$`)

// HandMade remembers of a text, which a template of the repository makes of what was decrypted, what the same template makes of the words: that is
// what a renderer gets, who sees so what the template wrote, and no more. Where the words do not lead back to the text it gets one word for the whole.
func (r *Repository) HandMade(t keys.Text, handed string) {
	if !r.standins.MadeOf(t, handed) {
		r.HandSecret(t)
	}
}

// HandTree hands every text of a tree that was decoded of a decrypted document: a mapping, a list, or what stands in them. open is what it is laid
// over: names that stand there are known to whoever reads the repository. Any other that bears a secret is handed, too.
func (r *Repository) HandTree(tree, open any) {
	r.handTexts(tree)
	r.handNames(tree, open)
}

// handTexts hides what would say which object it is as well: whoever writes the template of a SealedSecret may put a secret there.
func (r *Repository) handTexts(tree any) any {
	switch tree := tree.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(tree)) { // what is asked, and remembered, has bounds
			tree[k] = r.handTexts(tree[k])
		}
	case []any:
		for i, v := range tree {
			tree[i] = r.handTexts(v)
		}
	case string:
		return r.handPiece(tree)
	case json.Number: // a password may be one
		if word := r.HandSecret(keys.NewText(tree.String())); word != tree.String() {
			return word
		}
	case float64:
		text := strconv.FormatFloat(tree, 'f', -1, 64)
		if word := r.HandSecret(keys.NewText(text)); word != text {
			return word
		}
	}
	return tree
}

// handPiece hides a text that may be a piece of a secret: of any length, unless it is a short one that stands in the open, by which templates branch.
func (r *Repository) handPiece(text string) string {
	if len(text) >= keys.MinHidden || text == "" || r.InTheOpen(text) {
		return r.HandSecret(keys.NewText(text))
	}
	return r.handAny(text)
}

// handAny is the word for a text, were it ever so short.
func (r *Repository) handAny(text string) string {
	return r.concealed(keys.NewText(text), r.standins.Piece(keys.NewText(text)))
}

// handNames does so of the names, when all texts are known that they may bear.
func (r *Repository) handNames(tree, open any) {
	switch tree := tree.(type) {
	case map[string]any:
		known, _ := open.(map[string]any)
		for _, k := range slices.Sorted(maps.Keys(tree)) {
			v := tree[k]
			below, isKnown := known[k]
			r.handNames(v, below)
			if !isKnown && r.standins.Bears(k) {
				delete(tree, k)
				tree[r.handAny(k)] = v
			}
		}
	case []any:
		for _, v := range tree {
			r.handNames(v, nil)
		}
	}
}

// Handed are the file's bytes as a renderer gets them.
func (f *File) Handed() ([]byte, error) {
	plain, err := f.Plain()
	switch {
	case err != nil:
		return nil, err
	case f.Decrypted():
		return f.handed, nil
	case f.Private():
		return f.repo.handLines(plain), nil
	}
	return plain, nil
}

// variableName matches what may stand in front of the "=" of a line.
var variableName = regexp.MustCompile(`^\s*(?:export\s+)?[A-Za-z_][A-Za-z0-9_.-]*\s*$`)

// handLines hands the values of a file of variables, line by line, and no comment. Where no name begins a line it is a part of something else, and
// handed as a whole.
func (r *Repository) handLines(b []byte) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(b) {
		text := bytes.TrimRight(line, "\r\n")
		name, value, ok := bytes.Cut(text, []byte("="))
		switch trimmed := bytes.TrimSpace(text); {
		case len(trimmed) == 0, trimmed[0] == '#':
		case ok && variableName.Match(name) && (r.names.Of(string(bytes.TrimSpace(name))).Slot != "" || !keys.LooksRandom(string(name)) && !r.standins.Bears(string(name))):
			out.Write(name)
			out.WriteString("=" + r.HandSecret(keys.NewText(string(value))))
		default:
			out.WriteString(r.handAny(string(text)))
		}
		out.Write(line[len(text):])
	}
	return out.Bytes()
}

// Decrypted says that SOPS encrypted the file, and that a key at hand opened it.
func (f *File) Decrypted() bool { return f.Encrypted() && f.Locked() == nil }
