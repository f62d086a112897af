package sources

import (
	"cmp"
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// ComposeNetwork is a network that a service is in, with the further names that it has there.
type ComposeNetwork struct {
	Key     string // how the project calls it
	Name    string // how it is called outside of the project; empty where that is left to compose
	Aliases []string

	implied bool // it is the project's own, because the service names none
}

// composeNetworks reads the networks that a service is in.
func (d *Document) composeNetworks(service *yaml.Node) []ComposeNetwork {
	if nodes.Field(service, "network_mode") != nil {
		return nil
	}
	var out []ComposeNetwork
	add := func(key string, own *yaml.Node) {
		network := ComposeNetwork{Key: key, Aliases: nodes.List(nodes.Field(own, "aliases"))}
		declared := nodes.Field(d.Root, "networks", key)
		external := nodes.Field(declared, "external")
		network.Name = cmp.Or(nodes.Text(nodes.Field(declared, "name")), nodes.Text(nodes.Field(external, "name")))
		if network.Name == "" && nodes.Text(external) == "true" {
			network.Name = key
		}
		out = append(out, network)
	}
	list := nodes.Field(service, "networks")
	for _, name := range nodes.List(list) {
		add(name, nil)
	}
	nodes.Pairs(list, func(name, own *yaml.Node) { add(name.Value, own) })
	if len(out) == 0 {
		add("default", nil)
		out[0].implied = true
	}
	return out
}

// mergeNetworks puts networks by the side of others. That a file names none for a service means something only
// where no other does.
func mergeNetworks(base, over []ComposeNetwork) []ComposeNetwork {
	out := mergeBy(base, over, func(n ComposeNetwork) string { return n.Key })
	if slices.ContainsFunc(out, func(n ComposeNetwork) bool { return !n.implied }) {
		out = slices.DeleteFunc(out, func(n ComposeNetwork) bool { return n.implied })
	}
	return out
}

// composeProjectName is the name that a compose file gives its project; empty where it gives none.
func (f *File) composeProjectName() string {
	for _, d := range f.Documents() {
		if name := nodes.Text(nodes.Field(d.Root, "name")); name != "" {
			return name
		}
	}
	return ""
}
