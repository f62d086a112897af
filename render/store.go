package render

import (
	"fmt"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/nodes"
)

// external is a Secret that an operator in the cluster makes, of what a store elsewhere
// holds. None of it is known here but where each value lies, which is enough to tell that
// two of them are the same.
type external struct {
	from    *Object
	entries []Entry
	rest    *external // what further data keys come from; nil where all are listed
	store   string    // of rest: the store, and the path in it; empty where neither is known
	path    string
	why     string // of rest: what is known of a data key without a path
}

// secretMakers are the kinds whose objects become Secrets, by the group of their
// apiVersion and their kind.
var secretMakers = map[string]func(*Object) []*Object{
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
		return maker(o)
	}
	if o.Kind == "Project" && strings.Contains(group, "supabase") {
		return operatorProject(o)
	}
	return nil
}

// made is a Secret that is made of the object.
func (o *Object) makes(name, namespace string, metadata *yaml.Node, e *external) *Object {
	e.from = o
	return &Object{
		APIVersion: "v1", Kind: "Secret", Name: name, Namespace: first(namespace, o.Namespace), File: o.File,
		Root: mapping("apiVersion", scalar("v1"), "kind", scalar("Secret"), "metadata", mapping(
			"name", scalar(name), "labels", nodes.Field(metadata, "labels"), "annotations", nodes.Field(metadata, "annotations"))),
		OriginalName: name, writtenNamespace: first(namespace, o.Namespace), repo: o.repo, origin: fromSealed{o}, external: e,
	}
}

// declare adds a data key that is written at the node.
func (e *external) declare(o *Object, key string, at *yaml.Node, value keys.Value) {
	if key == "" {
		return
	}
	e.entries = append(e.entries, Entry{Key: key, Value: value, At: o.Locate(at), Via: []string{o.title()}})
}

// derived says whether a controller makes the object in the cluster, of another one.
func (o *Object) derived() bool { return o.sealed != nil || o.external != nil }

// title is how an object is called in traces and reasons.
func (o *Object) title() string { return objectLabel(o.Kind, o.Namespace, o.Name) }

// stored is a value that lies at a path of a store.
func (o *Object) stored(store, path, property string) keys.Value {
	source := path
	if property != "" {
		source += "#" + property
	}
	return keys.UnknownFrom(store+": "+source, fmt.Sprintf("%s takes it from %s in %s", o.title(), source, store))
}

// generated is a value that nobody knows before it is there.
func (o *Object) generated(what string) keys.Value {
	return keys.Unknown(fmt.Sprintf("%s has it generated in the cluster%s", o.title(), what))
}

// Open says why a Secret may have more data keys than Entries lists; empty where it has
// not.
func (o *Object) Open() string {
	if o.external == nil || o.external.rest == nil {
		return ""
	}
	return o.external.from.title() + " takes all that is in " + first(o.external.rest.path, "its store")
}

// Undeclared is a data key of an open Secret: something unknown, at a known place where
// the store's path is.
func (o *Object) Undeclared(key string) (Entry, bool) {
	if o.Open() == "" {
		return Entry{}, false
	}
	from, rest := o.external.from, o.external.rest
	e := Entry{Key: key, At: from.Locate(nodes.Field(from.Root, "metadata", "name")), Via: []string{from.title()}}
	if rest.path != "" {
		e.Value = from.stored(rest.store, rest.path, key)
	} else {
		e.Value = keys.Unknown(from.title() + " " + first(rest.why, "takes it from its store"))
	}
	return e, true
}

// scalarAt is the text of a field, and its node.
func scalarAt(n *yaml.Node, path ...string) (string, *yaml.Node) {
	at := nodes.Field(n, path...)
	return nodes.Text(at), at
}
