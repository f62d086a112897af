package stores

import (
	"cmp"
	"strings"
	"time"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources/nodes"
)

var (
	_ = enter("external-secrets.io ExternalSecret", externalSecret)
	_ = enter("external-secrets.io ClusterExternalSecret", clusterExternalSecret)
	_ = enter("kubernetes-client.io ExternalSecret", oldExternalSecret)
)

// externalSecret is the Secret of External Secrets Operator
// (external-secrets.io/docs: API, ExternalSecret).
func externalSecret(o source) []*manifest.Object {
	spec := nodes.Field(o.Root, "spec")
	return []*manifest.Object{o.fromExternalSecret(spec, o.Name, o.Namespace)}
}

// clusterExternalSecret makes one in every namespace that is listed. Which namespaces a
// selector finds is not known here: then it is one whose namespace is open.
func clusterExternalSecret(o source) []*manifest.Object {
	spec := nodes.Field(o.Root, "spec", "externalSecretSpec")
	name := cmp.Or(nodes.Text(nodes.Field(o.Root, "spec", "externalSecretName")), o.Name)
	var out []*manifest.Object
	for _, ns := range nodes.List(nodes.Field(o.Root, "spec", "namespaces")) {
		out = append(out, o.fromExternalSecret(spec, name, ns))
	}
	if len(out) == 0 {
		out = append(out, o.fromExternalSecret(spec, name, ""))
	}
	return out
}

// fetched is a value of a store with the reference to it; nil where it is not one that may be
// followed.
type fetched struct {
	value  keys.Value
	remote *manifest.Remote
}

func (o source) fromExternalSecret(spec *yaml.Node, name, namespace string) *manifest.Object {
	e := &external{}
	store := o.storeName(nodes.Field(spec, "secretStoreRef"), namespace)
	byKey := map[string]fetched{}
	var own external // what the template may use
	for _, item := range nodes.Items(nodes.Field(spec, "data")) {
		key := nodes.Text(nodes.Field(item, "secretKey"))
		from := store
		if ref := nodes.Field(item, "sourceRef", "storeRef"); ref != nil {
			from = o.storeName(ref, namespace)
		}
		value, at := o.remoteValue(nodes.Field(item, "remoteRef"), from)
		if nodes.Field(item, "sourceRef", "generatorRef") != nil {
			value = fetched{value: o.generated("")}
		}
		byKey[key] = value
		own.declare(o, key, at, value.value)
		own.follow(key, value.remote)
	}
	for _, item := range nodes.Items(nodes.Field(spec, "dataFrom")) {
		if own.rest != nil {
			own.rest = &external{why: "takes it from one of several places"}
			break
		}
		own.rest = o.dataFrom(item, store, namespace)
	}
	template := nodes.Field(spec, "target", "template")
	data := nodes.Field(template, "data")
	switch {
	case nodes.Field(template, "templateFrom") != nil:
		e.rest = &external{why: "fills in a template that is not followed"}
	case data == nil || nodes.Text(nodes.Field(template, "mergePolicy")) == "Merge":
		e.listed, e.nodes, e.rest = own.listed, own.nodes, own.rest
	}
	nodes.Pairs(data, func(key, value *yaml.Node) {
		made := o.templated(nodes.Text(value), byKey, own.rest)
		e.declare(o, key.Value, value, made.value)
		e.follow(key.Value, made.remote)
	})
	return o.makes(cmp.Or(nodes.Text(nodes.Field(spec, "target", "name")), name), namespace, nodes.Field(template, "metadata"), e)
}

// follow remembers of the data key that was declared last which store it comes from.
func (e *external) follow(key string, remote *manifest.Remote) {
	if n := len(e.listed); key != "" {
		e.listed[n-1].Remote = remote
	}
}

// storeRef is a store as an object of the cluster.
type storeRef struct {
	kind, namespace, name string

	once string // who takes a value once and does not ask again; empty where it is kept up to date
}

// String names a store; one of a namespace with it. What is taken from it once is no more than what it held then.
func (s storeRef) String() string {
	label := manifest.Label(s.kind, s.namespace, s.name)
	if s.once != "" {
		label += ", once for " + s.once
	}
	return label
}

// storeName reads a reference to a store.
func (o source) storeName(ref *yaml.Node, namespace string) storeRef {
	name, kind := nodes.Text(nodes.Field(ref, "name")), cmp.Or(nodes.Text(nodes.Field(ref, "kind")), "SecretStore")
	if kind == "ClusterSecretStore" {
		namespace = ""
	}
	store := storeRef{kind: kind, namespace: namespace, name: name}
	if o.asksOnce() {
		store.once = o.Title()
	}
	return store
}

// asksOnce says whether the operator does not look again at what it has taken for the object
// (external-secrets.io/docs: API, ExternalSecret, refreshPolicy and refreshInterval).
func (o source) asksOnce() bool {
	spec := nodes.Field(o.Root, "spec")
	if inner := nodes.Field(spec, "externalSecretSpec"); inner != nil {
		spec = inner
	}
	switch nodes.Text(nodes.Field(spec, "refreshPolicy")) {
	case "CreatedOnce", "OnChange":
		return true
	}
	interval, err := time.ParseDuration(nodes.Text(nodes.Field(spec, "refreshInterval")))
	return err == nil && interval == 0
}

// remote is a property of a key of the store.
func (s storeRef) remote(key, property string) *manifest.Remote {
	return &manifest.Remote{Kind: s.kind, Namespace: s.namespace, Store: s.name, Key: key, Property: property}
}

// remoteValue is the value that a remoteRef means, and where that is written.
func (o source) remoteValue(ref *yaml.Node, store storeRef) (fetched, *yaml.Node) {
	key, at := scalarAt(ref, "key")
	property, node := scalarAt(ref, "property")
	if node != nil {
		at = node
	}
	out := fetched{remote: store.remote(key, property)}
	path := key
	if version := nodes.Text(nodes.Field(ref, "version")); version != "" {
		path += " version " + version
	}
	if decoding := nodes.Text(nodes.Field(ref, "decodingStrategy")); decoding != "" && decoding != "None" {
		property += " decoded"
		out.remote = nil
	}
	if nodes.Text(nodes.Field(ref, "metadataPolicy")) == "Fetch" { // what is said of the value, and not the value
		property += " metadata"
		out.remote = nil
	}
	out.value = o.stored(store.String(), path, property)
	return out, at
}

// dataFrom is where all data keys of an entry come from.
func (o source) dataFrom(item *yaml.Node, store storeRef, namespace string) *external {
	if ref := nodes.Field(item, "sourceRef", "storeRef"); ref != nil {
		store = o.storeName(ref, namespace)
	}
	extract := nodes.Field(item, "extract")
	switch {
	case nodes.Field(item, "sourceRef", "generatorRef") != nil:
		return &external{why: "has it generated in the cluster"}
	case extract == nil || nodes.Field(item, "rewrite") != nil || nodes.Field(extract, "property") != nil:
		return &external{why: "takes it from " + store.String() + ", under a name that is found there"}
	}
	key := nodes.Text(nodes.Field(extract, "key"))
	out := &external{store: store.String(), path: key, from: o}
	if decoding := nodes.Text(nodes.Field(extract, "decodingStrategy")); decoding != "" && decoding != "None" {
		out.path += " decoded"
		return out
	}
	out.described = store.remote(key, "")
	return out
}

// templated is the value of a template, of which the data keys are known: that of the one which it
// takes, with what its functions make of it. Of what is not known to be made of just one, or by
// which function, nothing is known.
func (o source) templated(text string, byKey map[string]fetched, rest *external) fetched {
	name, functions, why := pipeline(text)
	if why != "" {
		return fetched{value: keys.Unknown(o.Title() + " makes it with a template" + why + ", of what its store holds")}
	}
	v, ok := byKey[name]
	if !ok && rest != nil && rest.path != "" {
		v, ok = fetched{value: o.stored(rest.store, rest.path, name), remote: rest.remote(name)}, true
	}
	if !ok {
		return fetched{value: keys.Unknown(o.Title() + " makes it with a template, of what its store holds")}
	}
	for _, function := range functions {
		switch v.remote = nil; function {
		case "b64dec":
			v.value = v.value.Decoded()
		case "b64enc":
			v.value = v.value.Piped("base64encode")
		default:
			v.value = v.value.Piped(function)
		}
	}
	if len(functions) > 0 {
		v.value = keys.UnknownFrom(v.value.Source(), v.value.Reason()+", and makes another text of it: "+strings.Join(functions, " | "))
	}
	return v
}

// oldExternalSecret is the Secret of the operator's predecessor
// (external-secrets/kubernetes-external-secrets).
func oldExternalSecret(o source) []*manifest.Object {
	spec := nodes.Field(o.Root, "spec")
	if spec == nil {
		spec = nodes.Field(o.Root, "secretDescriptor")
	}
	store := cmp.Or(nodes.Text(nodes.Field(spec, "backendType")), "its store")
	e := &external{}
	for _, item := range nodes.Items(nodes.Field(spec, "data")) {
		path, at := scalarAt(item, "key")
		property := nodes.Text(nodes.Field(item, "property"))
		if nodes.Text(nodes.Field(item, "isBinary")) == "true" { // it lies there in base64
			property += " decoded"
		}
		e.declare(o, nodes.Text(nodes.Field(item, "name")), at, o.stored(store, path, property))
	}
	for _, path := range nodes.List(nodes.Field(spec, "dataFrom")) {
		e.rest = &external{store: store, path: path}
	}
	return []*manifest.Object{o.makes(o.Name, "", nodes.Field(spec, "template", "metadata"), e)}
}
