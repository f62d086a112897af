package chart

import (
	"strings"
	"text/template"

	"github.com/keylint/keylint/keys"
)

// FillIn fills in a template that is no chart's, with the functions that charts have and
// within their bounds.
func FillIn(text string, data any) (string, error) {
	var words keys.Standins
	t, err := template.New("").Funcs(boundedFunctions(&words)).Parse(text)
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
