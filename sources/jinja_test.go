package sources

import "testing"

func FuzzParseJinjaEnv(f *testing.F) {
	for _, seed := range []string{"A={{ a }}\n{% if b %}\nB=b\n{% endif %}\n", "{% for k in all %}{{ k }}={{ all[k] }}\n{% endfor %}", "{# c #}\nA=\"{{ a }}\"\n{{", "A='\n{{ a }}'\n{% include 'b' %}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, parse := range []func([]byte) []Variable{ParseDotenv, ParseRawEnv, func(b []byte) []Variable { return ParseComposeEnv(b, func(string) (string, bool) { return "", false }) }} {
			ParseJinjaEnv(b, parse)
		}
	})
}
