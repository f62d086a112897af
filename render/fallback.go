package render

import (
	"fmt"

	"github.com/keylint/keylint/sources"
)

// fallBack fills the unit of a root that does not build with the objects of the files
// that it lists, as they are written. Of the kustomization only the namespace is
// applied, so that references find each other.
func fallBack(g *graph, r *root, u *Unit, cause issue) {
	var listed []*sources.File
	seen := map[string]bool{}
	for _, k := range r.closure {
		namespace := r.namespace
		if namespace == "" {
			namespace = k.namespace
		}
		for _, ref := range k.refs {
			if ref.verdict != isFile || !listsObjects[ref.field] || seen[ref.name] {
				continue
			}
			seen[ref.name] = true
			f := g.repo.File(ref.name)
			listed = append(listed, f)
			for _, o := range plainObjects(g.repo, f) {
				if namespace != "" && !clusterScoped[o.Kind] {
					o.Namespace = namespace
				}
				u.Objects = append(u.Objects, o)
			}
		}
	}
	files := fmt.Sprintf("the %d files it lists", len(listed))
	if len(listed) == 1 {
		files = "the one file it lists"
	}
	name := r.dir
	if name == "." {
		name = "the kustomization in the repository's root"
	}
	g.repo.Note(cause.kind, cause.at(), fmt.Sprintf("%s does not build: %s; keylint fell back to %s, without patches and prefixes", name, cause.message, files))
	u.Missing = append(u.Missing, "the kustomization does not build: "+cause.message)
	for _, f := range r.files(g.repo) {
		u.Inputs = append(u.Inputs, f.Path)
	}
	u.Inputs = sorted(u.Inputs)
}

// listsObjects are the fields whose files hold whole objects.
var listsObjects = map[string]bool{"resources": true, "bases": true, "ksops": true}

// clusterScoped are the kinds that have no namespace, of those that are common in a
// repository.
var clusterScoped = map[string]bool{
	"Namespace": true, "ClusterRole": true, "ClusterRoleBinding": true, "CustomResourceDefinition": true,
	"PersistentVolume": true, "StorageClass": true, "IngressClass": true, "GatewayClass": true, "PriorityClass": true,
	"ValidatingWebhookConfiguration": true, "MutatingWebhookConfiguration": true, "APIService": true,
	"ClusterIssuer": true, "ClusterSecretStore": true, "KongClusterPlugin": true,
}
