package chart

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// What a template asks of the cluster (is this an upgrade, what is there, which APIs does it have, how old is it) nobody here knows. A chart
// that asks is rendered once more for each other answer, and what comes out otherwise, as far as it may bear a key, is not known.

// cluster is what templates are told of it. The zero cluster is empty, and of the release nothing was installed.
type cluster struct {
	upgrade bool
	version string   // empty for the usual one
	apis    []string // that it has beside the usual ones
	found   func(kind, namespace, name string) map[string]any
}

// usualVersion is what charts are told that the cluster is.
const usualVersion = "v1.34.0"

// options and capabilities are what templates get by the names .Release and .Capabilities.
func (c cluster) options(name, namespace string) common.ReleaseOptions {
	if c.upgrade {
		return common.ReleaseOptions{Name: name, Namespace: namespace, Revision: 2, IsUpgrade: true}
	}
	return common.ReleaseOptions{Name: name, Namespace: namespace, Revision: 1, IsInstall: true}
}

func (c cluster) capabilities() (*common.Capabilities, error) {
	out := *common.DefaultCapabilities
	version, err := common.ParseKubeVersion(cmp.Or(c.version, usualVersion))
	if err != nil {
		return nil, err
	}
	out.KubeVersion = *version
	out.APIVersions = append(slices.Clone(out.APIVersions), c.apis...)
	return &out, nil
}

// lookup is the function of that name.
func (c cluster) lookup(_, kind, namespace, name string) (map[string]any, error) {
	if c.found == nil {
		return map[string]any{}, nil
	}
	return c.found(kind, namespace, name), nil
}

// question is something that templates ask of the cluster.
type question struct {
	about  string         // in a report
	asks   *regexp.Regexp // matches a template that may ask
	always bool           // also "helm template" asks a cluster, as Argo CD calls it
	others func(files []*archive.BufferedFile, before map[objectID]made, standins *keys.Standins) []cluster
}

var questions = []question{
	{
		about: "whether it is installed or upgraded", asks: regexp.MustCompile(`\.Release\b(?:[^.]|\.(?:Is|Rev))|"Release"`),
		others: func([]*archive.BufferedFile, map[objectID]made, *keys.Standins) []cluster {
			return []cluster{{upgrade: true}}
		},
	},
	{
		about: "what is in the cluster (lookup)", asks: regexp.MustCompile(`\blookup\b`),
		others: func(files []*archive.BufferedFile, before map[objectID]made, standins *keys.Standins) []cluster {
			return []cluster{{upgrade: true, found: finds(files, before, standins)}}
		},
	},
	{
		about: "which APIs the cluster has", asks: regexp.MustCompile(`\bCapabilities\b(?:[^.]|\.API)|\bAPIVersions\b`), always: true,
		others: func(files []*archive.BufferedFile, _ map[objectID]made, _ *keys.Standins) []cluster {
			return []cluster{{apis: words(files, anAPI, maxAsked)}}
		},
	},
	{
		about: "the cluster's version", asks: regexp.MustCompile(`\bCapabilities\b(?:[^.]|\.Kube)|\bKubeVersion\b`), always: true,
		others: func(files []*archive.BufferedFile, _ map[objectID]made, _ *keys.Standins) []cluster {
			out := []cluster{{version: "v1.20.0"}, {version: "v1.99.0"}}
			for _, minor := range words(files, aMinor, maxVersions) {
				out = append(out, cluster{version: "v1." + minor + ".0"})
			}
			return out
		},
	},
}

// The bounds on what is taken from templates.
const (
	maxAsked    = 1_000
	maxVersions = 4
)

var (
	anAPI     = regexp.MustCompile(`\b([a-z0-9][a-z0-9.-]*/v[0-9][a-z0-9]*(?:/[A-Z][A-Za-z]*)?)\b`)
	aMinor    = regexp.MustCompile(`\b1\.(2[1-9]|3[0-9])\b`)
	aDataName = regexp.MustCompile(`(?:\.|["` + "`" + `])([A-Za-z_][A-Za-z0-9_.-]{0,63})`)
)

// words are what a pattern captures in the templates and values of a chart, each once, as many as come first.
func words(files []*archive.BufferedFile, pattern *regexp.Regexp, most int) []string {
	var out []string
	seen := map[string]bool{}
	for _, f := range files {
		if !asksOf(f) {
			continue
		}
		for _, m := range pattern.FindAllSubmatch(f.Data, -1) {
			if word := string(m[1]); !seen[word] && len(out) < most {
				seen[word] = true
				out = append(out, word)
			}
		}
	}
	return out
}

// asksOf says whether a file of a chart may hold what asks: its templates, and values that are templates.
func asksOf(f *archive.BufferedFile) bool {
	return strings.Contains(f.Name, "templates/") || strings.HasSuffix(f.Name, "values.yaml")
}

// finds is a lookup that finds everything: an object as the chart itself makes it, if it makes one of that name, with data of which only the
// names are known, among them whatever a template may ask for.
func finds(files []*archive.BufferedFile, before map[objectID]made, standins *keys.Standins) func(kind, namespace, name string) map[string]any {
	word := standins.Word(keys.Unknown("what is in the cluster is not known"))
	names := words(files, aDataName, maxAsked)
	return func(kind, namespace, name string) map[string]any {
		value := word
		if kind == "Secret" {
			value = base64.StdEncoding.EncodeToString([]byte(word))
		}
		data, object := map[string]any{}, map[string]any{}
		if o := before[objectID{kind, namespace, name}].root; o != nil {
			_ = o.Decode(&object) // what it cannot tell is not there
			for _, field := range []string{"data", "stringData"} {
				nodes.Pairs(nodes.Field(o, field), func(key, _ *yaml.Node) { data[key.Value] = value })
			}
		}
		for _, n := range names {
			data[n] = value
		}
		object["kind"], object["data"] = kind, data
		object["metadata"] = map[string]any{
			"name": name, "namespace": namespace, "labels": map[string]any{}, "annotations": map[string]any{}, "uid": word, "resourceVersion": word,
		}
		for _, field := range []string{"spec", "status"} {
			if object[field] == nil {
				object[field] = map[string]any{}
			}
		}
		if name != "" {
			return object
		}
		return map[string]any{"items": []any{object}}
	}
}

// tellCluster tells what of a release goes by what nobody here knows of the cluster.
func (i *installed) tellCluster(rendered map[string]string, given bool) {
	var before map[objectID]made
	told := map[objectID]bool{}
	for _, q := range questions {
		if i.Templated && !q.always || !i.asks(q) {
			continue
		}
		if before == nil {
			before = i.madeIn(rendered)
		}
		for _, other := range q.others(i.chart.files, before, i.repo.Standins()) {
			d := &decisions{words: i.repo.Standins(), given: given, cluster: other}
			again, err := renderOnce(i.chart.files, i.values, i.Name, i.Namespace, d, i.repo.Spend)
			if errors.Is(err, ErrTooMuch) {
				i.repo.NoteOf(i.Label, sources.NoteBound, i.At, i.Label+" asks for things of the cluster, and what it makes with other answers goes on for longer than is bearable")
				return
			}
			if err == nil && d.by != "" {
				i.repo.NoteOf(i.Label, sources.NoteNotFetched, i.At, i.Label+" goes by "+q.about+", which is not known here, and with another answer it decides by the text of a secret ("+d.by+"): what it makes cannot be told")
				break
			}
			if i.tellDifference(q, before, again, told, err) {
				break
			}
		}
	}
}

// asks says whether something in the chart, or in values that templates fill in, may ask.
func (i *installed) asks(q question) bool {
	return slices.ContainsFunc(i.chart.files, func(f *archive.BufferedFile) bool { return asksOf(f) && q.asks.Match(f.Data) }) ||
		!lookThrough(reflect.ValueOf(i.values), func(text string, _ bool) bool { return !strings.Contains(text, "{{") || !q.asks.MatchString(text) })
}

// tellDifference tells what of a release may be another with another answer, each once, and says whether something is. What refuses the answer
// is not installed.
func (i *installed) tellDifference(q question, before map[objectID]made, again map[string]string, told map[objectID]bool, err error) bool {
	why := i.Label + " goes by " + q.about + ", which is not known here: what it makes"
	if err != nil {
		where, line, _ := explainChart(err)
		if !refuses(err) {
			i.repo.NoteOf(i.Label, sources.NoteNotFetched, i.placeIn(where, line), why+" cannot be told")
		}
		return !refuses(err)
	}
	after := i.madeIn(again)
	all := maps.Clone(before)
	maps.Copy(all, after)
	var differ []string
	where := ""
	for _, id := range slices.SortedFunc(maps.Keys(all), objectID.compare) {
		a, b := before[id], after[id]
		if a.content == b.content || !a.bears && !b.bears || told[id] {
			continue
		}
		told[id] = true
		where = cmp.Or(where, a.template, b.template)
		differ = append(differ, id.kind+" "+id.name)
	}
	if len(differ) == 0 {
		return false
	}
	what := sources.Shown(differ[0])
	if more := len(differ) - 1; more > 0 {
		what += fmt.Sprintf(" and %d more", more)
	}
	i.repo.NoteOf(i.Label, sources.NoteNotFetched, i.placeIn(where, i.lineThatAsks(where, q)), why+" of "+what+" cannot be told")
	return true
}

// made is an object that a template made.
type made struct {
	template string
	root     *yaml.Node
	content  string // what may hold keys in it, with one word for whatever is not known
	bears    bool   // it may bear a key, or what does names it
}

// objectID says which object one is. The group is left out, as that of an Ingress goes by the cluster's version: of two that differ in it alone, what
// both hold counts for one.
type objectID struct{ kind, namespace, name string }

func (id objectID) compare(other objectID) int {
	return cmp.Or(strings.Compare(id.kind, other.kind), strings.Compare(id.name, other.name), strings.Compare(id.namespace, other.namespace))
}

// madeIn are the objects that were rendered.
func (i *installed) madeIn(rendered map[string]string) map[objectID]made {
	out := map[objectID]made{}
	named := map[string]bool{}
	for _, template := range slices.Sorted(maps.Keys(rendered)) {
		if strings.HasSuffix(template, notes) || !strings.Contains(rendered[template], "apiVersion") {
			continue
		}
		docs, _ := nodes.Parse([]byte(rendered[template]))
		for _, d := range docs {
			for _, w := range manifest.WrittenIn([]*sources.Document{{Root: d.Root}}) {
				field := func(path ...string) string { return nodes.Text(nodes.Field(w.Root, path...)) }
				id := objectID{field("kind"), cmp.Or(field("metadata", "namespace"), i.Namespace), field("metadata", "name")}
				m := made{template: template, root: w.Root, content: i.content(w.Root), bears: i.repo.MarkedNode(w.Root)}
				if m.bears {
					nodes.EachMapping(w.Root, func(n *yaml.Node) {
						nodes.Pairs(n, func(_, value *yaml.Node) { named[nodes.Text(value)] = true })
					})
				}
				if other, again := out[id]; again {
					m.content, m.bears = other.content+m.content, m.bears || other.bears
				}
				out[id] = m
			}
		}
	}
	for id, m := range out {
		m.bears = m.bears || (id.kind == "Secret" || id.kind == "ConfigMap") && named[id.name]
		out[id] = m
	}
	return out
}

// holders are the fields of a pod in which keys stand, or by which they come there.
var holders = set("env", "envFrom", "command", "args", "volumes", "volumeMounts")

// content is what may hold keys in an object: of one with containers, and of an Ingress, whose form goes by the cluster's version, not all.
func (i *installed) content(root *yaml.Node) string {
	var b strings.Builder
	b.WriteString("made\n")
	add := func(n *yaml.Node) {
		if text, err := yaml.String(n); err == nil {
			b.WriteString(i.withoutUnknown(text))
		}
	}
	pod := false
	nodes.EachMapping(root, func(n *yaml.Node) {
		if nodes.Field(n, "containers") != nil {
			pod = true
		}
		nodes.Pairs(n, func(key, value *yaml.Node) {
			if pod && holders[key.Value] {
				add(value)
			}
		})
	})
	switch {
	case pod:
	case nodes.Text(nodes.Field(root, "kind")) == "Ingress":
		add(nodes.Field(root, "metadata", "annotations"))
	default:
		nodes.Pairs(root, func(key, value *yaml.Node) {
			if key.Value != "apiVersion" && key.Value != "metadata" {
				add(value)
			}
		})
	}
	return b.String()
}

// withoutUnknown is a text with one word for all that is not known in it, which is another one in each rendering.
func (i *installed) withoutUnknown(text string) string {
	one := func(keys.Value) string { return "unknown" }
	text = i.repo.Standins().Replace(text, one)
	return encodedRun.ReplaceAllStringFunc(text, func(run string) string {
		plain, err := base64.StdEncoding.DecodeString(run)
		if err != nil || !i.repo.Standins().In(string(plain)).Unknown {
			return run
		}
		return i.repo.Standins().Replace(string(plain), one)
	})
}

var encodedRun = regexp.MustCompile(`[A-Za-z0-9+/]{24,}={0,2}`)

// placeIn is a line of a template, or where the release is declared, of a chart that lies elsewhere.
func (i *installed) placeIn(template string, line int) sources.Position {
	if f := i.chart.file(i.repo, template); f != nil {
		return sources.Position{File: f.Path, Line: line}
	}
	return i.At
}

// lineThatAsks is the first line of a template that asks; 0 where another one does for it.
func (i *installed) lineThatAsks(template string, q question) int {
	f := i.chart.file(i.repo, template)
	if f == nil {
		return 0
	}
	b, err := f.Disk()
	at := q.asks.FindIndex(b)
	if err != nil || at == nil {
		return 0
	}
	return 1 + strings.Count(string(b[:at[0]]), "\n")
}
