package kustomize

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// kustomization is one kustomization file, read and made safe.
type kustomization struct {
	repo *sources.Repository
	file *sources.File // where it is edited
	dir  string        // "." is the repository's root

	// Of one that Flux or Argo CD makes, or adds to.
	generated bool    // there is no such file; what it says follows from another object
	added     []patch // by the object that deploys it

	component bool
	foreign   bool // in an example or an unwalked directory: not a root, but others may use it
	namespace string

	refs   []ref
	losses []issue // what was taken out
	told   bool    // these were told, because it was built
	faults []issue // why it does not build

	// safe is what kustomize gets to see: no path in it leads to the network or out of
	// the repository, and no plugin in it is anything but kustomize's own.
	safe []byte

	charts           []*chartEntry // that it inflates
	makes, variables int           // how many objects its generators make, and how many vars it has
	plugins          []plugin      // ksops and builtin generators that it names
	opened           []string      // files that ksops decrypts
}

// issue is something to tell of a kustomization.
type issue struct {
	kind    sources.NoteKind
	message string
	at      func() sources.Position // costs a parse
}

// readKustomization decodes the file into kustomize's own type, takes out what must
// not be followed, and encodes the rest.
func readKustomization(repo *sources.Repository, f *sources.File) *kustomization {
	k := &kustomization{repo: repo, file: f, dir: f.Dir()}
	text, err := f.Handed()
	if err != nil {
		k.fault(f.At, "%s %v", f.Path, err)
		return k
	}
	if nodes.ExpandsTooFar(text) {
		k.faults = append(k.faults, issue{sources.NoteBound, "its aliases expand to " + nodes.TooFar, f.At})
		return k
	}
	var spec types.Kustomization
	if err := spec.Unmarshal(text); err != nil {
		k.fault(f.At, "%s cannot be read: %s", f.Path, explainDecoding(err))
		k.salvage()
		return k
	}
	k.adopt(&spec)
	return k
}

// adopt makes the kustomization's content safe, and encodes it for kustomize.
func (k *kustomization) adopt(spec *types.Kustomization) {
	spec.FixKustomization()
	k.component = spec.Kind == types.ComponentKind
	k.namespace = spec.Namespace
	k.checkInline(spec)
	//lint:ignore SA1019 users still write the deprecated field
	k.makes, k.variables = len(spec.ConfigMapGenerator)+len(spec.SecretGenerator), len(spec.Vars)
	k.readCharts(spec)
	eachPath(spec, k.decide)
	k.readPlugins(spec)
	k.withCharts(spec)
	// The origin annotation leads each object back to its file. The order of the input
	// is kept, which pairs objects with their documents.
	spec.BuildMetadata = []string{types.OriginAnnotations}
	spec.SortOptions = nil
	safe, err := json.Marshal(spec)
	if err != nil {
		k.fault(k.file.At, "%s cannot be encoded", k.file.Path)
		return
	}
	k.safe = safe
}

// salvage finds what a kustomization that kustomize refuses to read was meant to list.
func (k *kustomization) salvage() {
	d := k.document()
	if d == nil {
		return
	}
	k.component = nodes.Text(nodes.Field(d.Root, "kind")) == types.ComponentKind
	k.namespace = nodes.Text(nodes.Field(d.Root, "namespace"))
	for _, field := range []string{"resources", "bases", "components"} {
		for _, item := range nodes.Items(nodes.Field(d.Root, field)) {
			if text := nodes.Text(item); text != "" {
				k.decide(field, text)
			}
		}
	}
}

// decide judges one path of the kustomization's own fields.
func (k *kustomization) decide(field, text string) (string, bool) {
	return k.accept(judge(k.repo, k.dir, field, text), k.entry(field, text))
}

// accept records a path, and says how it is handed to kustomize, if at all.
func (k *kustomization) accept(r ref, at func() sources.Position) (string, bool) {
	k.refs = append(k.refs, r)
	switch r.verdict {
	case isRemote:
		k.loss(sources.NoteNotFetched, at, "the remote %s %s was not fetched", noun(r.field), sources.Shown(r.text))
		return "", false
	case isOutside:
		k.loss(sources.NoteRefused, at, "%s is outside the repository, and was not read", sources.Shown(r.text))
		return "", false
	case isClosed:
		k.loss(sources.NoteRefused, at, "%s was not read: %s", sources.Shown(r.name), k.repo.Withheld(r.name))
		return "", false
	case isMissing:
		k.fault(at, "%s does not exist", r.name)
	case isDirectory:
		if !takesDirectories[r.field] {
			k.fault(at, "%s is a directory, and a file belongs there", r.name)
		}
	}
	return r.local(), true
}

// takesDirectories are the fields where a directory may be named.
var takesDirectories = map[string]bool{
	"resources": true, "bases": true, "components": true,
	"generators": true, "transformers": true, "validators": true,
}

// takesKustomizations are those of them whose directories are rendered as well.
var takesKustomizations = map[string]bool{"resources": true, "bases": true, "components": true}

// noun is how a thing that a field names is called.
func noun(field string) string {
	switch field {
	case "resources", "bases":
		return "base"
	case "components":
		return "component"
	case "patches", "patchesStrategicMerge", "patchesJson6902":
		return "patch"
	case "configMapGenerator", "secretGenerator":
		return "generator input"
	}
	return "file of " + field
}

func (k *kustomization) loss(kind sources.NoteKind, at func() sources.Position, format string, args ...any) {
	k.losses = append(k.losses, issue{kind, fmt.Sprintf(format, args...), at})
}

func (k *kustomization) fault(at func() sources.Position, format string, args ...any) {
	k.faults = append(k.faults, issue{sources.NoteRenderFailed, fmt.Sprintf(format, args...), at})
}

// document is the kustomization with its positions, nil where it is not YAML.
func (k *kustomization) document() *sources.Document {
	if k.generated {
		return nil
	}
	if docs := k.file.Documents(); len(docs) > 0 {
		return docs[0]
	}
	return nil
}

// entry finds where the kustomization names a path: the scalar under the field that
// is the path, or ends with it ("key=path").
func (k *kustomization) entry(field, text string) func() sources.Position {
	return func() sources.Position {
		d := k.document()
		if d == nil || text == "" {
			return k.file.At()
		}
		for _, root := range []*yaml.Node{nodes.Field(d.Root, field), d.Root} {
			for _, exact := range []bool{true, false} {
				if n := findScalar(root, naming(text, exact)); n != nil {
					return d.Position(n)
				}
			}
		}
		return k.file.At()
	}
}

// naming recognises a scalar that names a path, by itself or as "key=path".
func naming(text string, exact bool) func(string) bool {
	return func(s string) bool { return s == text || !exact && strings.HasSuffix(s, "="+text) }
}

// findScalar is the first scalar below n whose text is wanted. Aliases are not
// followed: what they stand for comes earlier in the file.
func findScalar(n *yaml.Node, wanted func(string) bool) *yaml.Node {
	if n == nil {
		return nil
	}
	if n.Kind == yaml.ScalarNode && wanted(n.Value) {
		return n
	}
	for _, c := range n.Content {
		if found := findScalar(c, wanted); found != nil {
			return found
		}
	}
	return nil
}

// checkInline bounds the documents that stand inside the kustomization.
func (k *kustomization) checkInline(spec *types.Kustomization) {
	check := func(field, text string) {
		if nodes.ExpandsTooFar([]byte(text)) {
			k.fault(k.entry(field, text), "the aliases of an inline patch expand to %s", nodes.TooFar)
		}
	}
	for _, p := range spec.Patches {
		check("patches", p.Patch)
	}
	//lint:ignore SA1019 users still write the deprecated field
	for _, p := range spec.PatchesJson6902 {
		check("patchesJson6902", p.Patch)
	}
	//lint:ignore SA1019 users still write the deprecated field
	for _, p := range spec.PatchesStrategicMerge {
		check("patchesStrategicMerge", string(p))
	}
}

var unknownField = regexp.MustCompile(`unknown field "([A-Za-z0-9_.-]{1,60})"`)

// explainDecoding says why a kustomization could not be decoded. The library's text is
// not repeated: it quotes values.
func explainDecoding(err error) string {
	if m := unknownField.FindStringSubmatch(err.Error()); m != nil {
		return "it has a field " + m[1] + ", which kustomize does not know"
	}
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return "its field " + wrong.Field + " is of the wrong type"
	}
	return "it is not the YAML of a kustomization"
}
