package render

import (
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// onePasswordItem is the Secret of the 1Password operator: every field of the item.
func onePasswordItem(o *Object) []*Object {
	e := &external{rest: &external{store: "1Password", path: sources.Text(sources.Field(o.Root, "spec", "itemPath"))}}
	return []*Object{o.makes(o.Name, "", sources.Field(o.Root, "metadata"), e)}
}

// infisicalSecret is the Secret, or Secrets, of Infisical's operator: everything in the
// scope that its authentication names.
func infisicalSecret(o *Object) []*Object {
	spec := sources.Field(o.Root, "spec")
	where := ""
	pairs(sources.Field(spec, "authentication"), func(_, method *yaml.Node) {
		scope := sources.Field(method, "secretsScope")
		if where == "" && scope != nil {
			where = first(sources.Text(sources.Field(scope, "projectSlug")), sources.Text(sources.Field(scope, "projectId"))) + "/" +
				sources.Text(sources.Field(scope, "envSlug")) + first(sources.Text(sources.Field(scope, "secretsPath")), "/")
		}
	})
	references := sources.Items(sources.Field(spec, "managedKubeSecretReferences"))
	if ref := sources.Field(spec, "managedSecretReference"); ref != nil {
		references = append(references, ref)
	}
	var out []*Object
	for _, ref := range references {
		e := &external{rest: &external{store: "Infisical", path: where}}
		out = append(out, o.makes(sources.Text(sources.Field(ref, "secretName")), sources.Text(sources.Field(ref, "secretNamespace")), nil, e))
	}
	return out
}

// dopplerSecret is the Secret of Doppler's operator: everything in a config.
func dopplerSecret(o *Object) []*Object {
	spec := sources.Field(o.Root, "spec")
	where := sources.Text(sources.Field(spec, "project")) + "/" + sources.Text(sources.Field(spec, "config"))
	if where == "/" { // the token tells
		where = "the config of token " + sources.Text(sources.Field(spec, "tokenSecret", "name"))
	}
	managed := sources.Field(spec, "managedSecret")
	e := &external{rest: &external{store: "Doppler", path: where}}
	return []*Object{o.makes(sources.Text(sources.Field(managed, "name")), sources.Text(sources.Field(managed, "namespace")), nil, e)}
}

// bitwardenSecret is the Secret of Bitwarden's operator.
func bitwardenSecret(o *Object) []*Object {
	spec := sources.Field(o.Root, "spec")
	e := &external{}
	for _, item := range sources.Items(sources.Field(spec, "map")) {
		id, at := scalarAt(item, "bwSecretId")
		e.declare(o, sources.Text(sources.Field(item, "secretKeyName")), at, o.stored("Bitwarden", id, ""))
	}
	if sources.Text(sources.Field(spec, "onlyMappedSecrets")) == "false" {
		e.rest = &external{why: "takes it from Bitwarden, under a name that is found there"}
	}
	return []*Object{o.makes(sources.Text(sources.Field(spec, "secretName")), "", nil, e)}
}

// secretProviderClass is the Secrets that the CSI driver makes besides its volume.
func secretProviderClass(o *Object) []*Object {
	spec := sources.Field(o.Root, "spec")
	provider := first(sources.Text(sources.Field(spec, "provider")), "its provider")
	var out []*Object
	for _, s := range sources.Items(sources.Field(spec, "secretObjects")) {
		e := &external{}
		for _, item := range sources.Items(sources.Field(s, "data")) {
			name, at := scalarAt(item, "objectName")
			e.declare(o, sources.Text(sources.Field(item, "key")), at, o.stored("SecretProviderClass "+o.Namespace+"/"+o.Name, name, "of "+provider))
		}
		out = append(out, o.makes(sources.Text(sources.Field(s, "secretName")), "", s, e))
	}
	return out
}

// operatorKeys are the data keys of the Secret that Supabase's operator makes for a
// project (supabase-community/supabase-kubernetes: internal/project/jwt_secret.go).
var operatorKeys = []string{
	"jwt-secret", "anon-key", "service-key", "jwt-keys", "jwt-jwks",
	"anon-key-asymmetric", "service-key-asymmetric", "publishable-key", "secret-key",
}

// operatorProject is that Secret, whose keys the operator generates.
func operatorProject(o *Object) []*Object {
	e := &external{}
	at := sources.Field(o.Root, "metadata", "name")
	for _, key := range operatorKeys {
		e.declare(o, key, at, keys.UnknownFrom("the Supabase operator: "+o.title()+"#"+key,
			"the Supabase operator generates it in the cluster for "+o.title()))
	}
	return []*Object{o.makes(o.Name+"-jwt", "", nil, e)}
}
