package sources

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

var (
	// traefikLabel matches the labels by which Traefik learns what leads to a container, caddyLabel those by
	// which Caddy does (doc.traefik.io/traefik: routing/providers/docker; github.com/lucaslorentz/caddy-docker-proxy).
	traefikLabel = regexp.MustCompile(`(?i)^traefik\.(?:enable|frontend\.rule|http\.routers\.([^.]+)\.(rule|service)|http\.services\.([^.]+)\.loadbalancer\..*)$`)
	caddyLabel   = regexp.MustCompile(`^(caddy(?:_\d+)?)(?:\.(?:.*\.)?(?:\d+_)?reverse_proxy)?$`)
)

func leadsNowhere(label ComposeVariable) bool {
	return !traefikLabel.MatchString(label.Name) && !caddyLabel.MatchString(label.Name)
}

// LabelRoute is where the labels of a container have a proxy lead a host: to the container itself, unless they
// name another service of the proxy's, or another place.
type LabelRoute struct {
	Host     string
	Service  string
	Upstream *url.URL
}

// LabelRoutes reads the labels of one container. makes are the services of Traefik's that it is.
func LabelRoutes(labels map[string]string) (routes []LabelRoute, makes []string) {
	rules, services := map[string]string{"": labels["traefik.frontend.rule"]}, map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		text := labels[name]
		if m := traefikLabel.FindStringSubmatch(name); m != nil {
			switch router := strings.ToLower(m[1]); {
			case strings.EqualFold(m[2], "rule"):
				rules[router] = text
			case strings.EqualFold(m[2], "service"):
				services[router], _, _ = strings.Cut(strings.ToLower(text), "@docker")
			case m[3] != "":
				makes = append(makes, strings.ToLower(m[3]))
			}
		}
		if m := caddyLabel.FindStringSubmatch(name); m != nil && name != m[1] {
			routes = append(routes, caddyLabelRoutes(labels[m[1]], text)...)
		}
	}
	if strings.EqualFold(labels["traefik.enable"], "false") {
		return routes, nil
	}
	for _, router := range slices.Sorted(maps.Keys(rules)) {
		service := services[router]
		if slices.Contains(makes, service) {
			service = ""
		}
		for _, host := range RuleHosts(rules[router]) {
			routes = append(routes, LabelRoute{Host: host, Service: service})
		}
	}
	return routes, makes
}

// caddyLabelRoutes reads a site of Caddy's by its addresses and what it sends to: the container itself is what
// the function "upstreams" gives.
func caddyLabelRoutes(addresses, to string) []LabelRoute {
	site := parseDirectives(addresses, false)
	var out []LabelRoute
	for _, d := range site.block {
		for _, host := range siteHosts(d) {
			if strings.Contains(to, "upstreams") {
				out = append(out, LabelRoute{Host: strings.ToLower(host)})
				continue
			}
			for _, word := range strings.Fields(to) {
				if u := upstream(word, nil); u != nil {
					out = append(out, LabelRoute{Host: strings.ToLower(host), Upstream: u})
				}
			}
		}
	}
	return out
}
