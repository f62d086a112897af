package sources

import (
	"strings"
	"testing"
)

func TestParseRoutes(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		// nginx
		{"server { server_name a.org www.a.org; location / { proxy_pass http://kong:8000; } }", "a.org kong, www.a.org kong"},
		{"upstream up { server kong:8000; } server { server_name A.org; proxy_pass http://up; }", "a.org kong"},
		{"server { server_name _ *.a.org ~^b; proxy_pass http://kong; } server { proxy_pass http://kong; }", ""},
		{"server { server_name ${HOST}; proxy_pass http://$name; proxy_pass http://kong; }", "${host} kong"},
		// Caddy
		{"a.org, https://b.org:8443 {\n reverse_proxy /rest/* kong:8000 other\n}", "a.org kong, b.org kong, a.org other, b.org other"},
		{"a.org\nreverse_proxy kong:8000", "a.org kong"},
		{"{\n email x\n}\n(common) {\n reverse_proxy kong\n}\n{$HOST} {\n reverse_proxy {\n  to kong:8000\n }\n}", "{$host} kong"},
		{"*.a.org {\n @api host api.a.org\n handle @api {\n  reverse_proxy kong:8000\n }\n @web {\n  host www.a.org\n }\n reverse_proxy @web web:80\n}", "api.a.org kong, www.a.org web"},
		{"reverse_proxy kong", ""},
		// cloudflared
		{"ingress:\n  - hostname: a.org\n    service: http://kong:8000\n  - hostname: '*.b.org'\n    service: http://web\n  - service: http_status:404", "a.org kong"},
		{"hostname: [", ""},
		// Traefik
		{"http:\n  routers:\n    x: {rule: 'Host(`a.org`, `b.org`) && !Host(`c.org`) || HostRegexp(`d`)', service: s@file}\n  services:\n    s: {loadBalancer: {servers: [{url: 'http://kong:8000'}]}}", "a.org kong, b.org kong"},
		{"http: {routers: {x: {rule: 'Host(`a.org`)', service: s@docker}}}", ""},
		{"apiVersion: x/v1\ningress: [{hostname: a.org, service: 'http://kong'}]", ""},
	} {
		var got []string
		for _, r := range ParseRoutes([]byte(c.text)) {
			got = append(got, r.Host+" "+r.Upstream.Hostname())
		}
		if all := strings.Join(got, ", "); all != c.want {
			t.Errorf("%q: %s, want %s", c.text, all, c.want)
		}
	}
}

func TestLabelRoutes(t *testing.T) {
	for _, c := range []struct {
		labels map[string]string
		want   string
	}{
		{map[string]string{"traefik.http.routers.x.rule": "Host(`a.org`) || Host(`b.org`)"}, "a.org, b.org"},
		{map[string]string{"traefik.http.routers.x.rule": "Host(`a.org`)", "traefik.http.routers.x.service": "y@docker"}, "a.org of y"},
		{map[string]string{"traefik.http.routers.x.rule": "Host(`a.org`)", "traefik.http.routers.X.service": "y", "traefik.http.services.y.loadbalancer.server.port": "8000"}, "a.org"},
		{map[string]string{"traefik.http.routers.x.rule": "Host(`a.org`)", "traefik.enable": "false"}, ""},
		{map[string]string{"traefik.frontend.rule": "Host:a.org,b.org;PathPrefix:/x"}, "a.org, b.org"},
		{map[string]string{"caddy": "a.org, b.org", "caddy.reverse_proxy": "{{upstreams 8000}}"}, "a.org, b.org"},
		{map[string]string{"caddy_1": "https://a.org", "caddy_1.handle_path.0_reverse_proxy": "/x/* kong:8000"}, "a.org at kong"},
		{map[string]string{"caddy.reverse_proxy": "{{upstreams}}"}, ""},
	} {
		routes, _ := LabelRoutes(c.labels)
		var got []string
		for _, r := range routes {
			text := r.Host
			if r.Service != "" {
				text += " of " + r.Service
			}
			if r.Upstream != nil {
				text += " at " + r.Upstream.Hostname()
			}
			got = append(got, text)
		}
		if all := strings.Join(got, ", "); all != c.want {
			t.Errorf("%v: %s, want %s", c.labels, all, c.want)
		}
	}
}

// FuzzParseRoutes must not panic, and gives no route without a place.
func FuzzParseRoutes(f *testing.F) {
	for _, seed := range []string{
		"server { server_name a.org; proxy_pass http://kong; }", "a.org {\n @x host b\n reverse_proxy @x kong\n}", "ingress: [{hostname: a.org, service: 'http://kong'}]",
		"http: {routers: {x: {rule: 'Host(`a.org`)', service: s}}, services: {s: {loadBalancer: {servers: [{url: 'http://kong'}]}}}}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, r := range ParseRoutes(b) {
			if r.Host == "" || r.Upstream == nil {
				t.Errorf("a route without a place: %+v", r)
			}
		}
	})
}
