package stores

import (
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources/nodes"
)

var _ = enter("postgresql.cnpg.io Cluster", cloudNativePG)

// cloudNativePG are the Secrets that CloudNativePG makes for a cluster's users, where it is given none: how the database is reached, under data
// keys that are always the same (cloudnative-pg.io/documentation: applications, bootstrap).
func cloudNativePG(o source) []*manifest.Object {
	spec := nodes.Field(o.Root, "spec")
	at := nodes.Field(o.Root, "metadata", "name")
	var out []*manifest.Object
	user := func(name string, given *yaml.Node) {
		if given != nil {
			return
		}
		e := &external{}
		for _, key := range []string{"username", "user", "password", "dbname", "host", "port", "pgpass", "uri", "jdbc-uri", "fqdn-uri", "fqdn-jdbc-uri"} {
			e.declare(o, key, at, o.generated(""))
		}
		out = append(out, o.makes(name, "", nil, e))
	}
	bootstrap := nodes.Field(spec, "bootstrap")
	given := nodes.Field(bootstrap, "initdb", "secret")
	for _, way := range []string{"recovery", "pg_basebackup"} {
		if s := nodes.Field(bootstrap, way, "secret"); s != nil {
			given = s
		}
	}
	user(o.Name+"-app", given)
	if nodes.Text(nodes.Field(spec, "enableSuperuserAccess")) == "true" {
		user(o.Name+"-superuser", nodes.Field(spec, "superuserSecret"))
	}
	return out
}
