package chart

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	chartloader "helm.sh/helm/v4/pkg/chart/v2/loader"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// Layer is one source of a chart's values. Of several the later ones win, as for Helm:
// mappings are merged, everything else is replaced.
type Layer struct {
	label string     // "the chart's values.yaml", "spec.values"
	root  *yaml.Node // a mapping; nil where nothing of it is known
	place func(*yaml.Node) manifest.Place

	decrypted bool       // its texts were, and are to be handed still
	unknown   keys.Value // why nothing of it is known
	At        sources.Position
}

// UnknownLayer is a source of values that cannot be seen.
func UnknownLayer(why string, at sources.Position) Layer {
	return Layer{unknown: keys.Unknown(why), At: at}
}

// DocumentLayer is a mapping in a document.
func DocumentLayer(d *sources.Document, root *yaml.Node, label string) Layer {
	return Layer{label: label, root: root, place: func(n *yaml.Node) manifest.Place { return manifest.PlaceOf(d, n) }, At: d.Position(root)}
}

// FileLayers are the documents of a values file.
func FileLayers(f *sources.File) []Layer {
	var out []Layer
	for _, d := range f.Documents() {
		out = append(out, DocumentLayer(d, d.Root, f.Path))
	}
	return out
}

// ObjectLayer is a mapping in an object's own fields.
func ObjectLayer(o *manifest.Object, n *yaml.Node, label string) Layer {
	return Layer{label: label, root: nodes.Follow(n), place: o.Place, At: o.Locate(n)}
}

// TextLayer is a document within a text that renderers may see.
func TextLayer(text string, p manifest.Place, label string) []Layer {
	return textLayers(text, false, p, label)
}

// EntryLayer is a document within a data key of a Secret or ConfigMap. One that a template of the repository makes of secrets is read as renderers get
// it: whoever wrote the template says what in it is a name.
func EntryLayer(repo *sources.Repository, e manifest.Entry, p manifest.Place, label string) []Layer {
	if handed, ok := repo.Standins().Made(e.Value.Text()); ok {
		if _, problems := nodes.Parse([]byte(handed)); len(problems) > 0 {
			return []Layer{UnknownLayer("a template makes "+label+" of what was decrypted, and that is not followed", p.At)}
		}
		return textLayers(handed, false, p, label)
	}
	return textLayers(e.Value.Text().Reveal(), e.SOPS || e.Sealed || repo.Standins().IsSecret(e.Value.Text()), p, label)
}

func textLayers(text string, decrypted bool, p manifest.Place, label string) []Layer {
	var out []Layer
	docs, _ := nodes.Parse([]byte(text))
	lines := strings.Split(text, "\n")
	for _, d := range docs {
		inner := manifest.Sheet{Lines: lines}
		out = append(out, Layer{label: label, root: d.Root, decrypted: decrypted, At: p.At, place: func(n *yaml.Node) manifest.Place {
			q := manifest.Place{At: p.At, File: p.File, Via: p.Via}
			if p.Inside == nil || n.Line == 0 {
				return q
			}
			line, column, end := inner.Span(n)
			q.At = p.Inside(line, column, end)
			return q
		}})
	}
	return out
}

// below moves a layer under a key: the values of a subchart.
func (l Layer) below(key string) Layer {
	if l.root != nil {
		l.root = nodes.Mapping(key, l.root)
	}
	return l
}

// mergeLayers is what Helm makes of them. What an unknown layer may set becomes unknown: what is
// like a key, and the defaults that are shown.
func mergeLayers(layers []Layer, repo *sources.Repository, shown defaults) (map[string]any, error) {
	merged := map[string]any{}
	for _, l := range layers {
		if !l.unknown.IsAbsent() {
			shown.fill(merged)
			blur(merged, nil, func(way []string, text string) (string, bool) {
				if !shown.has(way) && (text == "" || !isKeyLike(repo.Names(), way, text)) {
					return "", false
				}
				return repo.Hand(l.unknown.From(shown.source(way))), true
			})
			continue
		}
		if l.root == nil || l.root.Kind != yaml.MappingNode {
			continue
		}
		text, err := yaml.String(l.root)
		if err != nil {
			return nil, err
		}
		values, err := chartloader.LoadValues(strings.NewReader(text))
		if err != nil {
			return nil, err
		}
		if l.decrypted {
			repo.HandTree(values, merged)
		}
		merged = chartloader.MergeMaps(merged, values)
	}
	return merged, nil
}

// blur replaces texts of the values. A value that is null is an empty text.
func blur(v any, way []string, word func(way []string, text string) (string, bool)) any {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			v[name] = blur(v[name], append(way[:len(way):len(way)], name), word)
		}
		return v
	case []any:
		for i := range v {
			v[i] = blur(v[i], append(way[:len(way):len(way)], strconv.Itoa(i)), word)
		}
		return v
	case string, nil:
		text, _ := v.(string)
		if w, ok := word(way, text); ok {
			return w
		}
	}
	return v
}

// isKeyLike says whether a value is a key, by its name or its text. The chart of
// supabase-community has secret.jwt.secret.
func isKeyLike(names keys.Names, way []string, text string) bool {
	if len(way) == 0 {
		return false
	}
	name := way[len(way)-1]
	return names.Of(name).Slot != "" || above(way) == "jwt" && name == "secret" || keys.Recognize(keys.NewText(text)) != ""
}

// locateValue finds the node that sets the value: in the last layer that has it. The node is nil
// where one that cannot be seen may have it, of a value that is not known for that.
func locateValue(layers []Layer, way []string, known bool) (*yaml.Node, Layer, bool) {
	for i := len(layers) - 1; i >= 0; i-- {
		if !known && !layers[i].unknown.IsAbsent() {
			return nil, layers[i], true
		}
		n := nodes.Follow(layers[i].root)
		for _, step := range way {
			if n == nil {
				break
			}
			if n.Kind == yaml.SequenceNode {
				at, err := strconv.Atoi(step)
				if err != nil || at >= len(n.Content) {
					n = nil
					break
				}
				n = nodes.Follow(n.Content[at])
				continue
			}
			n = nodes.Field(n, step)
		}
		if n != nil && n.Kind == yaml.ScalarNode {
			return n, layers[i], true
		}
	}
	return nil, Layer{}, false
}
