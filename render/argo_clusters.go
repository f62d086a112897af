package render

import (
	"encoding/base64"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/render/stores"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// Argo CD knows a cluster by its address and by a name, and a destination gives one of the two. The
// Secret that registers the cluster has both (argo-cd docs/operator-manual/declarative-setup.md:
// Clusters); where it is not in the repository, an address and a name may be one cluster.

const (
	clusterNamed = "the cluster "
	clusterAt    = clusterNamed + "at "

	inCluster       = "in-cluster" // by these Argo CD calls the cluster that it runs in
	inClusterServer = "https://kubernetes.default.svc"
)

// argoCluster names the cluster of a destination. Argo CD's own is that of the
// Application.
func (p *planner) argoCluster(spec *yaml.Node, own string) string {
	destination := nodes.Field(spec, "destination")
	server, name := nodes.Text(nodes.Field(destination, "server")), nodes.Text(nodes.Field(destination, "name"))
	if name == "" {
		name = p.clusterNames()[address(server)]
	}
	switch {
	case name == inCluster || address(server) == inClusterServer || name == "" && server == "":
		return own
	case name != "":
		return clusterNamed + sources.Shown(name)
	}
	return clusterAt + sources.Shown(address(server))
}

// address is the URL of a cluster in the one form in which Argo CD compares it.
func address(server string) string { return strings.TrimSuffix(server, "/") }

// clusterSecret marks the Secrets that register clusters.
const clusterSecret = "argocd.argoproj.io/secret-type"

// readClusterNames reads the names of clusters by their address from the Secrets that register them.
func (p *planner) readClusterNames() map[string]string {
	names := map[string]string{}
	for _, f := range p.files {
		if !f.IsManifest() || f.Example || !f.Mentions(clusterSecret) || f.Encrypted() {
			continue
		}
		for _, o := range stores.InFile(p.repo, f) {
			if o.Kind != "Secret" || nodes.Text(nodes.Field(o.Root, "metadata", "labels", clusterSecret)) != "cluster" {
				continue
			}
			if name, server := entryText(o, "name"), entryText(o, "server"); name != "" && server != "" {
				names[address(server)] = name
			}
		}
	}
	return names
}

// entryText is what a Secret of Argo CD's own holds in the open; it is no key.
func entryText(o *manifest.Object, key string) string {
	if text := nodes.Text(nodes.Field(o.Root, "stringData", key)); text != "" {
		return text
	}
	text, err := base64.StdEncoding.DecodeString(nodes.Text(nodes.Field(o.Root, "data", key)))
	if err != nil {
		return ""
	}
	return string(text)
}

// sameClusterMaybe says whether one of two clusters is known by its address only and the other by
// its name, so that they may be one.
func sameClusterMaybe(a, b string) bool {
	at := func(c string) bool { return strings.HasPrefix(c, clusterAt) }
	named := func(c string) bool { return strings.HasPrefix(c, clusterNamed) && !at(c) }
	return at(a) && named(b) || named(a) && at(b)
}
