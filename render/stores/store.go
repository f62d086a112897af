package stores

import (
	"cmp"
	"fmt"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// external is a Secret that an operator in the cluster makes, of what a store elsewhere
// holds. None of it is known here but where each value lies, which is enough to tell that
// two of them are the same.
type external struct {
	from   source
	listed []manifest.Entry
	nodes  []*yaml.Node // where each of them is declared
	once   sync.Once    // finds their places
	rest   *external    // what further data keys come from; nil where all are listed
	store  string       // of rest: the store, and the path in it; empty where neither is known
	path   string
	why    string // of rest: what is known of a data key without a path

	described *manifest.Remote // of rest: the store and the key, where an object of the cluster describes it
}

// remote is a data key of what further ones come from; nil where nothing describes the store.
func (e *external) remote(property string) *manifest.Remote {
	if e.described == nil {
		return nil
	}
	r := *e.described
	r.Property = property
	return &r
}

// source is an object that an operator makes Secrets of.
type source struct{ *manifest.Object }

// secretMakers are the kinds whose objects become Secrets, by the group of their
// apiVersion and their kind. Each store's file enters its own.
var secretMakers = map[string]func(source) []*manifest.Object{}

// enter tells which function makes Secrets of a kind, as a variable of the store's file. It
// has no result that matters.
func enter(kind string, maker func(source) []*manifest.Object) struct{} {
	secretMakers[kind] = maker
	return struct{}{}
}

// secretsOf are the Secrets that controllers in the cluster make of an object.
func secretsOf(o *manifest.Object) []*manifest.Object {
	if secret := unsealed(o); secret != nil {
		return []*manifest.Object{secret}
	}
	group, _, _ := strings.Cut(o.APIVersion, "/")
	if maker := secretMakers[group+" "+o.Kind]; maker != nil {
		return maker(source{o})
	}
	if o.Kind == "Project" && strings.Contains(group, "supabase") {
		return operatorProject(source{o})
	}
	return nil
}

// InFile are the objects of a file as they are written, and the Secrets that controllers
// make of them.
func InFile(repo *sources.Repository, f *sources.File) []*manifest.Object {
	var objects []*manifest.Object
	for _, w := range manifest.WrittenIn(f.Documents()) {
		if o := manifest.New(repo, w.Root, f.Path, manifest.FromDocument{Doc: w.Doc}); o != nil {
			objects = append(objects, o)
		}
	}
	return With(objects)
}

// With puts behind each object the Secrets that controllers make of it.
func With(objects []*manifest.Object) []*manifest.Object {
	out := make([]*manifest.Object, 0, len(objects))
	for _, o := range objects {
		out = append(out, o)
		out = append(out, secretsOf(o)...)
	}
	return out
}

// makes is a Secret that is made of the object.
func (o source) makes(name, namespace string, metadata *yaml.Node, e *external) *manifest.Object {
	e.from = o
	return &manifest.Object{
		APIVersion: "v1", Kind: "Secret", Name: name, Namespace: cmp.Or(namespace, o.Namespace), File: o.File,
		Root: nodes.Mapping("apiVersion", nodes.Scalar("v1"), "kind", nodes.Scalar("Secret"), "metadata", nodes.Mapping(
			"name", nodes.Scalar(name), "labels", nodes.Field(metadata, "labels"), "annotations", nodes.Field(metadata, "annotations"))),
		OriginalName: name, OriginalNamespace: cmp.Or(namespace, o.Namespace), Repo: o.Repo, Origin: fromSealed{o.Object}, Maker: e,
	}
}

// declare adds a data key that is written at the node.
func (e *external) declare(o source, key string, at *yaml.Node, value keys.Value) {
	if key == "" {
		return
	}
	e.listed = append(e.listed, manifest.Entry{Key: key, Value: value, Via: []string{o.Title()}})
	e.nodes = append(e.nodes, at)
}

// stored is a value that lies at a path of a store.
func (o source) stored(store, path, property string) keys.Value {
	source := path
	if property != "" {
		source += "#" + property
	}
	return keys.UnknownFrom(store+": "+source, fmt.Sprintf("%s takes it from %s in %s", o.Title(), source, store))
}

// generated is a value that nobody knows before it is there.
func (o source) generated(what string) keys.Value {
	return keys.Unknown(fmt.Sprintf("%s has it generated in the cluster%s", o.Title(), what))
}

// Entries are those that are listed. Their places are looked for when somebody asks: most
// Secrets are never asked, and where an object of a chart is written takes another rendering.
func (e *external) Entries() []manifest.Entry {
	e.once.Do(func() {
		for i, n := range e.nodes {
			e.listed[i].At = e.from.Locate(n)
		}
	})
	return e.listed
}

// Open implements manifest.Maker.
func (e *external) Open() string {
	if e.rest == nil {
		return ""
	}
	return e.from.Title() + " takes all that is in " + cmp.Or(e.rest.path, "its store")
}

// Undeclared lies at the path in the store, under the key.
func (e *external) Undeclared(key string) manifest.Entry {
	from, rest := e.from, e.rest
	entry := manifest.Entry{Key: key, At: from.Locate(nodes.Field(from.Root, "metadata", "name")), Via: []string{from.Title()}}
	if rest.path != "" {
		entry.Value, entry.Remote = from.stored(rest.store, rest.path, key), rest.remote(key)
	} else {
		entry.Value = keys.Unknown(from.Title() + " " + cmp.Or(rest.why, "takes it from its store"))
	}
	return entry
}

// scalarAt is the text of a field, and its node.
func scalarAt(n *yaml.Node, path ...string) (string, *yaml.Node) {
	at := nodes.Field(n, path...)
	return nodes.Text(at), at
}
