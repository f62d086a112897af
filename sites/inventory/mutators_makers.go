package inventory

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// readAssign reads a mutation of Gatekeeper's (open-policy-agent.github.io/gatekeeper: mutation).
func readAssign(spec *yaml.Node, label string, add func(mutator)) {
	m := mutator{why: label + " changes it as it reaches the cluster"}
	location := nodes.Text(nodes.Field(spec, "location"))
	switch name := assignedVariable.FindStringSubmatch(location); {
	case name != nil:
		m.field(name[1])
	case assignedData.MatchString(location):
		m.field(assignedData.FindStringSubmatch(location)[1])
	case sources.SetsValues(location):
		m.any = true
	case strings.HasSuffix(location, "containers"), strings.HasSuffix(location, "initContainers"):
		m.touch(nodes.Field(spec, "parameters"))
	}
	match := nodes.Field(spec, "match")
	m.filter = filter{namespaces: nodes.List(nodes.Field(match, "namespaces")), names: texts(match, "name"), selector: nodes.Field(match, "labelSelector"), namespaceSelector: nodes.Field(match, "namespaceSelector")}
	if excluded := nodes.List(nodes.Field(match, "excludedNamespaces")); len(excluded) > 0 {
		m.exclude = []filter{{namespaces: excluded}}
	}
	for _, of := range slices.Concat(nodes.Items(nodes.Field(match, "kinds")), nodes.Items(nodes.Field(spec, "applyTo"))) {
		if kinds := nodes.List(nodes.Field(of, "kinds")); !slices.Contains(kinds, "*") {
			m.kinds = append(m.kinds, kinds...)
		}
	}
	add(m)
}

var (
	assignedVariable = regexp.MustCompile(`env\[\s*name:\s*"?([^\]"]+?)"?\s*\]`)
	assignedData     = regexp.MustCompile(`^(?:data|stringData)\.\s*"?([^".]+)"?$`)
)

// readPush reads what is put from one Secret into others of the cluster (external-secrets.io: PushSecret). A store that is known to be another than
// the cluster is none of it.
func (inv *Inventory) readPush(spec *yaml.Node, label string, at sources.Position, add func(mutator)) {
	if !inv.Repo.Spend(filterCost * inv.objects()) {
		inv.Repo.Note(sources.NoteBound, at, "which Secrets are put into the cluster is "+sources.TooMuch)
		return
	}
	var stores, spaces []string
	for _, ref := range nodes.Items(nodes.Field(spec, "secretStoreRefs")) {
		stores = append(stores, nodes.Text(nodes.Field(ref, "name")))
	}
	elsewhere, here := false, false
	inv.eachObject(func(_ *render.Unit, o *manifest.Object) {
		if (o.Kind == "SecretStore" || o.Kind == "ClusterSecretStore") && slices.Contains(stores, o.Name) {
			cluster := nodes.Field(o.Root, "spec", "provider", "kubernetes")
			elsewhere, here = elsewhere || cluster == nil, here || cluster != nil
			spaces = append(spaces, texts(cluster, "remoteNamespace")...)
		}
	})
	if elsewhere && !here {
		return
	}
	m := mutator{why: label, makes: true, touched: touched{any: true}, filter: filter{kinds: []string{"Secret"}, namespaces: spaces}}
	for _, d := range nodes.Items(nodes.Field(spec, "data")) {
		m.names = append(m.names, texts(nodes.Field(d, "match", "remoteRef"), "remoteKey")...)
	}
	if len(m.names) > 0 {
		add(m)
	}
}

// wrapping are the groups of objects in which whole others stand that a controller makes of them: Crossplane's, Open Cluster Management's, kro's,
// KubeVela's.
var wrapping = []string{"kubernetes.crossplane.io", "kubernetes.m.crossplane.io", "apiextensions.crossplane.io", "work.open-cluster-management.io", "policy.open-cluster-management.io", "kro.run", "core.oam.dev"}

// deploying are those of objects that have a controller deploy a chart, or a directory, in a way that is not followed: Crossplane's for Helm, Carvel's,
// Fleet's, Sveltos', Cluster API's.
var deploying = []string{"helm.crossplane.io", "helm.m.crossplane.io", "kappctrl.k14s.io", "packaging.carvel.dev", "fleet.cattle.io", "config.projectsveltos.io", "addons.cluster.x-k8s.io"}

// readMaker reads an object by which a controller makes others. What is to be called tells of it when the units are known.
func (inv *Inventory) readMaker(root *yaml.Node, label string, at sources.Position, add func(mutator)) (tell func()) {
	group, _, _ := strings.Cut(nodes.Text(nodes.Field(root, "apiVersion")), "/")
	if slices.Contains(wrapping, group) {
		nodes.EachMapping(root, func(n *yaml.Node) {
			kind, name := nodes.Text(nodes.Field(n, "kind")), nodes.Text(nodes.Field(n, "metadata", "name"))
			if n != root && kind != "" && name != "" && nodes.Field(n, "apiVersion") != nil {
				add(mutator{why: label, makes: true, touched: touched{any: true}, filter: filter{kinds: []string{kind}, names: []string{name}, namespaces: texts(nodes.Field(n, "metadata"), "namespace")}})
			}
		})
		return func() {}
	}
	if !slices.Contains(deploying, group) {
		return func() {}
	}
	return func() {
		if what := inv.deployedBy(root); what != "" {
			inv.Repo.Note(sources.NoteNotFetched, at, label+" deploys "+what+", and what it makes of it cannot be told")
		}
	}
}

// deployedBy is what such an object deploys, where that has to do with keys: a directory of the repository, or a chart that it gives what may be one.
func (inv *Inventory) deployedBy(root *yaml.Node) string {
	if inv.Repo.MarkedNode(root) || !inv.Repo.Spend(filterCost*(len(inv.Units)+inv.objects())) {
		return "what may hold keys"
	}
	dirs := map[string]bool{}
	nodes.EachMapping(root, func(n *yaml.Node) {
		for _, field := range []string{"path", "subPath", "paths"} {
			for _, dir := range append(nodes.List(nodes.Field(n, field)), texts(n, field)...) {
				dirs[path.Clean(strings.TrimPrefix(dir, "/"))] = true
			}
		}
	})
	for _, u := range inv.Units {
		if dirs[u.Path] && slices.ContainsFunc(u.Objects, inv.bears) {
			return u.Path
		}
	}
	return ""
}
