package chart

import (
	"encoding/base64"
	"fmt"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"

	"helm.sh/helm/v4/pkg/chart/loader/archive"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/render/stores"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// installed is a release that was rendered, and leads its objects back to the values.
type installed struct {
	*Release
	chart  *Chart
	repo   *sources.Repository
	layers []Layer
	values map[string]any

	marked [2]struct { // with marks in place of key-like values, and of all
		once  sync.Once
		marks marks
		docs  map[string][]*yaml.Node
	}
}

// notes are what a chart tells whoever installs it: Helm applies none of it, a subchart's neither
// (helm pkg/action: notesFileSuffix).
const notes = "NOTES.txt"

// objects are those that one template made.
func (i *installed) objects(template, text string) []*manifest.Object {
	if strings.HasSuffix(template, notes) || !strings.Contains(text, "apiVersion") {
		return nil
	}
	file := i.At.File
	if f := i.chart.file(i.repo, template); f != nil {
		file = f.Path
	}
	docs, problems := nodes.Parse([]byte(text))
	if len(problems) > 0 {
		message := fmt.Sprintf("%s: what the template %s makes is not YAML", i.Label, template)
		i.repo.Note(sources.NoteRenderFailed, sources.Position{File: file}, message)
	}
	unseen := i.unseen(template)
	var out []*manifest.Object
	for n, d := range docs {
		for _, w := range manifest.WrittenIn([]*sources.Document{{Root: d.Root}}) {
			o := manifest.New(i.repo, w.Root, file, nil)
			if o == nil {
				continue
			}
			o.Origin = fromTemplate{i, template, n, d.Root}
			o.Unseen = unseen
			if o.Namespace == "" && !o.ClusterScoped() {
				o.Namespace = i.Namespace
			}
			out = append(out, o)
		}
	}
	return stores.With(out)
}

// unseen says why there may be more in what a template makes than is seen: it goes by values, and
// not all of them are known.
func (i *installed) unseen(template string) string {
	if why := unseen(i.layers); why != "" && slices.ContainsFunc(i.chart.files, func(f *archive.BufferedFile) bool {
		return strings.HasSuffix(template, "/"+f.Name) && goesByValues.Match(f.Data)
	}) {
		return i.Label + " may give it more: " + why
	}
	return ""
}

// goesByValues matches what makes the parts of a template depend on values.
var goesByValues = regexp.MustCompile(`\{\{-?\s*(?:if|else|with|range|include|template|tpl|toYaml|\.Values[\w.]*\s*\|\s*(?:toYaml|toJson|nindent|indent))\b`)

// fromTemplate is the origin of an object that a template made: the value that went into
// it, or else the line of the template.
type fromTemplate struct {
	*installed
	template string
	document int
	root     *yaml.Node
}

// Find implements manifest.Origin.
func (t fromTemplate) Find(_ *manifest.Object, n *yaml.Node) (manifest.Place, bool) {
	way, isKey, ok := nodes.PathTo(t.root, n)
	if !ok {
		return manifest.Place{}, false
	}
	if !isKey && n.Kind == yaml.ScalarNode {
		for pass := range t.marked {
			if p, ok := t.fromValue(pass, way, n); ok {
				return p, true
			}
		}
	}
	return t.inTemplate(n), true
}

// fromValue asks the marked rendering which value stands at the place.
func (t fromTemplate) fromValue(pass int, way []nodes.Step, n *yaml.Node) (manifest.Place, bool) {
	docs := t.rendering(pass)[t.template]
	if t.document >= len(docs) {
		return manifest.Place{}, false
	}
	m := nodes.At(docs[t.document], way, false)
	if m == nil || m.Kind != yaml.ScalarNode {
		return manifest.Place{}, false
	}
	marks := &t.marked[pass].marks
	path, whole, ok := marks.path(m.Value)
	if !ok {
		plain, err := base64.StdEncoding.DecodeString(m.Value)
		if err != nil {
			return manifest.Place{}, false
		}
		if path, whole, ok = marks.path(string(plain)); !ok {
			return manifest.Place{}, false
		}
	}
	text, _ := valueAt(t.values, path).(string)
	value, l, ok := locateValue(t.layers, path, t.repo.Standins().Resolve(keys.NewText(text)).IsKnown())
	if !ok {
		return manifest.Place{}, false
	}
	via := []string{"the value " + strings.Join(path, ".") + " of " + t.Label}
	if value == nil {
		return manifest.Place{At: l.At, File: t.repo.File(l.At.File), Via: via}, true
	}
	if l.place == nil { // the model's own
		via[0] += ", which is not set, so that " + l.label + " counts"
		return manifest.Place{At: t.At, File: t.repo.File(t.At.File), Via: via, Default: true}, true
	}
	p := l.place(value)
	p.Via = append(via, p.Via...)
	if !whole || !nodes.SameText(value.Value, n.Value) {
		p.Inside = nil
	}
	return p, true
}

// rendering renders the chart once more, with marks in place of values.
func (i *installed) rendering(pass int) map[string][]*yaml.Node {
	m := &i.marked[pass]
	m.once.Do(func() {
		m.docs = map[string][]*yaml.Node{}
		var words keys.Standins
		rendered, _, err := renderTemplates(i.chart.files, m.marks.put(i.values, []func([]string, string) bool{m.marks.keyLike, m.marks.all}[pass]), i.Name, i.Namespace, &decisions{words: &words}, i.repo.Spend)
		if err != nil {
			return
		}
		for template, text := range rendered {
			docs, _ := nodes.Parse([]byte(text))
			for _, d := range docs {
				m.docs[template] = append(m.docs[template], d.Root)
			}
		}
	})
	return m.docs
}

// inTemplate is the line of the chart that has the text; of the model, where the release
// is declared.
func (t fromTemplate) inTemplate(n *yaml.Node) manifest.Place {
	f := t.chart.file(t.repo, t.template)
	if f == nil {
		p := manifest.Place{At: t.At, File: t.repo.File(t.At.File)}
		if t.chart.isModelled(t.template) {
			p.Via = []string{modelled}
		}
		return p
	}
	p := manifest.Place{At: sources.Position{File: f.Path}, File: f}
	if n.Kind != yaml.ScalarNode {
		return p
	}
	first, rest, many := strings.Cut(strings.TrimRight(n.Value, "\n"), "\n")
	if at, ok := t.lineOf(f, first); ok {
		p.At = at
	}
	if many {
		lines := append([]string{first}, strings.Split(rest, "\n")...)
		if p.At.Line == 0 {
			for _, line := range lines {
				if at, ok := t.lineOf(f, line); ok {
					p.At = sources.Position{File: at.File}
					break
				}
			}
		}
		p.Inside = func(line, column, endColumn int) sources.Position {
			if line < 1 || line > len(lines) {
				return p.At
			}
			at, ok := t.lineOf(f, lines[line-1])
			if !ok {
				return p.At
			}
			at.EndColumn = at.Column + endColumn - 1
			at.Column += column - 1
			return at
		}
	}
	return p
}

// lineOf finds the one line of the template, or else of the chart's other files, that
// has the text.
func (t fromTemplate) lineOf(template *sources.File, text string) (sources.Position, bool) {
	wanted := strings.TrimSpace(text)
	if len(wanted) < 4 {
		return sources.Position{}, false
	}
	indent := strings.Index(text, wanted)
	if at, ok := uniqueLine(template, wanted, indent); ok {
		return at, true
	}
	if len(wanted) < 20 && !strings.ContainsAny(wanted, " :=") {
		return sources.Position{}, false // a word such as "secret" stands anywhere
	}
	names := make([]string, 0, len(t.chart.files))
	for _, f := range t.chart.files {
		names = append(names, f.Name)
	}
	sort.Strings(names)
	var found sources.Position
	for _, name := range names {
		f := t.repo.File(path.Join(t.chart.Dir, name))
		if f == nil || f == template || f.Size() > 1<<20 {
			continue
		}
		if at, ok := uniqueLine(f, wanted, indent); ok {
			if found.Line > 0 {
				return sources.Position{}, false
			}
			found = at
		}
	}
	return found, found.Line > 0
}

// uniqueLine is the only line of the file with the text as whole words: "secret" is not in
// "secretName". The column is where the text's line begins, indent bytes before it.
func uniqueLine(f *sources.File, wanted string, indent int) (sources.Position, bool) {
	b, err := f.Disk()
	if err != nil {
		return sources.Position{}, false
	}
	var found sources.Position
	for n, line := range strings.Split(string(b), "\n") {
		at := wordsAt(line, wanted)
		if at < 0 {
			continue
		}
		if found.Line > 0 {
			return sources.Position{}, false
		}
		found = sources.Position{File: f.Path, Line: n + 1, Column: max(at-indent, 0) + 1, EndColumn: at + len(wanted) + 1}
	}
	return found, found.Line > 0
}

// wordsAt is where a text stands in a line with no letter or digit of a longer word at its ends;
// -1 where it does not.
func wordsAt(line, text string) int {
	for from := 0; ; {
		at := strings.Index(line[from:], text)
		if at < 0 {
			return -1
		}
		at += from
		if !joins(line[:at], text) && !joins(text, line[at+len(text):]) {
			return at
		}
		from = at + 1
	}
}

// joins says whether two texts run into one word where they meet.
func joins(a, b string) bool {
	return a != "" && b != "" && isWordByte(a[len(a)-1]) && isWordByte(b[0])
}

func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}
