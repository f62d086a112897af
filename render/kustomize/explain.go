package kustomize

import (
	"regexp"
	"strings"
	"sync"

	"github.com/keylint/keylint/sources/nodes"
)

type cause struct {
	pattern *regexp.Regexp
	words   string
}

// causes are kustomize's common errors, in plain words. Of its own text only names of
// objects and files are repeated, by the groups of the expressions: everything else in
// it may quote a file. They are compiled when the first root fails: most runs need none.
var causes = sync.OnceValue(func() []cause {
	return []cause{
		{regexp.MustCompile(`the aliases of (` + nameText + `) expand to`), "the aliases of $1 expand to " + nodes.TooFar},
		{regexp.MustCompile(`may not add resource with an already registered id: (` + idText + `)`), "$1 is defined twice"},
		{regexp.MustCompile(`no matches for Id (` + idText + `); failed to find unique target for patch`), "a patch is for $1, which is not among its resources"},
		{regexp.MustCompile(`no resource matches (?:strategic merge patch|name|patch) "?(` + idText + `)`), "a patch is for $1, which is not among its resources"},
		{regexp.MustCompile(`(?:no matches for|unable to find target for) .{0,12}(` + idText + `)`), "nothing matches $1"},
		{regexp.MustCompile(`id resid.ResId\{.{0,200}Name:"(` + nameText + `)".{0,100}exists; behavior must be merge or replace`), "the generator of $1 makes an object that exists already"},
		{regexp.MustCompile(`does not exist; cannot merge or replace`), "a generator is to merge into an object that does not exist"},
		{regexp.MustCompile(`cycle detected: candidate root '/(` + nameText + `)' contains visited root`), "it uses the directory $1, which contains a kustomization that leads there"},
		{regexp.MustCompile(`expected kind != 'Component' for path '/(` + nameText + `)'`), "$1 is a component, and is listed under resources"},
		{regexp.MustCompile(`expected kind 'Component' for path '/(` + nameText + `)'`), "$1 is listed under components, and is none"},
		{regexp.MustCompile(`nothing selected by (` + idText + `)`), "a replacement takes its value from $1, which is not among its resources"},
		{regexp.MustCompile(`unable to find field "?([A-Za-z0-9_.\-\[\]=/]{1,120})"? in replacement (?:source|target)`), "a replacement names the field $1, which does not exist"},
		{regexp.MustCompile(`multiple matches for selector`), "the source of a replacement matches several objects"},
		{regexp.MustCompile(`remove operation does not apply|replace operation does not apply|add operation does not apply|testing value .{0,60}failed`), "a JSON patch does not apply: the path that it names does not exist"},
		{regexp.MustCompile(`accumulated size increase`), "a JSON patch copies more into an object than keylint lets it"},
		{regexp.MustCompile(`cannot add key (` + nameText + `), another key by that name already exists`), "a generator has the key $1 twice"},
		{regexp.MustCompile(`unable to parse SM or JSON patch`), "a patch is neither a strategic merge patch nor a JSON patch"},
		{regexp.MustCompile(`missing metadata.name in object|missing Resource metadata`), "a document among its resources is no Kubernetes object: it has no kind or no name"},
		{regexp.MustCompile(`invalid literal source`), "a literal of a generator is not of the form KEY=value"},
		{regexp.MustCompile(`env source files`), "an env file of a generator cannot be read"},
		{regexp.MustCompile(`MalformedYAMLError|error converting YAML to JSON|yaml: (?:line|unmarshal|mapping|found|did not)|could not find expected|invalid Kustomization`), "one of its files is not YAML"},
		{regexp.MustCompile(`apiVersion for \w+ should be`), "the apiVersion of a kustomization does not fit its kind"},
		{regexp.MustCompile(`kind should be Kustomization or Component`), "the kind of a kustomization is neither Kustomization nor Component"},
		{regexp.MustCompile(`kustomize crashed`), "kustomize crashes on it"},
		{regexp.MustCompile(`(` + nameText + `): no such file or directory`), "$1 does not exist"},
	}
})

const (
	nameText = `[A-Za-z0-9][A-Za-z0-9._/\-]{0,120}`
	idText   = `[A-Za-z0-9][A-Za-z0-9._/\-\[\]~]{0,160}`
)

// explain says why kustomize did not build a root.
func explain(err error) string {
	text := err.Error()
	if i := strings.Index(text, "node contents"); i >= 0 {
		text = text[:i]
	}
	for _, c := range causes() {
		if m := c.pattern.FindStringSubmatchIndex(text); m != nil {
			return string(c.pattern.ExpandString(nil, c.words, text, m))
		}
	}
	return "kustomize refuses it for a reason that may quote the file, and is not repeated here"
}
