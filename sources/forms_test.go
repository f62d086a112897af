package sources

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/keylint/keylint/keys"
)

// show lists variables as "NAME=value@line:column-end".
func show(variables []Variable) string {
	var parts []string
	for _, v := range variables {
		parts = append(parts, fmt.Sprintf("%s=%s@%d:%d-%d", v.Name, v.Value.Reveal(), v.Line, v.Column, v.EndColumn))
	}
	return strings.Join(parts, " ")
}

// TestDotenvPlaces holds the places of values to what stands there on disk.
func TestDotenvPlaces(t *testing.T) {
	tests := []struct{ text, want string }{
		{"KEY=value\n", "KEY=value@1:5-10"},
		{"# comment\n\nKEY = value\n", "KEY=value@3:7-12"},
		{"KEY=\"value\"\n", "KEY=value@1:6-11"},
		{"export KEY='value' # why\n", "KEY=value@1:13-18"},
		{"A=1\r\nKEY=value\r\n", "A=1@1:3-4 KEY=value@2:5-10"},
		{"KEY=\"one\ntwo\"\nNEXT=1\n", "KEY=one\ntwo@1:6-0 NEXT=1@3:6-7"},
		{"\x00\x01binary", ""},
	}
	for _, tt := range tests {
		got := show(ParseDotenv([]byte(tt.text)))
		if got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestKustomizeEnvs(t *testing.T) {
	tests := []struct{ text, want string }{
		{"KEY=value\n", "KEY=value@1:5-10"},
		{"KEY=\"value\"\n", `KEY="value"@1:5-12`},
		{"  KEY=value  \n", "KEY=value  @1:7-14"},
		{"KEY=a#b\n# KEY=c\n", "KEY=a#b@1:5-8"},
		{"KEY=value\r\n", "KEY=value@1:5-10"},
		{"KEY\n", ""},
	}
	for _, tt := range tests {
		if got := show(ParseRawEnv([]byte(tt.text))); got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestDockerfile(t *testing.T) {
	const text = `ARG GLOBAL=one
FROM node:22 AS build
ARG NEXT_PUBLIC_KEY=from-default
ARG UNSET
ARG GLOBAL
ENV NEXT_PUBLIC_KEY=$NEXT_PUBLIC_KEY
ENV PAIRS="first" OTHER=second
ENV LEGACY with spaces
ENV COPY=${GLOBAL} NONE=$UNSET
RUN echo \
    hello
COPY --chown=app package.json ./
COPY . .
FROM scratch
COPY --from=build /app /app
ENV LAST='x'
`
	got, err := ParseDockerfile([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"-1 ARG GLOBAL=one@1:12-15",
		"0 ARG NEXT_PUBLIC_KEY=from-default@3:21-33",
		"0 ARG UNSET=<unset>@4:5-10",
		"0 ARG GLOBAL=one@5:5-11 from GLOBAL",
		"0 ENV NEXT_PUBLIC_KEY=from-default@6:21-37 from NEXT_PUBLIC_KEY",
		"0 ENV PAIRS=first@7:12-17",
		"0 ENV OTHER=second@7:25-31",
		"0 ENV LEGACY=with spaces@8:12-23",
		"0 ENV COPY=one@9:10-19 from GLOBAL",
		"0 ENV NONE=<unset>@9:25-31 from UNSET",
		"1 ENV LAST=x@16:11-12",
	}
	var lines []string
	for _, a := range got.Assignments {
		kind := "ENV"
		if a.Arg {
			kind = "ARG"
		}
		value := a.Value.Reveal()
		if a.Value.IsAbsent() {
			value = "<unset>"
		}
		line := fmt.Sprintf("%d %s %s=%s@%d:%d-%d", a.Stage, kind, a.Name, value, a.Line, a.Column, a.EndColumn)
		if a.From != "" {
			line += " from " + a.From
		}
		lines = append(lines, line)
	}
	if got, want := strings.Join(lines, "\n"), strings.Join(want, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if copies := strings.Join(got.Copies, " "); copies != "package.json ." {
		t.Errorf("copied from the context: %s", copies)
	}
}

func TestKong(t *testing.T) {
	const nested = `_format_version: "3.0"
consumers:
  - username: anon
    keyauth_credentials:
      - key: one
      - key: ${TWO}
  - username: robot
    acls: [{group: admin}]
    keyauth_credentials: [{key: "three"}, {key: 4}, {}]
`
	const flat = `{"_format_version": "1.1", "consumers": [{"username": "service-key"}],
 "keyauth_credentials": [{"consumer": "service-key", "key": "five"}]}`
	for _, tt := range []struct{ name, text, want string }{
		{"nested", nested, `anon public one@5:14-17 true; anon public ${TWO}@6:14-20 true; robot server three@9:34-39 true; robot server 4@9:49-50 false`},
		{"top level, JSON", flat, `service-key server five@2:62-66 true`},
		{"no configuration", "apiVersion: v1\nkind: ConfigMap\ndata: {_format_version: x}\n", ""},
	} {
		config, problem := ParseKong([]byte(tt.text))
		if problem != nil {
			t.Fatalf("%s: %s", tt.name, problem.Message)
		}
		var parts []string
		if config != nil {
			for _, c := range config.Credentials {
				parts = append(parts, fmt.Sprintf("%s %s %s@%d:%d-%d %v", c.Consumer, config.Role(c.Consumer), c.Key.Reveal(), c.Line, c.Column, c.EndColumn, c.IsString))
			}
		}
		if got := strings.Join(parts, "; "); got != tt.want {
			t.Errorf("%s: got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestInterpolate(t *testing.T) {
	env := map[string]string{"KEY": "value", "EMPTY": ""}
	lookup := func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	for raw, want := range map[string]string{
		"${KEY}": "value", "$KEY": "value", "a$$b": "a$b", "${NONE:-other}": "other", "${EMPTY:-other}": "other",
		"${EMPTY-other}": "", "${NONE}": "", "plain": "plain",
	} {
		if got, _, ok := Interpolate(raw, lookup); !ok || got != want {
			t.Errorf("%s: got %q, %v, want %q", raw, got, ok, want)
		}
	}
	if _, _, ok := Interpolate("${KEY", lookup); ok {
		t.Error("an open brace is accepted")
	}
}

func FuzzParseDotenv(f *testing.F) {
	for _, project := range nextProjects {
		for _, content := range project {
			f.Add([]byte(content))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		variables := ParseDotenv(b)
		for _, w := range frameworks {
			if budget := 1 << 20; w.merge != nil {
				w.merge([]EnvFile{{".env", w.parse(b)}, {".env.local", variables}}, &budget)
			}
		}
		lines := splitLines(b)
		for _, v := range slices.Concat(variables, ParseDotenvLines(b)) {
			if v.Line < 1 || v.Column < 1 || strings.IndexByte(string(b), '\r') < 0 && v.Line > len(lines) {
				t.Errorf("place %d:%d", v.Line, v.Column)
			}
		}
	})
}

func FuzzParseRawEnv(f *testing.F) {
	f.Add([]byte("\ufeffA=1\n  B = \"x\" \n#c\nD\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, v := range ParseRawEnv(b) {
			if v.Line < 1 || v.Column < 1 || v.EndColumn < v.Column {
				t.Errorf("place %d:%d-%d", v.Line, v.Column, v.EndColumn)
			}
		}
	})
}

func FuzzParseKong(f *testing.F) {
	f.Add([]byte("_format_version: '2.1'\nconsumers:\n- username: anon\n  keyauth_credentials:\n  - key: $A\n"))
	f.Add([]byte("_format_version: &a [*a]\n"))
	f.Fuzz(func(_ *testing.T, b []byte) { _, _ = ParseKong(b) })
}

func FuzzParseDockerfile(f *testing.F) {
	f.Add([]byte("FROM x\nARG A=1\nENV B=$A C=\"d\"\nENV E f\n"))
	f.Add([]byte("# escape=`\nFROM x\nENV A=`\n b\n"))
	f.Add([]byte("ARG A=x\nFROM $A AS b\nENV C=${A:-${B:+d}} D=${A#*.}${A//x/y} $A=1\nFROM b\nARG A\n"))
	f.Add([]byte("FROM \xff\"0"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		if d, err := ParseDockerfile(b); err == nil {
			d = d.With(map[string]keys.Value{"A": keys.Known(keys.NewText("b")), "B": keys.Unknown("why")}, nil)
			d.AppBuild("")
			d.Builder("build")
			d.Reaches("A", "")
		}
	})
}

func FuzzComposeServices(f *testing.F) {
	f.Add([]byte("services:\n  a: &x\n    image: i\n    environment: {K: v}\n  b:\n    <<: *x\n    build: {args: [A=b]}\n"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		file := &File{Path: "compose.yaml", repo: &Repository{notes: map[Note]bool{}}, disk: b}
		file.readOnce.Do(func() {})
		file.composeServices(".")
	})
}

// TestParseCLIConfig reads what supabase/config.toml says, with the CLI's own defaults.
func TestParseCLIConfig(t *testing.T) {
	for _, test := range []struct {
		text string
		want CLIConfig
		from string
	}{
		{text: "project_id = \"shop\"\n", want: CLIConfig{Port: "54321"}},
		{text: "[api]\nport = 54421\n[auth]\nsecret_key = \"env(KEY)\"\n", want: CLIConfig{Port: "54421", Opaque: true}},
		{text: "[auth]\njwt_expiry = 3600\njwt_secret = \"0123456789abcdef\"\n", want: CLIConfig{Port: "54321", JWTSecret: Variable{Line: 3, Column: 15, EndColumn: 31}}},
		{text: "auth.jwt_secret = \"env(SUPABASE_JWT)\"\n", want: CLIConfig{Port: "54321", JWTSecret: Variable{Line: 1, Column: 20, EndColumn: 37}}, from: "SUPABASE_JWT"},
	} {
		got, err := ParseCLIConfig([]byte(test.text))
		if err != nil {
			t.Errorf("%q: %v", test.text, err)
			continue
		}
		at := got.JWTSecret.In("")
		if got.Port != test.want.Port || got.Opaque != test.want.Opaque || at != test.want.JWTSecret.In("") || got.From != test.from {
			t.Errorf("%q: port %s, opaque %t, at %v, from %q", test.text, got.Port, got.Opaque, at, got.From)
		}
	}
	if _, err := ParseCLIConfig([]byte("[auth\n")); err == nil {
		t.Error("what is no TOML is parsed")
	}
}

func FuzzParseCLIConfig(f *testing.F) {
	f.Add([]byte("[api]\nport = 54421\n[auth]\njwt_secret = \"0123456789abcdef\"\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = ParseCLIConfig(b)
	})
}
