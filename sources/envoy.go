package sources

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/nodes"
)

// EnvoyConfig is what upstream's Envoy configuration says of keys (supabase/supabase
// docker/volumes/api/envoy/lds.template.yaml): the exact values that its RBAC policies
// compare the apikey header with, and the variables of its Lua filters, which turn an
// opaque key into the internal JWT that the policies know.
type EnvoyConfig struct {
	Exact  []EnvoyKey
	Locals []EnvoyKey
}

// EnvoyKey is one value, with the line of the text that was parsed.
type EnvoyKey struct {
	Name string // the Lua variable; of a policy its name
	Key  keys.Text
	Line int

	Unsure string // why a request with it need not be let through; empty where it is
	shadow bool   // nothing comes of the comparison
}

// IsEnvoy is a cheap test of the text: an Envoy configuration that looks at API keys.
func IsEnvoy(b []byte) bool {
	return bytes.Contains(b, []byte("apikey")) && bytes.Contains(b, []byte("envoy.")) && bytes.Contains(b, []byte("filter"))
}

// IsEnvoyListener is a cheap test of the text: an Envoy configuration in which requests come in.
func IsEnvoyListener(b []byte) bool {
	return bytes.Contains(b, []byte("filter_chains")) && bytes.Contains(b, []byte("http_connection_manager"))
}

// luaLocal matches the declaration of a string in Lua.
var luaLocal = regexp.MustCompile(`^\s*local\s+(\w+)\s*=\s*"([^"]*)"\s*$`)

// ParseEnvoy reads a configuration; nil where the text is none, or says nothing of keys.
func ParseEnvoy(b []byte) (*EnvoyConfig, *nodes.Problem) {
	if !IsEnvoy(b) {
		return nil, nil
	}
	docs, problems := nodes.Parse(b)
	if len(problems) > 0 {
		return nil, &problems[0]
	}
	c := &EnvoyConfig{}
	for _, d := range docs {
		c.walk(d.Root, EnvoyKey{}, 0)
	}
	if len(c.Exact) == 0 {
		return nil, nil
	}
	enforced := map[[32]byte]bool{}
	for _, k := range c.Exact {
		enforced[k.Key.Sum()] = enforced[k.Key.Sum()] || !k.shadow
	}
	c.Exact = slices.DeleteFunc(c.Exact, func(k EnvoyKey) bool { return k.shadow && enforced[k.Key.Sum()] })
	return c, nil
}

// walk finds what the policies compare with. in is what is known of all below a node: its policy, and whether that lets anything through
// (envoyproxy.io: api-v3/config/rbac/v3/rbac.proto).
func (c *EnvoyConfig) walk(n *yaml.Node, in EnvoyKey, depth int) {
	if n == nil || depth > 200 {
		return
	}
	switch n.Kind {
	case yaml.SequenceNode:
		for _, item := range n.Content {
			c.walk(item, in, depth+1)
		}
	case yaml.MappingNode:
		if strings.EqualFold(nodes.Text(nodes.Field(n, "name")), "apikey") {
			exact := nodes.Field(n, "string_match", "exact")
			if exact == nil {
				exact = nodes.Field(n, "exact_match")
			}
			if exact != nil {
				in.Key, in.Line = keys.NewText(nodes.Text(exact)), exact.Line
				if nodes.Text(nodes.Field(n, "invert_match")) == "true" {
					in.Unsure = "it turns around what its policy says of the key"
				}
				c.Exact = append(c.Exact, in)
			}
		}
		if action := nodes.Text(nodes.Field(n, "action")); action != "" && action != "ALLOW" && nodes.Field(n, "policies") != nil {
			in.Unsure = "the action of its policies is not ALLOW"
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			name, value := n.Content[i].Value, n.Content[i+1]
			inner := in
			if nodes.Field(value, "principals") != nil {
				inner.Name = name
			}
			switch name {
			case "inline_code", "inline_string":
				if value.Kind == yaml.ScalarNode {
					c.lua(value)
				}
			case "shadow_rules", "shadow_matcher":
				inner.shadow, inner.Unsure = true, "it stands in "+name+", which are counted and not enforced"
			case "not_id", "not_rule":
				inner.Unsure = "it stands below " + name + ", for what is not it"
			}
			c.walk(value, inner, depth+1)
		}
	}
}

func (c *EnvoyConfig) lua(n *yaml.Node) {
	for i, line := range strings.Split(n.Value, "\n") {
		if m := luaLocal.FindStringSubmatch(line); m != nil {
			c.Locals = append(c.Locals, EnvoyKey{Name: m[1], Key: keys.NewText(m[2]), Line: n.Line + 1 + i})
		}
	}
}
