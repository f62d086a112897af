package keys

import "testing"

func TestHeaders(t *testing.T) {
	for _, c := range []struct{ command, want string }{
		{`curl -H "Authorization: Bearer ${ANON_KEY}" http://localhost:4000/`, "Authorization ${ANON_KEY}"},
		{"Authorization: Bearer $$KEY", "Authorization $$KEY"},
		{`curl -H 'apikey: abc' "http://kong:8000/rest/v1/?apikey=def&select=*"`, "apikey abc, apikey def"},
		{"curl \\\n  -H \"authorization: bearer x.y.z\" \\\n", "Authorization x.y.z"},
		{`{"apikey": "abc"}`, "apikey abc"},
		{`curl -H "apikey: Bearer $KEY" "http://kong:8000/"`, "apikey $KEY behind Bearer"},
		{`curl -H "apikey: bearer_of_news"`, "apikey bearer_of_news"},
		{"Authorization: Basic abc", ""},
		{"Authorization: Bearer ", ""},
		{"echo my_apikey", ""},
	} {
		got := ""
		for _, h := range Headers(c.command) {
			if got != "" {
				got += ", "
			}
			got += h.Name + " " + h.Value.Reveal()
			if h.Scheme {
				got += " behind Bearer"
			}
		}
		if got != c.want {
			t.Errorf("%q: %s, want %s", c.command, got, c.want)
		}
	}
	if h := Headers("curl \\\n  -H \"apikey: x\"")[0]; h.Line != 2 || h.Column != 15 || h.EndColumn != 16 {
		t.Errorf("stands at %d:%d-%d", h.Line, h.Column, h.EndColumn)
	}
}

func TestInHeader(t *testing.T) {
	for _, c := range []struct {
		name, value, want string
		offset            int
	}{
		{"apikey", "k", "k", 0},
		{"ApiKey", "Bearer k", "k", 7}, // which no gateway takes for a key
		{"authorization", "bearer k", "k", 7},
		{"Authorization", "Basic k", "", 0},
		{"Authorization", "Bearer ", "", 0},
		{"apikey", "", "", 0},
		{"Host", "k", "", 0},
	} {
		h, ok := InHeader(c.name, c.value)
		if h.Reveal() != c.want || ok != (c.want != "") || ok && h.Offset != c.offset || h.Scheme != (c.name == "ApiKey") {
			t.Errorf("%s: %s has %q at %d, %v", c.name, c.value, h.Reveal(), h.Offset, ok)
		}
	}
}
