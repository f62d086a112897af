package substitute

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/keylint/keylint/keys"
)

// template is what the scripts fill in: references of both styles, alone, quoted, twice
// in a line, and at a line's end.
const template = `_format_version: "2.1"
consumers:
  - username: anon
    keyauth_credentials:
      - key: $VALUE
      - key: ${VALUE}
  - username: service_role
    keyauth_credentials:
      - key: "$VALUE"
      - key: '${VALUE}'
      - key: $OTHER
      - key: ${OTHER}
      - key: VALUE_PLACEHOLDER
    tags: [$VALUE-a, ${VALUE}_b, ${VALUE:-none}, $VALUE_C]
  # costs 5 and $ alone, ${} and $1 as they are
`

// values are what an environment variable may hold; unset is not there at all.
var values = map[string]string{
	"a key":                 "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2ln-bmF_0dXJl",
	"a trailing newline":    "eyJhbGciOiJIUzI1NiJ9.e30.c2ln\n",
	"a newline within":      "abcdefghijkl\nmnopqrstuvwx",
	"a trailing space":      "eyJhbGciOiJIUzI1NiJ9.e30.c2ln ",
	"a carriage return":     "eyJhbGciOiJIUzI1NiJ9.e30.c2ln\r",
	"double quotes":         `"eyJhbGciOiJIUzI1NiJ9.e30.c2ln"`,
	"single quotes":         `'eyJhbGciOiJIUzI1NiJ9.e30.c2ln'`,
	"empty":                 "",
	"a comment":             "before #after",
	"an ampersand":          "before&after",
	"a bar":                 "before|after",
	"a slash":               "before/after+more=",
	"a dollar":              "before$OTHER",
	"a dollar with braces":  "${OTHER}after",
	"a command":             "$(id)`id`",
	"a backslash":           `before\after`,
	"a backslash and digit": `before\1after`,
	"digits":                "12345678901234567890",
	"a leading at":          "@before",
	"a leading backtick":    "`before",
	"a star":                "*",
	"a hash first":          "#before",
	"two words":             "before after",
	"umlauts":               "schlüssel für später",
}

// scripts are what renders, as it is found in the field: upstream's entrypoints, the
// Helm chart's, and what people write. %[1]s is the template, %[2]s what is made of it.
var scripts = map[string]string{
	"upstream's awk": `
AWK '{
  result = ""
  rest = $0
  while (match(rest, /\$[A-Za-z_][A-Za-z_0-9]*/)) {
    varname = substr(rest, RSTART + 1, RLENGTH - 1)
    if (varname in ENVIRON) {
      result = result substr(rest, 1, RSTART - 1) ENVIRON[varname]
    } else {
      result = result substr(rest, 1, RSTART + RLENGTH - 1)
    }
    rest = substr(rest, RSTART + RLENGTH)
  }
  print result rest
}' %[1]s > "%[2]s"
sed -i '/^[[:space:]]*- key:[[:space:]]*$/d' "%[2]s"
`,
	"awk with braces": `
AWK '{ out = ""; s = $0
  while (match(s, /\$\{[A-Za-z_][A-Za-z0-9_]*\}/)) {
    name = substr(s, RSTART + 2, RLENGTH - 3)
    out = out substr(s, 1, RSTART - 1) ENVIRON[name]
    s = substr(s, RSTART + RLENGTH)
  }
  print out s }' %[1]s > %[2]s`,
	"awk gsub":       `AWK '{ gsub(/VALUE_PLACEHOLDER/, ENVIRON["VALUE"]); gsub(/\$\{OTHER\}/, ENVIRON["OTHER"]); print }' %[1]s > %[2]s`,
	"eval":           `eval "echo \"$(cat %[1]s)\"" > %[2]s`,
	"eval in quotes": `bash -c 'eval "echo \"$(cat %[1]s)\"" > %[2]s && true'`,
	"the chart's sed": `set -euo pipefail
sed \
-e "s|\${VALUE}|${VALUE}|" \
-e "s|\${OTHER}|${OTHER:-}|" \
%[1]s > %[2]s
sed -i '/^[[:space:]]*- key:[[:space:]]*$/d' %[2]s
`,
	"sed for all": `sed -e "s|\${VALUE}|${VALUE}|g" -e "s|\${OTHER}|${OTHER}|g" %[1]s > %[2]s`,
	"sed with slashes in place": `cp %[1]s %[2]s
sed -i -e "s/\$VALUE/$VALUE/g" -e "s/VALUE_PLACEHOLDER/$OTHER/" %[2]s`,
	"sed with a script of lines": `set -e
sed "
s,VALUE_PLACEHOLDER,${VALUE},g
/^ *tags:/d
s#[$]{OTHER}#${OTHER-nothing}#
" < %[1]s | cat > %[2]s`,
	"sed extended": `sed -E "s|[$][{]?VALUE[}]?|<&|; s|(key: )(VALUE)_|\1\2-|" %[1]s > %[2]s`,
	"sed in a loop": `cat %[1]s > %[2]s
for name in VALUE OTHER; do
  sed -i "s|\${$name}|${!name}|g" %[2]s
done`,
	"envsubst":                  `envsubst < %[1]s > %[2]s`,
	"envsubst with a list":      `cat %[1]s | envsubst '$VALUE ${UNKNOWN}' > %[2]s`,
	"envsubst of a shell's own": `VALUE=local; SECOND=x; export OTHER=set; envsubst < %[1]s > %[2]s`,
	"a here-document": `cat > %[2]s <<EOF
consumers:
  - username: anon
    keyauth_credentials:
      - key: ${VALUE}
      - key: "$OTHER"
      - key: ${VALUE:-none}
      - key: \${VALUE}
EOF`,
	"a quoted here-document": `cat > %[2]s <<'EOF'
consumers:
  - username: anon
    keyauth_credentials:
      - key: ${VALUE}
EOF`,
	"conditions": `if [ -n "$VALUE" ] && [ -n "${OTHER:-}" ]; then export EXTRA="both '$VALUE'"; else export EXTRA=one; fi
case "$VALUE" in *after*) KIND=after ;; "") KIND=empty ;; *) KIND=other ;; esac
[ "$VALUE" = "$OTHER" ] || SAME=no
printf '%%s|%%s|%%s\n' "$EXTRA" "$KIND" "${SAME-yes}" > %[2]s`,
	"process substitution": `sed -e 's/VALUE_PLACEHOLDER/x/' <(envsubst < %[1]s) > %[2]s # bash -c`,
	"exports of a file": `printf 'A=1\n# no\nB=%%s\n' "$OTHER" > %[2]s.env
export $(grep -v '^#' %[2]s.env | xargs)
echo "$A $B" > %[2]s
if grep -q 'B=zyx' %[2]s.env; then echo found >> %[2]s; fi`,
	"functions and base64": `put() { printf '%%s\n' "$1" >> "$2"; }
echo Y29uc3VtZXJzOgogIC0gdXNlcm5hbWU6IGFub24K | base64 -d > %[2]s
put "key: $VALUE" %[2]s
put 'key: $VALUE' %[2]s`,
}

// TestSubstitutersAgainstTheRealPrograms runs every script with every value, for real and
// in the model. Both have to leave the same file, or both have to fail.
func TestSubstitutersAgainstTheRealPrograms(t *testing.T) {
	for _, name := range []string{"bash", "sed", "envsubst"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed", name)
		}
	}
	awks := []string{}
	for _, name := range []string{"mawk", "gawk", "busybox awk"} {
		if _, err := exec.LookPath(strings.Fields(name)[0]); err == nil {
			awks = append(awks, name)
		} else {
			t.Logf("%s is not installed", name)
		}
	}
	shells := []string{"bash"}
	for _, name := range []string{"dash", "busybox sh"} {
		if _, err := exec.LookPath(strings.Fields(name)[0]); err == nil {
			shells = append(shells, name)
		} else {
			t.Logf("%s is not installed", name)
		}
	}
	cells := 0
	busybox := false
	if _, err := exec.LookPath("busybox"); err == nil {
		busybox = true
	}
	each := func(name, script string, env map[string]string) {
		if busybox && strings.Contains(script, "sed ") {
			cells++
			compareCell(t, name+" with busybox sed", "bash", sedCommands.ReplaceAllString(script, "${1}busybox sed "), env)
		}
		for _, shell := range shells {
			if shell != "bash" && bashOnly.MatchString(script) {
				continue
			}
			cells++
			compareCell(t, name+" in "+shell, shell, script, env)
		}
	}
	for script, text := range scripts {
		tools := []string{"AWK"}
		if strings.Contains(text, "AWK") {
			tools = awks
		}
		for _, tool := range tools {
			for value := range values {
				each(fmt.Sprintf("%s/%s/%s", script, tool, value), strings.ReplaceAll(text, "AWK", tool),
					map[string]string{"VALUE": values[value], "OTHER": "zyxwvutsrqponmlk"})
			}
			each(fmt.Sprintf("%s/%s/unset", script, tool), strings.ReplaceAll(text, "AWK", tool), map[string]string{"OTHER": "zyxwvutsrqponmlk"})
			each(fmt.Sprintf("%s/%s/both unset", script, tool), strings.ReplaceAll(text, "AWK", tool), nil)
		}
	}
	t.Logf("%d cells", cells)
}

// sedCommands matches where a script calls sed.
var sedCommands = regexp.MustCompile(`(^|[\n;|] *)sed `)

// bashOnly matches what no other shell understands.
var bashOnly = regexp.MustCompile(`pipefail|\$\{!|bash -c`)

// compareCell runs a script over the template, for real and in the model. What the model
// says it cannot tell, because shells differ in it, is passed over.
func compareCell(t *testing.T, name, shell, script string, env map[string]string) {
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		in, out := filepath.Join(dir, "template.yml"), filepath.Join(dir, "out.yml")
		template := template
		if strings.Contains(script, "eval") { // for which "${}" is an error
			template = strings.Replace(template, "${}", "{}", 1)
		}
		if err := os.WriteFile(in, []byte(template), 0o600); err != nil {
			t.Fatal(err)
		}
		script = fmt.Sprintf(script, in, out)

		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		argv := append(strings.Fields(shell), "-c", script)
		cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=/nowhere", "LC_ALL=C.UTF-8"}
		program := &Program{
			Name: "test", Command: argv, Source: "script",
			Mounts: []Mount{{Volume: "dir", Path: dir}}, Home: "/nowhere",
		}
		for k, v := range env {
			cmd.Env = append(cmd.Env, k+"="+v)
			program.Env = append(program.Env, Variable{Name: k, Value: keys.Known(keys.NewText(v))})
		}
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		err := cmd.Run()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		want, _ := os.ReadFile(out)

		pod := NewPod(nil)
		pod.Put("dir", "template.yml", "template", keys.Known(keys.NewText(template)))
		outcome := pod.Run(program)
		if r := outcome.File(out); r != nil && r.Unknown != "" && strings.Contains(env["VALUE"], `\`) {
			return // shells and seds differ in what they make of a backslash
		}
		if stops := strings.Contains(script, "set -e"); stops && (err != nil) != (outcome.Stopped != "") {
			t.Errorf("really: %v %s; modelled: %q", err, stderr.String(), outcome.Stopped)
		}
		if outcome.Stopped != "" {
			return // nothing reads the file
		}
		r := outcome.File(out)
		if r == nil {
			t.Fatalf("the model left no file; really:\n%s", want)
		}
		if r.Unknown != "" {
			t.Fatalf("the model does not know: %s", r.Unknown)
		}
		got, _ := r.Resolve(string(r.Text()))
		if text := got.Text().Reveal(); text != string(want) {
			t.Errorf("really:\n%q\nmodelled:\n%q\n%s", want, text, stderr.String())
		}
	})
}
