package sources

import (
	"fmt"
	"strings"
	"testing"
)

func TestParseProxy(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		// nginx
		{"location / { proxy_pass http://kong:8000; proxy_set_header apikey \"k\"; }", "proxy_set_header apikey=k 1:68-69 kong:8000"},
		{"server { proxy_set_header APIKEY k;\n location /a { proxy_pass http://a/; } location /b { proxy_pass http://a/b; } }", "proxy_set_header APIKEY=k 1:34-35 a"},
		{"server { proxy_set_header apikey k; location /a { proxy_pass http://a; } location /b { proxy_pass http://b; } }", "proxy_set_header apikey=k 1:34-35"},
		{"upstream api { server kong:8000 weight=5; }\nserver { proxy_pass https://api/rest/; proxy_set_header apikey k; }", "proxy_set_header apikey=k 2:64-65 kong:8000"},
		{"set $to http://kong:8000; set $key k; proxy_pass $to; proxy_set_header apikey $key;", "proxy_set_header apikey=k 1:79-83 kong:8000"},
		{"proxy_set_header Authorization 'Bearer k;y'; # apikey", "proxy_set_header Authorization=k;y 1:40-43"},
		{"proxy_set_header apikey ${ANON_KEY}; proxy_set_header apikey $ANON_KEY;", "proxy_set_header apikey=$ANON_KEY 1:25-36, proxy_set_header apikey=$ANON_KEY 1:62-71"},
		{"proxy_set_header apikey $http_apikey; proxy_set_header apikey a$b; proxy_set_header Host k; #proxy_set_header apikey k;", ""},
		{"proxy_set_header apikey", ""},
		{"proxy_set_header apikey \"k", "proxy_set_header apikey=k 1:26-27"},
		{"}}} proxy_set_header apikey k; {{{", "proxy_set_header apikey=k 1:29-30"},
		// Caddy
		{"x.org {\n\treverse_proxy /rest/* kong:8000 other:1 {\n\t\theader_up apikey k\n\t}\n}", "header_up apikey=k 3:20-21"},
		{"x.org {\n\treverse_proxy @api https://ref.supabase.co {\n\t\theader_up -Origin\n\t\theader_up apikey `k`\n\t}\n}", "header_up apikey=k 4:21-22 ref.supabase.co"},
		{"reverse_proxy {\n to kong:8000\n header_up +apikey \\\n  k\n}", "header_up apikey=k 4:3-4 kong:8000"},
		{"reverse_proxy kong {\n header_up Authorization \"Bearer {$ANON_KEY}\"\n header_up apikey {env.KEY}\n}", "header_up Authorization=$ANON_KEY 2:34-45 kong, header_up apikey=$KEY 3:19-28 kong"},
		{"handle {\n request_header @api apikey k\n reverse_proxy kong:8000\n}", "request_header apikey=k 2:29-30 kong:8000"},
		{"header_up apikey {http.request.header.apikey}\nheader_up apikey old new\nheader_up Host {upstream_hostport}", ""},
		// Traefik
		{"http:\n  middlewares:\n    key:\n      headers:\n        customRequestHeaders:\n          apikey: \"k\"\n          Authorization: Bearer k", "middleware key apikey=k 6:20-21, middleware key Authorization=k 7:33-34"},
		{"http: {middlewares: {key: {Headers: {customrequestheaders: {apikey: '{{ env \"ANON_KEY\" }}'}}}}}", "middleware key apikey=$ANON_KEY 1:70-90"},
		{"apiVersion: x/v1\nhttp: {middlewares: {key: {headers: {customRequestHeaders: {apikey: k}}}}}", ""},
		{"http: {middlewares: {key: {headers: {customResponseHeaders: {apikey: k}, customRequestHeaders: {}}}}}", ""},
		{"customRequestHeaders: [", ""},
		{"[http.middlewares.key.headers.customRequestHeaders]\n  apikey = \"k\"\n  Authorization = 'Bearer k'\n[http.routers.x]\napikey = \"k\"", "middleware key apikey=k 2:13-14, middleware key Authorization=k 3:27-28"},
		// HAProxy
		{"frontend f\n  http-request set-header apikey k\n  default_backend b\nbackend b\n  http-request set-header Authorization \"Bearer k\"\n  server s kong:8000 check", "http-request set-header apikey=k 2:34-35, http-request set-header Authorization=k 5:49-50 kong:8000"},
		{"backend b\n  http-request set-header Authorization Bearer\\ k\n  http-request set-header apikey \"${KEY}\"\n  http-request set-header apikey %[env(KEY)]\n  http-request set-header apikey %[req.hdr(x)]", "http-request set-header Authorization=k 2:49-50, http-request set-header apikey=$KEY 3:35-41, http-request set-header apikey=$KEY 4:34-45"},
	} {
		var got []string
		for _, h := range ParseProxy([]byte(c.text)) {
			key := h.Key.Reveal()
			if h.Variable != "" {
				key = "$" + h.Variable
			}
			s := fmt.Sprintf("%s=%s %d:%d-%d", h.Directive, key, h.Line, h.Column, h.EndColumn)
			if h.Upstream != nil {
				s += " " + h.Upstream.Host
			}
			got = append(got, s)
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s\n\t%s\nwant\t%s", c.text, s, c.want)
		}
	}
}

func TestChecksAPIKey(t *testing.T) {
	const pass = "location / { proxy_pass http://rest:3000; }"
	for _, c := range []struct {
		text string
		line int
	}{
		{"if ($http_apikey != \"k\") { return 401; }" + pass, 1},
		{"\nif ($http_apikey != k) { return 401; }" + pass, 2},
		{"map $http_apikey $known { default 0; k 1; }" + pass, 1},
		{"map $arg_apikey $known { default 0; \"k\" 1; }" + pass, 1},
		{"map $http_apikey $known { default 0; include keys.map; }" + pass, 1},
		{"map \"$http_apikey$arg_apikey\" $known { default 0; k 1; }" + pass, 1},
		{"if ($http_apikey = \"\") { return 401; }" + pass, 0},
		{"if ($http_apikey) { return 200; }" + pass, 0},
		{"map $http_apikey $auth { \"\" $http_authorization; default \"Bearer $http_apikey\"; }" + pass, 0},
		{"if ($http_host != \"k\") { return 401; } proxy_set_header apikey $http_apikey; " + pass, 0},
	} {
		check := ChecksAPIKey([]byte(c.text), nil)
		if check.Line != c.line || len(check.Hosts) != 1 || check.Hosts[0] != "rest" {
			t.Errorf("%s: line %d, %v", c.text, check.Line, check.Hosts)
		}
	}
}

func FuzzParseProxy(f *testing.F) {
	f.Add([]byte("upstream a { server b; }\nserver { location ~ a{2} { proxy_pass http://a; proxy_set_header apikey \"${K}\"; } }"))
	f.Add([]byte("x.org {\n\treverse_proxy kong:8000 {\n\t\theader_up apikey \"{$K}\" # c\n\t}\n}"))
	f.Add([]byte("http: {middlewares: {key: {headers: {customRequestHeaders: {apikey: k}}}}}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		ChecksAPIKey(b, nil)
		lines := strings.Split(string(b), "\n")
		for _, h := range ParseProxy(b) {
			if h.Line < 1 || h.Line > len(lines) || h.Column < 1 {
				t.Errorf("stands at %d:%d", h.Line, h.Column)
			}
		}
	})
}
