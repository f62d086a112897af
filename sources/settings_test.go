package sources

import (
	"fmt"
	"strings"
	"testing"
)

// TestParseSettings reads what is given to names, and where it stands, whatever the document's language.
func TestParseSettings(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{".env", "# one\nexport A=1\nB=\"two\"", "A=1@2:10-11 B=two@3:4-7"},
		{"env", "A=1\n", "A=1@1:3-4"},
		{"motd", "A=1\nwelcome", ""},
		{"run.sh", "A=1\n", ""},
		{"env.js", "window.__ENV = {\n  A: 'x', // B: 'no'\n  \"B\": \"y\\\"z\",\n};", "A=x@2:7-8 B=y\"z@3:9-13"},
		{"env.js", "window['env']['A'] = \"x\"; globalThis.B = `y`; export const C = 'z'", "A=x@1:23-24 B=y@1:43-44 C=z@1:65-66"},
		{"env.js", "const A = process.env.A || 'x', B = 'a' + b, C = f('c')", ""},
		{"env.js", "window.A = window.A || 'x'; window.B = window?.B ?? 'y'; const C = process.env.C || 'z'", "A=x@1:25-26 B=y@1:54-55"},
		{"env.js", "window.A = p ? 'x' : 'y'; const c = {B: p ? q.C : 'z', D: p?.q ?? 'r', E: 'w'}", "E=w@1:76-77"},
		{"env.js", "window._env_ = Object.freeze({A: \"x\"})", "A=x@1:35-36"},
		{"config.json", `{"supabase": {"url": "u", "anonKey": "k"}, "supabaseKey": "l", "n": 1}`, "supabase.url=u@1:23-24 supabase.anonKey=k@1:39-40 supabaseKey=l@1:60-61"},
		{"config.json", `{"staging": {"supabase": {"anonKey": "k"}}}`, "staging.supabase.anonKey=k@1:39-40"},
		{"config.toml", "a = 'x' # b = 'no'\n[supabase]\nanon_key = \"k\"\n[[other]]\nc = 1", "a=x@1:6-7 supabase.anon_key=k@3:13-14"},
		{"prometheus.yml", "a:\n  - b: 'x'\n    c: [y]\n---\napiVersion: v1\nd: z", "b=x@2:9-10 c=y@3:9-10"},
		{"env.js", "}}{A:'", ""},
	} {
		var got []string
		for _, v := range ParseSettings(c.name, []byte(c.text)) {
			got = append(got, fmt.Sprintf("%s=%s@%d:%d-%d", v.Name, v.Value.Reveal(), v.Line, v.Column, v.EndColumn))
		}
		if is := strings.Join(got, " "); is != c.want {
			t.Errorf("%s %q:\n got %s\nwant %s", c.name, c.text, is, c.want)
		}
	}
}

func FuzzParseSettings(f *testing.F) {
	f.Add("env.js", "window.__ENV = {A: 'x'}")
	f.Add("config.json", `{"a": {"b": "c"}}`)
	f.Add("config.toml", "[a.b]\nc = '''x'''")
	f.Fuzz(func(t *testing.T, name, text string) {
		lines := strings.Count(text, "\n") + 1
		for _, v := range ParseSettings(name, []byte(text)) {
			if v.Line < 1 || v.Line > lines || v.Column < 1 {
				t.Errorf("%d:%d in %d lines", v.Line, v.Column, lines)
			}
		}
	})
}
