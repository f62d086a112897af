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
		{"(a) {\n import a\n basic_auth /x {\n }\n}\napi.example.org {\n import a\n reverse_proxy kong:8000\n}", ""},
	} {
		var got []string
		for _, h := range asking([]byte(c.text)) {
			got = append(got, fmt.Sprintf("%d %s", h.Line, h.Asks))
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%q, want %q of\n%s", got, c.want, c.text)
		}
	}
}
