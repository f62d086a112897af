package stores

import (
	"cmp"
	"regexp"

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

func (o source) fromExternalSecret(spec *yaml.Node, name, namespace string) *manifest.Object {
	e := &external{}
	store := o.storeName(nodes.Field(spec, "secretStoreRef"), namespace)
	byKey := map[string]keys.Value{}
	var own external // what the template may use
	for _, item := range nodes.Items(nodes.Field(spec, "data")) {
		key := nodes.Text(nodes.Field(item, "secretKey"))
		from := store
		if ref := nodes.Field(item, "sourceRef", "storeRef"); ref != nil {
			from = o.storeName(ref, namespace)
		}
		value, at := o.remoteValue(nodes.Field(item, "remoteRef"), from)
		if nodes.Field(item, "sourceRef", "generatorRef") != nil {
			value = o.generated("")
		}
		byKey[key] = value
		own.declare(o, key, at, value)
	}
	for _, item := range nodes.Items(nodes.Field(spec, "dataFrom")) {
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
		e.declare(o, key.Value, value, o.templated(nodes.Text(value), byKey, own.rest))
	})
	return o.makes(cmp.Or(nodes.Text(nodes.Field(spec, "target", "name")), name), namespace, nodes.Field(template, "metadata"), e)
}

// storeName names a store; one of a namespace with it.
func (o source) storeName(ref *yaml.Node, namespace string) string {
	name, kind := nodes.Text(nodes.Field(ref, "name")), cmp.Or(nodes.Text(nodes.Field(ref, "kind")), "SecretStore")
	if kind == "ClusterSecretStore" {
		return kind + " " + name
	}
	return manifest.Label(kind, namespace, name)
}

// remoteValue is the value that a remoteRef means, and where that is written.
func (o source) remoteValue(ref *yaml.Node, store string) (keys.Value, *yaml.Node) {
	key, at := scalarAt(ref, "key")
	property, node := scalarAt(ref, "property")
	if node != nil {
		at = node
	}
	path := key
	if version := nodes.Text(nodes.Field(ref, "version")); version != "" {
		path += " version " + version
	}
	if decoding := nodes.Text(nodes.Field(ref, "decodingStrategy")); decoding != "" && decoding != "None" {
		property += " decoded"
	}
	return o.stored(store, path, property), at
}

// dataFrom is where all data keys of an entry come from.
func (o source) dataFrom(item *yaml.Node, store, namespace string) *external {
	if ref := nodes.Field(item, "sourceRef", "storeRef"); ref != nil {
		store = o.storeName(ref, namespace)
	}
	extract := nodes.Field(item, "extract")
	switch {
	case nodes.Field(item, "sourceRef", "generatorRef") != nil:
		return &external{why: "has it generated in the cluster"}
	case extract == nil || nodes.Field(item, "rewrite") != nil || nodes.Field(extract, "property") != nil:
		return &external{why: "takes it from " + store + ", under a name that is found there"}
	}
	return &external{store: store, path: nodes.Text(nodes.Field(extract, "key"))}
}

var templateName = regexp.MustCompile(`^\s*\{\{-?\s*\.(\w+)\s*(?:\|\s*toString\s*)?-?\}\}\s*$`)

// templated is the value of a template: that of the data key which it is nothing but.
func (o source) templated(text string, byKey map[string]keys.Value, rest *external) keys.Value {
	if m := templateName.FindStringSubmatch(text); m != nil {
		if v, ok := byKey[m[1]]; ok {
			return v
		}
		if rest != nil && rest.path != "" {
			return o.stored(rest.store, rest.path, m[1])
		}
	}
	return keys.Unknown(o.Title() + " makes it with a template, of what its store holds")
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
		e.declare(o, nodes.Text(nodes.Field(item, "name")), at, o.stored(store, path, nodes.Text(nodes.Field(item, "property"))))
	}
	for _, path := range nodes.List(nodes.Field(spec, "dataFrom")) {
		e.rest = &external{store: store, path: path}
	}
	return []*manifest.Object{o.makes(o.Name, "", nodes.Field(spec, "template", "metadata"), e)}
}
