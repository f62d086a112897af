package chart

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"helm.sh/helm/v4/pkg/chart/loader/archive"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// defaults are the values that a source of values which cannot be seen may set, and whose texts
// come out of the chart: nobody knows them then, the empty ones, by which charts say that a key is
// to be given, first of all. Other values, by which templates branch, stay as they are.
type defaults struct {
	release string          // how the release is called, of which they are
	shown   map[string]bool // by their ways
	absent  [][]string      // keys that the chart reads and has no default for
}

func joined(way []string) string { return strings.Join(way, "\x00") }

func (d defaults) has(way []string) bool { return d.shown[joined(way)] }

// source is one value of the release, as all call it that take it from there.
func (d defaults) source(way []string) string {
	return "the value " + strings.Join(way, ".") + " of " + d.release
}

// fill gives the values an empty text wherever a key has no default.
func (d defaults) fill(values map[string]any) {
	for _, way := range d.absent {
		at, last := values, len(way)-1
		for _, step := range way[:last] {
			below, ok := at[step].(map[string]any)
			if !ok {
				if at[step] != nil {
					at = nil
					break
				}
				below = map[string]any{}
				at[step] = below
			}
			at = below
		}
		if _, given := at[way[last]]; at != nil && !given {
			at[way[last]] = ""
		}
	}
}

// unseen says why not all that the release is given is known; empty where it is.
func unseen(layers []Layer) string {
	at := slices.IndexFunc(layers, func(l Layer) bool { return !l.unknown.IsAbsent() })
	if at < 0 {
		return ""
	}
	return layers[at].unknown.Reason()
}

// shownDefaults renders the chart with marks in the place of its values, and reads off what comes
// out where a key may stand. values are those of the layers that can be seen.
func (r *Release) shownDefaults(files []*archive.BufferedFile, values map[string]any, repo *sources.Repository) defaults {
	names := repo.Names()
	d := defaults{release: r.Label, shown: map[string]bool{}}
	for _, way := range readsOf(files, textsIn(values)).whole {
		if isKeyLike(names, way, "") && !slices.Contains(way, anyName) {
			d.absent = append(d.absent, way)
		}
	}
	d.fill(values)
	empty := func(way []string, text string) bool { return text == "" && !namesSecret(way, "secret") }
	all := func(way []string, text string) bool { return text != "" || empty(way, text) }
	m := marks{names: names}
	for _, take := range []func([]string, string) bool{empty, all} {
		m.paths = nil
		var words keys.Standins
		rendered, _, err := renderTemplates(files, m.put(values, take), r.Name, r.Namespace, &decisions{words: &words}, repo.Spend)
		if err != nil {
			continue
		}
		for _, text := range rendered {
			docs, _ := nodes.Parse([]byte(text))
			for _, doc := range docs {
				for _, w := range manifest.WrittenIn([]*sources.Document{{Root: doc.Root}}) {
					eachText(w.Root, names, func(text string, bears bool) { d.add(&m, text, bears, values) })
				}
			}
		}
	}
	return d
}

// add takes up the values that stand in a text: those that are all of it where it bears a key, and
// the empty ones wherever they are.
func (d defaults) add(m *marks, text string, bears bool, values map[string]any) {
	if plain, err := base64.StdEncoding.DecodeString(text); err == nil {
		text = string(plain)
	}
	_, whole, _ := m.path(text)
	for _, way := range m.in(text) {
		if whole && bears || isEmpty(values, way) {
			d.shown[joined(way)] = true
		}
	}
}

// isEmpty says whether a value is an empty text, or null.
func isEmpty(values map[string]any, way []string) bool {
	v := valueAt(values, way)
	return v == nil || v == ""
}

// valueAt is the value at the end of a way; nil where there is none.
func valueAt(v any, way []string) any {
	for _, step := range way {
		switch above := v.(type) {
		case map[string]any:
			v = above[step]
		case []any:
			if n, err := strconv.Atoi(step); err == nil && n < len(above) {
				v = above[n]
				continue
			}
			return nil
		default:
			return nil
		}
	}
	return v
}

// eachText visits the texts of an object among which keys are: the data of a Secret or ConfigMap,
// and variables. bears says that a text as a whole may be one.
func eachText(root *yaml.Node, names keys.Names, visit func(text string, bears bool)) {
	if kind := nodes.Text(nodes.Field(root, "kind")); kind == "Secret" || kind == "ConfigMap" {
		for _, field := range []string{"data", "stringData"} {
			nodes.Pairs(nodes.Field(root, field), func(_, value *yaml.Node) { visit(nodes.Text(value), true) })
		}
		return
	}
	nodes.EachMapping(root, func(n *yaml.Node) {
		if name, value := nodes.Field(n, "name"), nodes.Field(n, "value"); name != nil && value != nil {
			visit(nodes.Text(value), names.Of(nodes.Text(name)).Slot != "")
		}
	})
}
