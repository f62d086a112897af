package chart

import (
	"strings"
	"text/template"

	"github.com/keylint/keylint/keys"
)

// FillIn fills in a template that is no chart's, with the functions that charts have and
// within their bounds. What the words in the data stand for they know as those of a chart do.
func FillIn(text string, data any, words *keys.Standins) (string, error) {
	t, err := template.New("").Funcs(boundedFunctions(&compared{words: words})).Parse(text)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if err := t.Execute(&limited{&b}, data); err != nil {
		return "", err
	}
	return b.String(), nil
}

// limited refuses more text than is bearable.
type limited struct{ *strings.Builder }

func (l *limited) Write(b []byte) (int, error) {
	if l.Len()+len(b) > maxTemplateText {
		return 0, errTooMuch
	}
	return l.Builder.Write(b)
}
