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

// put is a copy of the values in which texts are marks: all of them, or only those that
// are key-like, since templates branch on the others.
func (m *marks) put(values map[string]any, all bool) map[string]any {
	return m.mapping(values, nil, "", all).(map[string]any)
}

func (m *marks) mapping(v any, way []string, parent string, all bool) any {
	extend := func(step string) []string { return append(way[:len(way):len(way)], step) }
	name := ""
	if len(way) > 0 {
		name = way[len(way)-1]
	}
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for _, k := range slices.Sorted(maps.Keys(v)) {
			out[k] = m.mapping(v[k], extend(k), name, all)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = m.mapping(v[i], extend(strconv.Itoa(i)), name, all)
		}
		return out
	case string:
		if v == "" || !all && !isKeyLike(m.names, parent, name, v) || len(m.paths) > 999_999 {
			return v
		}
		m.paths = append(m.paths, way)
		return "zqm" + strconv.Itoa(1_000_000 + len(m.paths) - 1)[1:] + "q"
	}
	return v
}

// path is the way to the value that a marked text came from, and whether the text is
// nothing but it.
func (m *marks) path(text string) (way []string, whole, ok bool) {
	at := mark.FindStringSubmatchIndex(text)
	if at == nil {
		return nil, false, false
	}
	n, err := strconv.Atoi(text[at[2]:at[3]])
	if err != nil || n >= len(m.paths) {
		return nil, false, false
	}
	return m.paths[n], at[0] == 0 && at[1] == len(text), true
}
