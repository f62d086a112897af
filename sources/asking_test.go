package sources

import (
	"fmt"
	"strings"
	"testing"
)

// TestAsking finds what a proxy asks for round what it sends on, where that is in force.
func TestAsking(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"server {\n auth_basic x;\n location / { proxy_pass http://kong:8000; }\n}", "3 auth_basic"},
		{"server {\n auth_basic x;\n location / { auth_basic off; proxy_pass http://kong:8000; }\n}", ""},
		{"server {\n auth_basic x;\n location / { auth_request off; proxy_pass http://kong:8000; }\n}", "3 auth_basic"},
		{"server {\n auth_request /a;\n auth_basic x;\n location / { auth_basic off; proxy_pass http://kong:8000; }\n}", "4 auth_request"},
		{"server {\n location / {\n limit_except GET { auth_basic x; }\n proxy_pass http://kong:8000;\n }\n}", "4 auth_basic in limit_except"},
		{"server {\n auth_basic x;\n location / { satisfy any; proxy_pass http://kong:8000; }\n}", ""},
		{"(auth) {\n basic_auth {\n a b\n }\n}\napi.example.org {\n import auth\n reverse_proxy kong:8000\n}", "8 basic_auth"},
		{"(log) {\n log\n}\nstudio.example.org {\n basic_auth {\n a b\n }\n}\napi.example.org {\n import log\n reverse_proxy kong:8000\n}", ""},
		{"(a) {\n import a\n basic_auth /x {\n }\n}\napi.example.org {\n import a\n reverse_proxy kong:8000\n}", "2 a, which brings in too much"},
		{"(to) {\n forward_auth x:1\n reverse_proxy {args[0]}\n}\napi.example.org {\n import to kong:8000\n}", "3 forward_auth"},
		{"api.example.org {\n @no not header X-Token abc\n respond @no 401\n reverse_proxy kong:8000\n}", "4 the matcher @no"},
		{"api.example.org {\n @no not header apikey *\n respond @no 401\n reverse_proxy kong:8000\n}", ""},
		{"api.example.org {\n @known header apikey abc\n handle @known {\n reverse_proxy kong:8000\n }\n respond 401\n}", "4 the matcher @known"},
		{"api.example.org {\n @ws header Connection *Upgrade*\n reverse_proxy @ws kong:8000\n reverse_proxy kong:8000\n}", ""},
		{"api.example.org {\n @out {\n not remote_ip 10.0.0.0/8\n }\n respond @out 403\n reverse_proxy kong:8000\n}", ""},
		{"map $http_x_token $no { default 1; abc 0; }\nserver { if ($no) { add_header A b; return 401; }\n location / { proxy_pass http://kong:8000; } }", "3 an if that returns 401"},
		{"map $http_user_agent $bot { default 0; ~bot 1; }\nserver { if ($bot) { return 403; }\n location / { proxy_pass http://kong:8000; } }", ""},
		{"map $http_authorization $no { default 0; \"\" 1; }\nserver { if ($no) { return 403; }\n location / { proxy_pass http://kong:8000; } }", ""},
	} {
		var got []string
		for _, h := range ParseTaken([]byte(c.text), nil) {
			got = append(got, fmt.Sprintf("%d %s", h.Line, h.Asks+h.From))
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%q, want %q of\n%s", got, c.want, c.text)
		}
	}
}
