package chart

import (
	"maps"
	"regexp"
	"slices"
	"strconv"

	"github.com/keylint/keylint/keys"
)

// marks number the values of a chart, so that one that comes out of a template can be
// led back to where it went in.
type marks struct {
	names keys.Names
	paths [][]string
}

var mark = regexp.MustCompile(`zqm([0-9]{6})q`)

// put is a copy of the values in which the texts that are to be taken are marks. A value that is
// null is an empty text.
func (m *marks) put(values map[string]any, take func(way []string, text string) bool) map[string]any {
	return m.mark(values, nil, take).(map[string]any)
}

func (m *marks) mark(v any, way []string, take func([]string, string) bool) any {
	extend := func(step string) []string { return append(way[:len(way):len(way)], step) }
	text, isText := v.(string)
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for _, k := range slices.Sorted(maps.Keys(v)) {
			out[k] = m.mark(v[k], extend(k), take)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = m.mark(v[i], extend(strconv.Itoa(i)), take)
		}
		return out
	}
	if !isText && v != nil || !take(way, text) || len(m.paths) > 999_999 {
		return v
	}
	m.paths = append(m.paths, way)
	return "zqm" + strconv.Itoa(1_000_000 + len(m.paths) - 1)[1:] + "q"
}

// all takes every text: templates branch on whether one is there, and not on what it is.
func (m *marks) all(_ []string, text string) bool { return text != "" }

// keyLike takes only what is like a key, since templates branch on the others.
func (m *marks) keyLike(way []string, text string) bool {
	return text != "" && isKeyLike(m.names, way, text)
}

// path is the way to the value that a marked text came from, and whether the text is
// nothing but it.
func (m *marks) path(text string) (way []string, whole, ok bool) {
	ways := m.in(text)
	if len(ways) == 0 {
		return nil, false, false
	}
	return ways[0], len(mark.FindString(text)) == len(text), true
}

// in are the ways to all values that went into a marked text.
func (m *marks) in(text string) [][]string {
	var out [][]string
	for _, found := range mark.FindAllStringSubmatch(text, -1) {
		if n, err := strconv.Atoi(found[1]); err == nil && n < len(m.paths) {
			out = append(out, m.paths[n])
		}
	}
	return out
}
