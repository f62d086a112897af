package render

import (
	"cmp"
	"fmt"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// external is a Secret that an operator in the cluster makes, of what a store elsewhere
// holds. None of it is known here but where each value lies, which is enough to tell that
// two of them are the same.
type external struct {
	from   source
	listed []Entry
	rest   *external // what further data keys come from; nil where all are listed
	store  string    // of rest: the store, and the path in it; empty where neither is known
	path   string
	why    string // of rest: what is known of a data key without a path
}

// source is an object that an operator makes Secrets of.
type source struct{ *Object }

// secretMakers are the kinds whose objects become Secrets, by the group of their
// apiVersion and their kind.
var secretMakers = map[string]func(source) []*Object{
	"external-secrets.io ExternalSecret":             externalSecret,
	"external-secrets.io ClusterExternalSecret":      clusterExternalSecret,
	"kubernetes-client.io ExternalSecret":            oldExternalSecret,
	"secrets.hashicorp.com VaultStaticSecret":        vaultStaticSecret,
	"secrets.hashicorp.com VaultDynamicSecret":       vaultDynamicSecret,
	"ricoberger.de VaultSecret":                      vaultSecret,
	"onepassword.com OnePasswordItem":                onePasswordItem,
	"secrets.infisical.com InfisicalSecret":          infisicalSecret,
	"secrets.doppler.com DopplerSecret":              dopplerSecret,
	"k8s.bitwarden.com BitwardenSecret":              bitwardenSecret,
	"secrets-store.csi.x-k8s.io SecretProviderClass": secretProviderClass,
}

// secretsOf are the Secrets that controllers in the cluster make of an object.
func secretsOf(o *Object) []*Object {
	if secret := unsealed(o); secret != nil {
		return []*Object{secret}
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

// inFile are the objects of a file as they are written, and the Secrets that controllers
// make of them.
func inFile(repo *sources.Repository, f *sources.File) []*Object {
	var objects []*Object
	for _, w := range objectsOf(f.Documents()) {
		if o := newObject(repo, w.root, f.Path, fromDocument{w.doc}); o != nil {
			objects = append(objects, o)
		}
	}
	return withSecrets(objects)
}

// withSecrets puts behind each object the Secrets that controllers make of it.
func withSecrets(objects []*Object) []*Object {
	out := make([]*Object, 0, len(objects))
	for _, o := range objects {
		out = append(out, o)
		out = append(out, secretsOf(o)...)
	}
	return out
}

// makes is a Secret that is made of the object.
func (o source) makes(name, namespace string, metadata *yaml.Node, e *external) *Object {
	e.from = o
	return &Object{
		APIVersion: "v1", Kind: "Secret", Name: name, Namespace: cmp.Or(namespace, o.Namespace), File: o.File,
		Root: nodes.Mapping("apiVersion", nodes.Scalar("v1"), "kind", nodes.Scalar("Secret"), "metadata", nodes.Mapping(
			"name", nodes.Scalar(name), "labels", nodes.Field(metadata, "labels"), "annotations", nodes.Field(metadata, "annotations"))),
		OriginalName: name, OriginalNamespace: cmp.Or(namespace, o.Namespace), repo: o.repo, origin: fromSealed{o.Object}, maker: e,
	}
}

// declare adds a data key that is written at the node.
func (e *external) declare(o source, key string, at *yaml.Node, value keys.Value) {
	if key == "" {
		return
	}
	e.listed = append(e.listed, Entry{Key: key, Value: value, At: o.Locate(at), Via: []string{o.title()}})
}

// stored is a value that lies at a path of a store.
func (o source) stored(store, path, property string) keys.Value {
	source := path
	if property != "" {
		source += "#" + property
	}
	return keys.UnknownFrom(store+": "+source, fmt.Sprintf("%s takes it from %s in %s", o.title(), source, store))
}

// generated is a value that nobody knows before it is there.
func (o source) generated(what string) keys.Value {
	return keys.Unknown(fmt.Sprintf("%s has it generated in the cluster%s", o.title(), what))
}

// entries are those that are listed.
func (e *external) entries() []Entry { return e.listed }

func (e *external) open() string {
	if e.rest == nil {
		return ""
	}
	return e.from.title() + " takes all that is in " + cmp.Or(e.rest.path, "its store")
}

func (e *external) undeclared(key string) Entry {
	from, rest := e.from, e.rest
	entry := Entry{Key: key, At: from.Locate(nodes.Field(from.Root, "metadata", "name")), Via: []string{from.title()}}
	if rest.path != "" {
		entry.Value = from.stored(rest.store, rest.path, key)
	} else {
		entry.Value = keys.Unknown(from.title() + " " + cmp.Or(rest.why, "takes it from its store"))
	}
	return entry
}

// scalarAt is the text of a field, and its node.
func scalarAt(n *yaml.Node, path ...string) (string, *yaml.Node) {
	at := nodes.Field(n, path...)
	return nodes.Text(at), at
}
