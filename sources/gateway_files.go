package sources

import (
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// GatewayFile is how a gateway's own file, in YAML or JSON, says that it checks keys and where it sends to.
type GatewayFile struct {
	Product string
	Image   string // a word of its image's name
	checks  func(field, value *yaml.Node) bool
	sends   func(field, value *yaml.Node) []string
}

// GatewayFiles are those of gateways whose keys are not read.
var GatewayFiles = []GatewayFile{
	{"KrakenD", "krakend", // krakend.io/docs/enterprise/authentication/api-keys
		func(field, _ *yaml.Node) bool { return field.Value == "auth/api-keys" },
		func(field, value *yaml.Node) []string { return listOf(field, value, "host") }},
	{"Tyk", "tyk", // tyk.io/docs: an API's definition in the directory apps, where keys are asked for unless it says otherwise
		func(field, _ *yaml.Node) bool { return field.Value == "target_url" },
		func(field, value *yaml.Node) []string { return listOf(field, value, "target_url") }},
	{"APISIX", "apisix", // apisix.apache.org/docs: deployment-modes, standalone
		func(field, _ *yaml.Node) bool { return field.Value == "key-auth" },
		apisixNodes},
}

// listOf is the text, or the texts, of a field of that name.
func listOf(field, value *yaml.Node, name string) []string {
	if field.Value != name {
		return nil
	}
	return append(nodes.List(value), nodes.Text(value))
}

// apisixNodes are those of an upstream: a mapping of them to weights, or a list.
func apisixNodes(field, value *yaml.Node) []string {
	if field.Value != "nodes" {
		return nil
	}
	var out []string
	for _, n := range nodes.Items(value) {
		out = append(out, nodes.Text(nodes.Field(n, "host")))
	}
	nodes.Pairs(value, func(host, _ *yaml.Node) { out = append(out, host.Value) })
	return out
}

// Checks finds where the file says that keys are checked.
func (g GatewayFile) Checks(b []byte, _ Includes) (check KeyCheck) {
	docs, _ := nodes.Parse(b)
	open := false
	for _, d := range docs {
		nodes.EachMapping(d.Root, func(n *yaml.Node) {
			nodes.Pairs(n, func(field, value *yaml.Node) {
				open = open || field.Value == "use_keyless" && nodes.Text(value) == "true"
				if check.Line == 0 && g.checks(field, value) {
					check.Line = field.Line
				}
				for _, to := range g.sends(field, value) {
					if u := upstream(to, nil); u != nil {
						check.Hosts = append(check.Hosts, u.Hostname())
					}
				}
			})
		})
	}
	if open {
		return KeyCheck{}
	}
	return check
}

// Runs says whether an image is the gateway's, under whatever registry.
func (g GatewayFile) Runs(image string) bool {
	return strings.Contains(strings.ToLower(image), g.Image)
}
