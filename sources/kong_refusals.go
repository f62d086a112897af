package sources

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/nodes"
)

// tokenPlugins ask for something that no key of Supabase's is, most of them in Authorization. Where several ask, Kong wants what each wants, but
// for one that names an anonymous consumer.
var tokenPlugins = []string{
	"basic-auth", "header-cert-auth", "hmac-auth", "jwt", "jwt-signer", "key-auth-enc", "ldap-auth", "ldap-auth-advanced", "mtls-auth", "oauth2",
	"oauth2-introspection", "openid-connect", "saml", "vault-auth",
}

// answeringPlugins come with Kong, and answer what is asked in place of the service, or refuse what does not have the form that they want.
var answeringPlugins = []string{
	"ai-prompt-decorator", "ai-prompt-guard", "ai-prompt-template", "ai-proxy", "ai-request-transformer", "ai-response-transformer", "aws-lambda",
	"azure-functions", "degraphql", "exit-transformer", "forward-proxy", "grpc-gateway", "grpc-web", "mocking", "oas-validation", "opa", "redirect", "request-validator",
	"route-by-header", "route-transformer-advanced", "standard-webhooks",
}

// keyPlugins are the rest of those that come with Kong (kong/constants.lua; developer.konghq.com/plugins): none of them asks who it is, but for
// key-auth, and what acl and those that answer themselves do is read.
var keyPlugins = []string{
	"acl", "acme", "bot-detection", "canary", "correlation-id", "cors", "datadog", "file-log", "graphql-proxy-cache-advanced",
	"graphql-rate-limiting-advanced", "http-log", "ip-restriction", "jq", "kafka-log", "key-auth", "loggly", "opentelemetry",
	"post-function", "pre-function", "prometheus", "proxy-cache", "proxy-cache-advanced", "rate-limiting", "rate-limiting-advanced",
	"request-size-limiting", "request-termination", "request-transformer", "request-transformer-advanced", "response-ratelimiting",
	"response-transformer", "response-transformer-advanced", "session", "statsd", "statsd-advanced", "syslog", "tcp-log",
	"tls-handshake-modifier", "tls-metadata-headers", "udp-log", "upstream-timeout", "websocket-size-limit", "websocket-validator", "zipkin",
}

// ComesWithKong says whether a plugin comes with some edition of Kong, and is known.
func ComesWithKong(plugin string) bool {
	return slices.Contains(keyPlugins, plugin) || slices.Contains(tokenPlugins, plugin) || slices.Contains(answeringPlugins, plugin)
}

// shutBy says why nobody is known to pass who sends a key in the header apikey; empty where somebody does.
func shutBy(plugins map[string]*yaml.Node, asks bool) string {
	if terminates(plugins) {
		return "is one of which a plugin answers all requests itself"
	}
	if asks {
		if from := takenFrom(plugins["key-auth"]); from != "" {
			return from
		}
	}
	other := asksBeside(plugins)
	switch {
	case other != "":
		return other
	case !asks && plugins["acl"] != nil && plugins["key-auth"] == nil && !slices.ContainsFunc(tokenPlugins, func(name string) bool { return plugins[name] != nil }):
		return "has the plugin acl, and none that tells who asks"
	}
	return ""
}

// asksBeside says what besides a key, or in its place, is asked for; empty where nothing is. Of a plugin that is not known, and of a
// function that may refuse, that is not known.
func asksBeside(plugins map[string]*yaml.Node) string {
	for _, name := range slices.Sorted(maps.Keys(plugins)) {
		p := plugins[name]
		switch {
		case slices.Contains(tokenPlugins, name) && nodes.Text(nodes.Field(p, "config", "anonymous")) == "":
			return "asks for what the plugin " + name + " checks, too"
		case name == "ip-restriction" && byAddress(p):
			return "lets certain addresses alone pass, by the plugin ip-restriction"
		case name == "bot-detection" && byAgent(p):
			return "refuses some of those who ask for their User-Agent, by the plugin bot-detection"
		case mayRefuse(p):
			return "runs a function of its own, which may refuse what is asked"
		case name != "" && !slices.Contains(keyPlugins, name) && !slices.Contains(tokenPlugins, name):
			return "has the plugin " + keys.ShownName(name) + ": whom that lets pass is not known"
		}
	}
	return ""
}

// refusing matches what a function does that answers itself, or takes the key out of the request before it is looked at.
var refusing = regexp.MustCompile(`(?i)\b(?:exit|error|say|print|redirect|exec)\s*\(|(?:clear_header|set_header)\s*\(\s*["']apikey`)

// mayRefuse says whether a plugin runs a function that does so.
func mayRefuse(plugin *yaml.Node) bool {
	for _, phase := range []string{"rewrite", "access", "functions"} {
		if slices.ContainsFunc(nodes.List(nodes.Field(plugin, "config", phase)), refusing.MatchString) {
			return strings.HasSuffix(nodes.Text(nodes.Field(plugin, "name")), "-function")
		}
	}
	return false
}

// shutFor says by which plugin of a consumer none of its requests is known to pass; empty where they may.
func shutFor(plugins map[string]*yaml.Node) string {
	switch {
	case terminates(plugins):
		return "request-termination answers all requests"
	case byAddress(plugins["ip-restriction"]):
		return "ip-restriction lets certain addresses alone send the requests"
	}
	for _, name := range slices.Sorted(maps.Keys(plugins)) {
		if name != "" && !slices.Contains(keyPlugins, name) {
			return keys.ShownName(name) + " may refuse the requests"
		}
	}
	return ""
}

// byAddress says whether the plugin ip-restriction lets certain addresses pass alone. What it refuses a few for is no key.
func byAddress(plugin *yaml.Node) bool {
	config := nodes.Field(plugin, "config")
	anybody := func(list []string) bool { return slices.Contains(list, "0.0.0.0/0") }
	allow := slices.Concat(nodes.List(nodes.Field(config, "allow")), nodes.List(nodes.Field(config, "whitelist"))) // so before Kong 3.0
	return len(allow) > 0 && !anybody(allow) || anybody(slices.Concat(nodes.List(nodes.Field(config, "deny")), nodes.List(nodes.Field(config, "blacklist"))))
}

// byAgent says whether the plugin bot-detection refuses some clients. Of itself it takes those for bots that call themselves after a library of Go, Rust,
// Kotlin or Node.js: Go-http-client, reqwest, okhttp, axios (kong/plugins/bot-detection/rules.lua).
func byAgent(plugin *yaml.Node) bool {
	config := nodes.Field(plugin, "config")
	allow := slices.Concat(nodes.List(nodes.Field(config, "allow")), nodes.List(nodes.Field(config, "whitelist"))) // so before Kong 3.0
	return !slices.ContainsFunc(allow, func(pattern string) bool { return slices.Contains([]string{".", ".*", ".+"}, pattern) })
}

// terminates says whether one of the plugins answers all requests, so that none comes to the service.
func terminates(plugins map[string]*yaml.Node) bool {
	if p := plugins["request-termination"]; p != nil && nodes.Text(nodes.Field(p, "config", "trigger")) == "" {
		return true
	}
	for _, phase := range []string{"access", "rewrite", "functions"} {
		for _, code := range nodes.List(nodes.Field(plugins["pre-function"], "config", phase)) {
			if exits := strings.TrimPrefix(strings.TrimSpace(code), "return "); strings.HasPrefix(exits, "kong.response.exit(") {
				return true
			}
		}
	}
	return false
}

// consumerPlugins gives the plugins of each consumer, whose own entry may be known, and of the groups of consumers that it is in.
func consumerPlugins(root *yaml.Node) func(entry *yaml.Node, name string) map[string]*yaml.Node {
	groups := map[string][]*yaml.Node{} // their plugins, by name
	in := map[string][]string{}         // the names of the groups, by consumer
	for _, g := range nodes.Items(nodes.Field(root, "consumer_groups")) {
		called := nodes.Text(nodes.Field(g, "name"))
		groups[called] = slices.Concat(nodes.Items(nodes.Field(g, "plugins")), scoped(root, "consumer_group", g))
		for _, m := range nodes.Items(nodes.Field(g, "consumers")) {
			name := cmp.Or(nodes.Text(m), nodes.Text(nodes.Field(m, "username")))
			in[name] = append(in[name], called)
		}
	}
	for _, m := range nodes.Items(nodes.Field(root, "consumer_group_consumers")) {
		name := referred(nodes.Field(m, "consumer"))
		in[name] = append(in[name], referred(nodes.Field(m, "consumer_group")))
	}
	return func(entry *yaml.Node, name string) map[string]*yaml.Node {
		var out []*yaml.Node
		for _, g := range nodes.Items(nodes.Field(entry, "groups")) {
			out = append(out, groups[referred(g)]...)
		}
		for _, g := range in[name] {
			out = append(out, groups[g]...)
		}
		if entry == nil {
			entry = nodes.Mapping("username", nodes.Scalar(name))
		}
		return pluginsOf(slices.Concat(out, nodes.Items(nodes.Field(entry, "plugins")), scoped(root, "consumer", entry)))
	}
}

// referred is the name by which an entry refers to another: the name itself, or a mapping that holds it.
func referred(n *yaml.Node) string {
	return cmp.Or(nodes.Text(n), nodes.Text(nodes.Field(n, "name")), foreignName(n))
}
