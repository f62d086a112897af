package gateway

import (
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// bundled are the plugins that Kong comes with, and since when (kong/constants.lua of the tags 1.0.0 to 3.9.1).
var bundled = []struct {
	since inventory.Version
	names []string
}{
	{inventory.Version{Major: 1, Minor: 0}, []string{
		"acl", "aws-lambda", "azure-functions", "basic-auth", "bot-detection", "correlation-id", "cors", "datadog", "file-log", "hmac-auth", "http-log",
		"ip-restriction", "jwt", "key-auth", "ldap-auth", "loggly", "oauth2", "post-function", "pre-function", "prometheus", "rate-limiting",
		"request-size-limiting", "request-termination", "request-transformer", "response-ratelimiting", "response-transformer", "statsd", "syslog", "tcp-log",
		"udp-log", "zipkin",
	}},
	{inventory.Version{Major: 2, Minor: 0}, []string{"proxy-cache", "session"}},
	{inventory.Version{Major: 2, Minor: 1}, []string{"acme", "grpc-gateway", "grpc-web"}},
	{inventory.Version{Major: 3, Minor: 0}, []string{"opentelemetry"}},
	{inventory.Version{Major: 3, Minor: 6}, []string{
		"ai-prompt-decorator", "ai-prompt-guard", "ai-prompt-template", "ai-proxy", "ai-request-transformer", "ai-response-transformer",
	}},
	{inventory.Version{Major: 3, Minor: 8}, []string{"standard-webhooks"}},
	{inventory.Version{Major: 3, Minor: 9}, []string{"redirect"}},
}

// ofKong matches the images of Kong as everybody has it: neither those of its enterprise, which come with more, nor one of the user's own.
var ofKong = regexp.MustCompile(`^(?:docker\.io/)?(?:library/kong|kong|kong/kong)(?:[:@]|$)`)

// bundles says whether a plugin comes with the gateway's image.
func (g *Gateway) bundles(plugin string) bool {
	for _, b := range bundled {
		if slices.Contains(b.names, plugin) {
			v := g.Version()
			return v == nil || v.AtLeast(b.since.Major, b.since.Minor)
		}
	}
	return !ofKong.MatchString(g.Server().Image) && sources.ComesWithKong(plugin)
}

// lacksPlugin says that a Kong does not know a plugin that its configuration has, or whose credentials it has, and so does not start; empty where
// it knows them all ("plugin 'acl' not enabled; add it to the 'plugins' configuration property", kong/db/schema/entities/plugins.lua).
func (g *Gateway) lacksPlugin() string {
	if g.Run == nil {
		return ""
	}
	label := g.Server().Label()
	list, unknown := g.Run.outcome.Setting("KONG_PLUGINS")
	if list == "" && unknown == "" {
		list, unknown = g.Run.setting("plugins")
	}
	if unknown != "" {
		return "which plugins " + label + " knows is not known: " + unknown
	}
	loaded := strings.Split(list, ",")
	for i := range loaded {
		loaded[i] = strings.TrimSpace(loaded[i])
	}
	all := list == "" || slices.Contains(loaded, "bundled")
	for _, plugin := range append([]string{"key-auth"}, g.Config.Plugins...) {
		shown := keys.ShownName(plugin)
		switch {
		case slices.Contains(loaded, plugin), all && g.bundles(plugin):
		case !all:
			return label + " does not start with it: KONG_PLUGINS lists neither " + shown + " nor bundled"
		case list == "" && !ofKong.MatchString(g.Server().Image):
			return "whether " + label + " knows the plugin " + shown + " is not known: it comes with no Kong, and no KONG_PLUGINS lists it"
		default:
			return label + " does not start with it: the plugin " + shown + " does not come with its image, and KONG_PLUGINS does not list it"
		}
	}
	return ""
}
