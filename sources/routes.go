package sources

import (
	"bytes"
	"net/url"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// ProxyRoute says where a proxy leads what is sent to a host.
type ProxyRoute struct {
	Host     string // in small letters; it may be a variable of the proxy's environment
	Upstream *url.URL
}

// routeMarks stand in the configurations of proxies that lead hosts somewhere.
var routeMarks = [][]byte{[]byte("proxy_pass"), []byte("reverse_proxy"), []byte("hostname:"), []byte("Host(`")}

// LeadsHosts is a cheap test of the text.
func LeadsHosts(b []byte) bool {
	for _, m := range routeMarks {
		if bytes.Contains(b, m) {
			return true
		}
	}
	return false
}

// LeadsHosts says whether the file may be a configuration of a proxy that leads hosts somewhere.
func (f *File) LeadsHosts() bool { return f.routes }

// ParseRoutes finds where the hosts lead in a configuration of nginx, of Caddy (a Caddyfile), of cloudflared or
// of Traefik's file provider.
func ParseRoutes(b []byte) []ProxyRoute {
	switch {
	case !LeadsHosts(b):
		return nil
	case bytes.Contains(b, []byte("proxy_pass")):
		return nginxRoutes(parseDirectives(string(b), true))
	case bytes.Contains(b, []byte("reverse_proxy")):
		return caddyRoutes(parseDirectives(string(b), false))
	}
	docs, _ := nodes.Parse(b)
	var out []ProxyRoute
	for _, d := range docs {
		if nodes.Field(d.Root, "apiVersion") == nil { // an object is read where it is deployed
			out = append(append(out, cloudflaredRoutes(d.Root)...), traefikRoutes(d.Root)...)
		}
	}
	return out
}

// leads makes routes of hosts that lead to one place. Patterns and what stands for any host are none.
func leads(hosts []string, to *url.URL) []ProxyRoute {
	var out []ProxyRoute
	for _, h := range hosts {
		if h = strings.ToLower(h); to != nil && h != "" && h != "_" && !strings.ContainsAny(h, "*~") {
			out = append(out, ProxyRoute{h, to})
		}
	}
	return out
}

// nginxRoutes reads each server by its names.
func nginxRoutes(top *directive) []ProxyRoute {
	var out []ProxyRoute
	named := nginxNames(top)
	top.each(func(server *directive) {
		if !server.is("server") {
			return
		}
		hosts := serverHosts(server)
		server.each(func(d *directive) {
			if d.is("proxy_pass") {
				out = append(out, leads(hosts, upstream(d.arg(1), named))...)
			}
		})
	})
	return out
}

// serverHosts are the names of a server of nginx.
func serverHosts(server *directive) []string {
	var hosts []string
	for _, d := range server.block {
		if d.is("server_name") {
			for _, w := range d.words[1:] {
				hosts = append(hosts, w.text)
			}
		}
	}
	return hosts
}

// caddyRoutes reads each site by its addresses, and what a named matcher leads elsewhere by the hosts that
// it matches (caddyserver.com/docs/caddyfile: concepts, matchers).
func caddyRoutes(top *directive) []ProxyRoute {
	var out []ProxyRoute
	sites := top.block
	if len(sites) > 0 && len(sites[0].block) == 0 { // the only site needs no braces: its addresses stand first
		sites = []*directive{{words: sites[0].words, block: sites[1:]}}
	}
	for _, site := range sites {
		hosts, matched := siteHosts(site), matchedHosts(site)
		site.each(func(d *directive) {
			if !d.is("reverse_proxy") && !(d.is("to") && d.in.is("reverse_proxy")) {
				return
			}
			to := hosts
			for in := d; in != nil && in != site; in = in.in {
				if own := matched[in.arg(1)]; own != nil {
					to = own
					break
				}
			}
			for _, w := range d.words[1:] {
				out = append(out, leads(to, upstream(w.text, nil))...)
			}
		})
	}
	return out
}

// siteHosts are the hosts of a site's addresses: "api.example.org, https://www.example.org:8443".
func siteHosts(site *directive) []string {
	var hosts []string
	for _, w := range site.words {
		host := strings.TrimSuffix(w.text, ",")
		if _, rest, ok := strings.Cut(host, "://"); ok {
			host = rest
		}
		host, _, _ = strings.Cut(host, "/")
		if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.Contains(host[i:], "}") {
			host = host[:i]
		}
		if host != "" && !strings.HasPrefix(host, "(") && (strings.Contains(host, ".") || strings.HasPrefix(host, "{")) {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// matchedHosts are the hosts that named matchers match, by the matcher's name: "@api host api.example.org".
func matchedHosts(site *directive) map[string][]string {
	matched := map[string][]string{}
	add := func(name string, words []configWord) {
		for _, w := range words {
			matched[name] = append(matched[name], w.text)
		}
	}
	site.each(func(d *directive) {
		switch {
		case strings.HasPrefix(d.arg(0), "@") && d.arg(1) == "host":
			add(d.arg(0), d.words[2:])
		case d.is("host") && strings.HasPrefix(d.in.arg(0), "@"):
			add(d.in.arg(0), d.words[1:])
		}
	})
	return matched
}

// cloudflaredRoutes reads the ingress rules of a tunnel
// (developers.cloudflare.com/cloudflare-one: tunnel, configuration file).
func cloudflaredRoutes(root *yaml.Node) []ProxyRoute {
	var out []ProxyRoute
	for _, rule := range nodes.Items(nodes.Field(root, "ingress")) {
		out = append(out, leads([]string{nodes.Text(nodes.Field(rule, "hostname"))}, upstream(nodes.Text(nodes.Field(rule, "service")), nil))...)
	}
	return out
}

// traefikRoutes reads the routers of Traefik's file provider, and the services that they lead to in the same
// file (doc.traefik.io/traefik: providers/file).
func traefikRoutes(root *yaml.Node) []ProxyRoute {
	var out []ProxyRoute
	nodes.Pairs(nodes.Field(root, "http", "routers"), func(_, router *yaml.Node) {
		hosts := RuleHosts(nodes.Text(nodes.Field(router, "rule")))
		name, _, _ := strings.Cut(nodes.Text(nodes.Field(router, "service")), "@file")
		for _, server := range nodes.Items(nodes.Field(root, "http", "services", name, "loadBalancer", "servers")) {
			out = append(out, leads(hosts, upstream(nodes.Text(nodes.Field(server, "url")), nil))...)
		}
	})
	return out
}

var (
	hostMatcher = regexp.MustCompile(`(?:^|[^!\w])Host\(([^)]*)\)`)
	hostInRule  = regexp.MustCompile("[`\"']([^`\"']+)[`\"']")
)

// RuleHosts are the hosts of a rule of Traefik's: Host(`a`) || Host(`b`, `c`), and of its first version
// Host:a,b (doc.traefik.io/traefik: routing/routers).
func RuleHosts(rule string) []string {
	var hosts []string
	if list, ok := strings.CutPrefix(rule, "Host:"); ok {
		list, _, _ = strings.Cut(list, ";")
		for _, h := range strings.Split(list, ",") {
			hosts = append(hosts, strings.ToLower(strings.TrimSpace(h)))
		}
	}
	for _, m := range hostMatcher.FindAllStringSubmatch(rule, -1) {
		for _, q := range hostInRule.FindAllStringSubmatch(m[1], -1) {
			hosts = append(hosts, strings.ToLower(q[1]))
		}
	}
	return hosts
}
