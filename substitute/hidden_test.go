package substitute

import (
	"regexp"
	"strings"
	"testing"

	"github.com/keylint/keylint/keys"
)

// TestSecretsInScripts states what is followed of scripts that handle what was decrypted, and what they decide by it: no more than what is so of
// every secret. "unknown" stands for any reason.
func TestSecretsInScripts(t *testing.T) {
	const (
		anon     = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2ln-bmF_0dXJl"
		password = "with/signs+and=more"
		kong     = "_format_version: \"2.1\"\nconsumers:\n- username: anon\n  keyauth_credentials:\n  - key: " + anon + "\n  - key: $OTHER\n- username: a-name-of-theirs\n"
		number   = "20261130123456"
	)
	standins := &keys.Standins{}
	for _, s := range []string{anon, password, kong, number, "!!@@##$$%%^^", "c2VjcmV0LWluLWJhc2U2NA=="} {
		standins.Secret(keys.NewText(s))
	}
	for _, c := range []struct{ name, k, script, want string }{
		{"it is put in", anon, `sed "s|PUT_IT_HERE|$K|" /c/template > /out/kong.yml`, "key: " + anon},
		{"a run of it, by its signs", password, `set -f; IFS=/+; set -- $K; echo "key: $1" > /out/kong.yml`, "unknown"},
		{"a run of it, by sed", password, `echo "$K" | sed 's|/.*||' > /out/kong.yml`, "unknown"},
		{"it is put in twice", password, `echo "key: $K, $K" > /out/kong.yml`, "key: " + password + ", " + password},
		{"it is put in, with its signs", password, `K=$K envsubst < /c/reference > /out/kong.yml`, "key: " + password},
		{"its sign ends a command", password, `sed "s/PUT_IT_HERE/$K/" /c/template > /out/kong.yml`, ""},
		{"it stands in a file that kustomize filled", anon, `sed 's|PUT_IT_HERE|x|' /c/filled > /out/kong.yml`, "key: " + anon + " x"},
		{"a whole configuration was decrypted", anon, `OTHER=other envsubst < /c/kong > /out/kong.yml`, strings.Replace(kong, "$OTHER", "other", 1)},
		{"of base64", "c2VjcmV0LWluLWJhc2U2NA==", `echo "key: $(echo "$K" | base64 -d)" > /out/kong.yml`, "key: secret-in-base64"},
		{"a number", number, `echo "key: $K" > /out/kong.yml`, "unknown"},
		{"nothing but signs", "!!@@##$$%%^^", `echo "key: $K" > /out/kong.yml`, "unknown"},
		{"a part of it", anon, `echo "key: ${K%.*}" > /out/kong.yml`, "unknown"},
		{"a part of it, by sed", anon, `echo "$K" | sed 's/e30/x/' > /out/kong.yml`, "unknown"},
		{"each of its characters", anon, `echo "$K" | sed 's/./&-/g' > /out/kong.yml`, "unknown"},
		{"the lines that a script deletes hold no value", anon, `sed -e "s|PUT_IT_HERE|$K|" -e '/^[[:space:]]*- key:[[:space:]]*$/d' /c/template > /out/kong.yml`, "key: " + anon},
		{"another placeholder is not in it", anon, `sed -e "s|PUT_IT_HERE|$K|" -e 's|ANOTHER_PLACEHOLDER|x|' /c/template > /out/kong.yml`, "key: " + anon},
		{"that it is there", anon, `if [ -n "$K" ]; then echo yes; else echo no; fi > /out/kong.yml`, "yes"},
		{"that it is the same", anon, `L=$K; if [ "$K" = "$L" ]; then echo yes; else echo no; fi > /out/kong.yml`, "yes"},
		{"that it is no other secret", anon, `if [ "$K" = "$(cat /c/password)" ]; then echo yes; else echo no; fi > /out/kong.yml`, "unknown"},
		{"that it is nothing short", anon, `case "$K" in "" | null) echo no ;; *) echo yes ;; esac > /out/kong.yml`, "yes"},
		{"what it is", anon, `if [ "$K" = a-guess-of-it ]; then echo yes; else echo no; fi > /out/kong.yml`, "unknown"},
		{"how it begins", anon, `case "$K" in eyJ*) echo yes ;; *) echo no ;; esac > /out/kong.yml`, "unknown"},
		{"what it is, by the name of a file", anon, `touch /out/guess; if [ -f "/out/$K" ]; then echo yes; else echo no; fi > /out/kong.yml`, "unknown"},
		{"what it is, by the name of a function", anon, `guess() { echo yes; }; "$K" > /out/kong.yml`, "unknown"},
		{"that a placeholder is left", anon, "echo \"$K \\${X}\" > /out/a; if grep -q '${X}' /out/a; then echo yes; else echo no; fi > /out/kong.yml", "yes"},
		{"that no placeholder is left", anon, "echo \"$K\" > /out/a; if grep -q '${X}' /out/a; then echo yes; else echo no; fi > /out/kong.yml", "no"},
		{"what stands in it, by grep", anon, `echo "$K" > /out/a; if grep -q eyJ /out/a; then echo yes; else echo no; fi > /out/kong.yml`, "unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			pod := NewPod(standins)
			for name, text := range map[string]string{"template": "key: PUT_IT_HERE", "reference": "key: $K", "filled": "key: " + anon + " PUT_IT_HERE", "kong": kong, "password": password} {
				pod.Put("c", name, name, known(text))
			}
			o := pod.Run(&Program{
				Name: "init", Command: []string{"bash", "-c", c.script}, Env: []Variable{{Name: "K", Value: known(c.k)}},
				Mounts: []Mount{{"c", "/c", ""}, {"out", "/out", ""}},
			})
			got, why := "", ""
			if r := o.File("/out/kong.yml"); r != nil {
				why = r.Unknown
				for _, word := range regexp.MustCompile(`\S+|\s+`).FindAllString(strings.TrimSpace(string(r.Text())), -1) { // as YAML reads it
					v, _ := r.Resolve(word)
					got, why = got+v.Text().Reveal(), why+v.Reason()
				}
			}
			if why != "" {
				got = "unknown"
			}
			if got != strings.TrimSpace(c.want) {
				t.Errorf("got %q (%s), want %q", got, why, c.want)
			}
			for name, f := range pod.files {
				for _, secret := range []string{anon[40:], password[:8], "a-name-of-theirs", number, "secret-in-base64"} {
					if strings.Contains(f.text, secret) {
						t.Errorf("%q stands in the open in %s", secret, name)
					}
				}
			}
		})
	}
}

// TestDecryptedNamesAreOne: what a decrypted configuration calls by a name is found by it once a program went over it, though nobody sees the name.
func TestDecryptedNamesAreOne(t *testing.T) {
	const kong = "_format_version: \"2.1\"\nconsumers:\n- username: a-name-of-theirs\nacls:\n- consumer: a-name-of-theirs\n  group: another-of-theirs\n# $OTHER\n"
	standins := &keys.Standins{}
	standins.Secret(keys.NewText(kong))
	pod := NewPod(standins)
	pod.Put("c", "kong", "kong", known(kong))
	o := pod.Run(&Program{
		Name: "init", Command: []string{"sh", "-c", "OTHER=x envsubst < /c/kong > /out/kong.yml"}, Mounts: []Mount{{"c", "/c", ""}, {"out", "/out", ""}},
	})
	r := o.File("/out/kong.yml")
	if r == nil || r.Unknown != "" {
		t.Fatalf("%+v", r)
	}
	marks := valueMark.FindAllString(string(r.Text()), -1)
	if len(marks) < 3 || marks[0] != marks[1] || marks[1] == marks[2] {
		t.Errorf("the names are %q", marks)
	}
}
