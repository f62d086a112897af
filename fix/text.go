package fix

import (
	"encoding/base64"
	"errors"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
)

var (
	errElsewhere = errors.New("the key is not written there in a way that keylint writes: a template or a program makes it of what stands there")
	errMeaning   = errors.New("the key holds characters that have a meaning where it would stand: put it there by hand, quoted as the file's format asks for")
)

// harmless matches a text that means the same in YAML, JSON, a file of variables, a Dockerfile, a shell and SQL, quoted or not.
var harmless = regexp.MustCompile(`^[A-Za-z0-9_/+.][A-Za-z0-9_/+.=~-]*$`)

// encodings are the spellings of base64.
var encodings = []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding}

// rewrite is what has to stand in the place of the text from which an edit's old value is read.
func rewrite(text string, e lint.Edit) (string, error) {
	was, to := e.Was.Reveal(), e.To.Reveal()
	if was == "" && e.Open == nil { // where nothing stands, nothing says how it would be written
		return "", errElsewhere
	}
	for _, encoding := range encodings {
		if decoded, err := encoding.DecodeString(text); err == nil && string(decoded) == was {
			return encoding.EncodeToString([]byte(to)), nil
		}
	}
	switch {
	case e.Open != nil && text == was:
		return to, nil
	case !harmless.MatchString(to):
		return "", errMeaning
	case text == was:
		return to, nil
	case strings.Contains(text, to) && keys.Trim(e.Was).Equal(e.To): // what stands round it is written in the format's way
		return to, nil
	}
	return "", errElsewhere
}

// quoted says whether quotes stand round a part of a file.
func quoted(b []byte, from, to int) bool {
	return from > 0 && to < len(b) && (b[from-1] == '"' || b[from-1] == '\'') && b[from-1] == b[to]
}

// isYAMLText says whether YAML takes a text without quotes for one, and for no number: a Secret holds texts, and the cluster refuses others.
func isYAMLText(text string) bool {
	var n yaml.Node
	return yaml.Unmarshal([]byte(text), &n) == nil && len(n.Content) == 1 && n.Content[0].ShortTag() == yaml.NodeTagString
}

// blockHeader matches the end of a line on which a block scalar of YAML begins that keeps its last line's end.
var blockHeader = regexp.MustCompile(`[|>][1-9]?(\+?)[ \t]*(?:#.*)?$`)

// chomp is where in a file, and with what, the line end goes that a block scalar leaves behind the text of its only line; false where none
// does.
func chomp(f *sources.File, e lint.Edit) (edit, bool) {
	begin, ok := f.Offset(e.At.Line-1, 1)
	at := blockHeader.FindStringSubmatchIndex(f.Line(e.At.Line - 1))
	if !ok || at == nil || e.Was.Reveal() != e.To.Reveal()+"\n" {
		return edit{}, false
	}
	return edit{begin + at[2], begin + at[3], "-"}, true
}
