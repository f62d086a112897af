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
	_ = enter("onepassword.com OnePasswordItem", onePasswordItem)
	_ = enter("secrets.infisical.com InfisicalSecret", infisicalSecret)
	_ = enter("secrets.infisical.com InfisicalStaticSecret", infisicalStaticSecret)
	_ = enter("secrets.doppler.com DopplerSecret", dopplerSecret)
	_ = enter("k8s.bitwarden.com BitwardenSecret", bitwardenSecret)
	_ = enter("secrets-store.csi.x-k8s.io SecretProviderClass", secretProviderClass)
)

// onePasswordItem is the Secret of the 1Password operator: every field of the item.
func onePasswordItem(o source) []*manifest.Object {
	e := &external{rest: &external{store: "1Password", path: nodes.Text(nodes.Field(o.Root, "spec", "itemPath"))}}
	return []*manifest.Object{o.makes(o.Name, "", nodes.Field(o.Root, "metadata"), e)}
}

// infisicalSecret is the Secret, or Secrets, of Infisical's operator: everything in the
// scope that its authentication names.
func infisicalSecret(o source) []*manifest.Object {
	spec := nodes.Field(o.Root, "spec")
	where := ""
	nodes.Pairs(nodes.Field(spec, "authentication"), func(_, method *yaml.Node) {
		scope := nodes.Field(method, "secretsScope")
		if where == "" && scope != nil {
			where = infisicalPath(scope, "envSlug", "secretsPath")
		}
	})
	references := nodes.Items(nodes.Field(spec, "managedKubeSecretReferences"))
	if ref := nodes.Field(spec, "managedSecretReference"); ref != nil {
		references = append(references, ref)
	}
	var out []*manifest.Object
	for _, ref := range references {
		e := &external{rest: &external{store: "Infisical", path: where}}
		o.fromInfisicalTemplate(e, nodes.Field(ref, "template"))
		out = append(out, o.makes(nodes.Text(nodes.Field(ref, "secretName")), nodes.Text(nodes.Field(ref, "secretNamespace")), nil, e))
	}
	return out
}

// infisicalPath is where a scope lies: a project, an environment of it and a path.
func infisicalPath(scope *yaml.Node, environment, at string) string {
	return cmp.Or(nodes.Text(nodes.Field(scope, "projectSlug")), nodes.Text(nodes.Field(scope, "projectId"))) + "/" +
		nodes.Text(nodes.Field(scope, environment)) + cmp.Or(nodes.Text(nodes.Field(scope, at)), "/")
}

// infisicalStaticSecret is the Secrets and ConfigMaps that the operator makes by its second API: each target holds all
// that is in the sources (infisical.com/docs/integrations/platforms/kubernetes: InfisicalStaticSecret).
func infisicalStaticSecret(o source) []*manifest.Object {
	spec := nodes.Field(o.Root, "spec")
	from := func() *external {
		return &external{rest: &external{why: "takes it from one of several places in Infisical"}}
	}
	if all := nodes.Items(nodes.Field(spec, "sources")); len(all) == 1 {
		where := infisicalPath(all[0], "environmentSlug", "secretPath")
		from = func() *external { return &external{rest: &external{store: "Infisical", path: where}} }
	}
	var out []*manifest.Object
	for _, target := range nodes.Items(nodes.Field(spec, "targets")) {
		e := from()
		o.fromInfisicalTemplate(e, nodes.Field(target, "template"))
		made := o.makes(nodes.Text(nodes.Field(target, "name")), nodes.Text(nodes.Field(target, "namespace")), nil, e)
		made.Kind = cmp.Or(nodes.Text(nodes.Field(target, "kind")), "Secret")
		out = append(out, made)
	}
	return out
}

var infisicalValue = regexp.MustCompile(`^\{\{-?\s*\.(\w+)\.Value\s*-?\}\}$`)

// fromInfisicalTemplate adds the data keys that a template makes: a value as it is, or something
// unknown. Without includeAllSecrets there are no others
// (infisical.com/docs/integrations/platforms/kubernetes: templating).
func (o source) fromInfisicalTemplate(e *external, template *yaml.Node) {
	if template == nil {
		return
	}
	where := e.rest
	if nodes.Text(nodes.Field(template, "includeAllSecrets")) != "true" {
		e.rest = nil
	}
	nodes.Pairs(nodes.Field(template, "data"), func(key, value *yaml.Node) {
		made := keys.Unknown(o.Title() + " makes it with a template, of what Infisical holds")
		if m := infisicalValue.FindStringSubmatch(nodes.Text(value)); m != nil && where.path != "" {
			made = o.stored(where.store, where.path, m[1])
		}
		e.declare(o, key.Value, value, made)
	})
}

// dopplerSecret is the Secret of Doppler's operator: everything in a config.
func dopplerSecret(o source) []*manifest.Object {
	spec := nodes.Field(o.Root, "spec")
	where := nodes.Text(nodes.Field(spec, "project")) + "/" + nodes.Text(nodes.Field(spec, "config"))
	if where == "/" { // the token tells
		where = "the config of token " + nodes.Text(nodes.Field(spec, "tokenSecret", "name"))
	}
	managed := nodes.Field(spec, "managedSecret")
	e := &external{rest: &external{store: "Doppler", path: where}}
	nodes.Pairs(nodes.Field(spec, "processors"), func(name, processor *yaml.Node) {
		made := o.stored("Doppler", where, name.Value)
		if kind := nodes.Text(nodes.Field(processor, "type")); kind != "" && kind != "plain" {
			made = keys.Unknown(o.Title() + " runs the processor " + kind + " over what Doppler holds")
		}
		e.declare(o, cmp.Or(nodes.Text(nodes.Field(processor, "asName")), name.Value), name, made)
	})
	for _, field := range []string{"nameTransformer", "format"} { // what a name holds is then another's, or a whole file
		if how := nodes.Text(nodes.Field(spec, field)); how != "" {
			e.rest = &external{why: "takes it from Doppler, under a name that its " + field + " " + how + " makes"}
		}
	}
	return []*manifest.Object{o.makes(nodes.Text(nodes.Field(managed, "name")), nodes.Text(nodes.Field(managed, "namespace")), nil, e)}
}

// bitwardenSecret is the Secret of Bitwarden's operator.
func bitwardenSecret(o source) []*manifest.Object {
	spec := nodes.Field(o.Root, "spec")
	e := &external{}
	for _, item := range nodes.Items(nodes.Field(spec, "map")) {
		id, at := scalarAt(item, "bwSecretId")
		e.declare(o, nodes.Text(nodes.Field(item, "secretKeyName")), at, o.stored("Bitwarden", id, ""))
	}
	if nodes.Text(nodes.Field(spec, "onlyMappedSecrets")) == "false" {
		e.rest = &external{why: "takes it from Bitwarden, under a name that is found there"}
	}
	return []*manifest.Object{o.makes(nodes.Text(nodes.Field(spec, "secretName")), "", nil, e)}
}

// secretProviderClass is the Secrets that the CSI driver makes besides its volume.
func secretProviderClass(o source) []*manifest.Object {
	spec := nodes.Field(o.Root, "spec")
	provider := cmp.Or(nodes.Text(nodes.Field(spec, "provider")), "its provider")
	var out []*manifest.Object
	for _, s := range nodes.Items(nodes.Field(spec, "secretObjects")) {
		e := &external{}
		for _, item := range nodes.Items(nodes.Field(s, "data")) {
			name, at := scalarAt(item, "objectName")
			e.declare(o, nodes.Text(nodes.Field(item, "key")), at, o.stored("SecretProviderClass "+o.Namespace+"/"+o.Name, name, "of "+provider))
		}
		out = append(out, o.makes(nodes.Text(nodes.Field(s, "secretName")), "", s, e))
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
func operatorProject(o source) []*manifest.Object {
	e := &external{}
	at := nodes.Field(o.Root, "metadata", "name")
	for _, key := range operatorKeys {
		e.declare(o, key, at, keys.UnknownFrom("the Supabase operator: "+o.Title()+"#"+key,
			"the Supabase operator generates it in the cluster for "+o.Title()))
	}
	return []*manifest.Object{o.makes(o.Name+"-jwt", "", nil, e)}
}
