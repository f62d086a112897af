package lint

import (
	"fmt"
	"testing"
)

func TestToolIn(t *testing.T) {
	for script, want := range map[string]string{
		"envsubst < /t/kong.yml > /c/kong.yml":  "envsubst",
		`sed -e "s|a|b|" /t`:                    "sed",
		"/usr/bin/awk -f x; sed -i /d/ y":       "awk",
		`eval "echo \"$(cat ~/temp.yml)\"" > x`: "eval",
		"kong docker-start":                     "",
		"/based/unused":                         "",
	} {
		if got := toolIn(script); got != want {
			t.Errorf("%s: %q, want %q", script, got, want)
		}
	}
}

func TestSedMapping(t *testing.T) {
	tests := []struct{ script, want string }{
		{`sed -e "s|\${ANON_KEY}|$ANON_KEY|g" -e "s|\${SERVICE}|${SERVICE_ROLE_KEY}|g"`, "map[${ANON_KEY}:ANON_KEY ${SERVICE}:SERVICE_ROLE_KEY]"},
		{`sed 's/ANON_KEY_PLACEHOLDER/'"$ANON"'/' -i x`, "map[ANON_KEY_PLACEHOLDER:ANON]"},
		{`sed s#@KEY@#$KEY#`, "map[@KEY@:KEY]"},
		{`sed 's/foo/bar/'`, "map[]"},
		{"sed 's|unterminated", "map[]"},
	}
	for _, tt := range tests {
		if got := fmt.Sprint(sedMapping(tt.script)); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.script, got, tt.want)
		}
	}
}

func TestPlaceholderName(t *testing.T) {
	for text, want := range map[string]string{
		"$A": "A", "${A_B}": "A_B", "${A:-x}": "A", "'$A'": "A", "$A$B": "", "x$A": "", "${A": "", "key": "",
	} {
		if got := placeholderName(text); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func FuzzSedMapping(f *testing.F) {
	f.Add(`sed -e "s|\${ANON_KEY}|$ANON_KEY|g" -i 's/a/b/'`)
	f.Fuzz(func(_ *testing.T, script string) { sedMapping(script) })
}
