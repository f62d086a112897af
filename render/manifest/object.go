package manifest

import (
	"cmp"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// Object is one Kubernetes object as it would be deployed.
type Object struct {
	APIVersion string
	Kind       string
	Name       string
	Namespace  string // empty where neither the manifest nor the root names one
	Root       *yaml.Node
	File       string // the file it came from, as far as it is known

	// GivesValues says that a release takes its values from here.
	GivesValues bool

	// OriginalName is the object's name in that file, before prefixes, suffixes and
	// hashes; a Secret made by a generator has the generator's name here.
	OriginalName string

	// OriginalNamespace is the namespace in that file.
	OriginalNamespace string

	// Unseen says why there may be more in the object than is known: a chart makes it of values of
	// which not all can be seen.
	Unseen string

	// Doubt says why nothing in the object is known, nor whether there is not more of it: a chart made it that decides by the text of a secret.
	Doubt string

	Repo   *sources.Repository
	Origin Origin // where its nodes are written; nil where nothing is known but the file
	Maker  Maker  // what gives the data of a Secret that is written nowhere; nil of any other object

	covered    map[*yaml.Node]*yaml.Node // what the nodes were before Uncover
	asRendered *Object                   // and the object
}

// Maker gives the data of a Secret that is written nowhere, because a controller in the
// cluster makes it of another object.
type Maker interface {
	// Entries are the data keys that are known.
	Entries() []Entry
	// Open says why there may be more; empty where there are not.
	Open() string
	// Undeclared is a data key that is not among the entries: something unknown.
	Undeclared(key string) Entry
}

// New reads the fields that name an object. It is nil where the node is none:
// without apiVersion and kind.
func New(repo *sources.Repository, root *yaml.Node, file string, from Origin) *Object {
	o := &Object{
		APIVersion: nodes.Text(nodes.Field(root, "apiVersion")),
		Kind:       nodes.Text(nodes.Field(root, "kind")),
		Name:       nodes.Text(nodes.Field(root, "metadata", "name")),
		Namespace:  nodes.Text(nodes.Field(root, "metadata", "namespace")),
		Root:       root,
		File:       file,
		Repo:       repo,
		Origin:     from,
	}
	if o.APIVersion == "" || o.Kind == "" {
		return nil
	}
	for _, text := range []string{o.APIVersion, o.Kind, o.Name, o.Namespace} {
		if repo.Standins().IsMadeOf(text) {
			repo.Note(sources.NoteRefused, sources.Position{File: file}, "an object takes its name, or its kind, from what was decrypted, and is not read: "+hidden)
			return nil
		}
	}
	o.OriginalName = o.Name
	o.OriginalNamespace = o.Namespace
	return o
}

// hidden is why what a renderer makes of a secret's text is not followed.
const hidden = "keylint shows no secret to what renders"

// Place is where the node is written; where that is not known, the object's file.
func (o *Object) Place(n *yaml.Node) Place {
	if o.covered != nil {
		if before := o.covered[n]; before != nil {
			n = before
		}
		return o.asRendered.Place(n)
	}
	if n != nil && o.Origin != nil {
		if p, ok := o.Origin.Find(o, n); ok {
			return p
		}
	}
	return Place{At: sources.Position{File: o.File}, File: o.Repo.File(o.File)}
}

// Locate is the place on disk where a person would edit the node. Where that is not
// known it is the object's file, with line 0.
func (o *Object) Locate(n *yaml.Node) sources.Position { return o.Place(n).At }

// Inside leads from a place in the text of a scalar (line and byte column from 1) to its
// place on disk, for a script within it.
func (o *Object) Inside(n *yaml.Node, line, column, endColumn int) sources.Position {
	p := o.Place(n)
	if p.Inside == nil {
		return p.At
	}
	return p.Inside(line, column, endColumn)
}

// Written is an object as it stands in a document: the top node, or an item of a List.
type Written struct {
	Doc  *sources.Document
	Root *yaml.Node
}

// WrittenIn lists what stands in the documents, Lists expanded. The order is that of
// kustomize, which puts the items of a List behind the documents that follow it.
func WrittenIn(docs []*sources.Document) []Written {
	var queue, out []Written
	for _, d := range docs {
		queue = append(queue, Written{d, d.Root})
	}
	for budget := maxObjects; len(queue) > 0 && budget > 0; budget-- {
		w := queue[0]
		queue = queue[1:]
		kind := nodes.Text(nodes.Field(w.Root, "kind"))
		if kind == "" || nodes.Text(nodes.Field(w.Root, "apiVersion")) == "" {
			continue
		}
		items := nodes.Field(w.Root, "items")
		if !isList(kind) || items == nil || items.Kind != yaml.SequenceNode {
			out = append(out, w)
			continue
		}
		for _, item := range items.Content {
			queue = append(queue, Written{w.Doc, nodes.Follow(item)})
		}
	}
	return out
}

// maxObjects bounds the objects of one file, whose Lists might hold each other by alias.
const maxObjects = 100_000

func isList(kind string) bool {
	const suffix = "List"
	return len(kind) >= len(suffix) && kind[len(kind)-len(suffix):] == suffix
}

// Derived says whether a controller makes the object in the cluster, of another one.
func (o *Object) Derived() bool { return o.Maker != nil }

// Open says why a Secret may have more data keys than Entries lists; empty where it has
// not.
func (o *Object) Open() string {
	if o.Maker == nil || o.Doubt != "" {
		return cmp.Or(o.Doubt, o.Unseen)
	}
	return o.Maker.Open()
}

// Undeclared is a data key of an open Secret: something unknown, at a known place where
// the store's path is.
func (o *Object) Undeclared(key string) (Entry, bool) {
	if o.Open() == "" {
		return Entry{}, false
	}
	if o.Maker == nil || o.Doubt != "" {
		return Entry{Key: key, Value: keys.Unknown(o.Open()), At: o.Locate(nodes.Field(o.Root, "metadata", "name"))}, true
	}
	return o.Maker.Undeclared(key), true
}

// Title is how an object is called in traces and reasons.
func (o *Object) Title() string { return Label(o.Kind, o.Namespace, o.Name) }

// Label is how an object is called that may not be there.
func Label(kind, namespace, name string) string {
	return kind + " " + strings.TrimPrefix(namespace+"/"+name, "/")
}

// ClusterScoped says whether objects of the kind have no namespace, of those that are
// common in a repository.
func (o *Object) ClusterScoped() bool { return clusterScoped[o.Kind] }

var clusterScoped = map[string]bool{
	"Namespace": true, "ClusterRole": true, "ClusterRoleBinding": true, "CustomResourceDefinition": true,
	"PersistentVolume": true, "StorageClass": true, "IngressClass": true, "GatewayClass": true, "PriorityClass": true,
	"ValidatingWebhookConfiguration": true, "MutatingWebhookConfiguration": true, "APIService": true,
	"ClusterIssuer": true, "ClusterSecretStore": true, "KongClusterPlugin": true,
}

// contentHash is what kustomize puts behind the name of an object that it generates: ten
// signs of a hash of the content, in an alphabet that forms no words (kustomize's
// api/hasher).
var contentHash = regexp.MustCompile(`-[2456789bcdfghkmt]{10}$`)

// ShownName is the object's name for people, and for what is to stay the same while contents
// change: without the hash, of which a short secret could be found out.
func (o *Object) ShownName() string {
	hash := contentHash.FindString(o.Name)
	if hash == "" || strings.HasSuffix(o.OriginalName, hash) {
		return o.Name
	}
	return strings.TrimSuffix(o.Name, hash)
}
