package sources

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// passedOn is what upstream's Kong puts into Authorization where it translates no opaque key: what
// the client sent (supabase/supabase docker/volumes/api/kong-entrypoint.sh).
var passedOn = regexp.MustCompile(`^authorization:\s*\$\((headers\.authorization or )?headers\.apikey\)$`)

// translates says whether a plugin may put another token in place of the one that the client
// sent: a request-transformer that sets the Authorization header, or a function of the user's own.
func translates(root *yaml.Node) bool {
	for _, p := range kongPlugins(root) {
		if nodes.Text(nodes.Field(p, "enabled")) == "false" {
			continue
		}
		switch nodes.Text(nodes.Field(p, "name")) {
		case "pre-function", "post-function":
			return true
		case "request-transformer", "request-transformer-advanced":
			if setsAuthorization(nodes.Field(p, "config")) {
				return true
			}
		}
	}
	return false
}

func setsAuthorization(config *yaml.Node) bool {
	for _, how := range []string{"add", "replace", "append", "rename"} {
		for _, header := range nodes.Items(nodes.Field(config, how, "headers")) {
			text := strings.ToLower(nodes.Text(header))
			if strings.HasPrefix(text, "authorization") && !passedOn.MatchString(text) {
				return true
			}
		}
	}
	return false
}

// kongPlugins are all plugins of a configuration, wherever one may stand.
func kongPlugins(root *yaml.Node) []*yaml.Node {
	out := nodes.Items(nodes.Field(root, "plugins"))
	for _, kind := range []string{"services", "routes", "consumers", "consumer_groups"} {
		for _, n := range nodes.Items(nodes.Field(root, kind)) {
			out = append(out, nodes.Items(nodes.Field(n, "plugins"))...)
			for _, r := range nodes.Items(nodes.Field(n, "routes")) {
				out = append(out, nodes.Items(nodes.Field(r, "plugins"))...)
			}
		}
	}
	return out
}

// pluginOf is the plugin without which Kong does not know a list of credentials, or the ACL groups (kong/plugins/*/daos.lua).
var pluginOf = map[string]string{
	"keyauth_credentials": "key-auth", encrypted: "key-auth-enc", "acls": "acl", "basicauth_credentials": "basic-auth", "jwt_secrets": "jwt",
	"hmacauth_credentials": "hmac-auth", "oauth2_credentials": "oauth2",
}

// pluginsUsed names the plugins that Kong has to have loaded to take the configuration: those that are switched off too, and those of the
// credentials (kong/db/schema/entities/plugins.lua; kong/db/schema/others/declarative_config.lua).
func pluginsUsed(root *yaml.Node) []string {
	used := map[string]bool{}
	for _, p := range kongPlugins(root) {
		used[nodes.Text(nodes.Field(p, "name"))] = true
	}
	for _, in := range append(nodes.Items(nodes.Field(root, "consumers")), root) {
		for list, plugin := range pluginOf {
			used[plugin] = used[plugin] || nodes.Field(in, list) != nil
		}
	}
	maps.DeleteFunc(used, func(name string, is bool) bool { return !is || name == "" })
	return slices.Sorted(maps.Keys(used))
}
