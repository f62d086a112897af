package chart

import (
	"strings"
	"text/template"

	"github.com/keylint/keylint/sources"
)

// FillIn fills in a template that is no chart's, with the functions that charts have and
// within their bounds. What the words in the data stand for they know as those of a chart do.
func FillIn(repo *sources.Repository, text string, data any) (string, error) {
	counted, err := withSteps("", text)
	if err != nil {
		return "", err
	}
	d := &decisions{words: repo.Standins(), halt: true}
	t, err := template.New("").Funcs(boundedFunctions(d, repo.Spend)).Parse(counted)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if err := t.Execute(&limited{&b}, data); d.by != "" {
		return "", ErrDecided
	} else if err != nil {
		return "", err
	}
	if !repo.Spend(b.Len()) {
		return "", ErrTooMuch
	}
	return b.String(), nil
}

// limited refuses more text than is bearable.
type limited struct{ *strings.Builder }

func (l *limited) Write(b []byte) (int, error) {
	if l.Len()+len(b) > maxTemplateText {
		return 0, ErrTooMuch
	}
	return l.Builder.Write(b)
}
