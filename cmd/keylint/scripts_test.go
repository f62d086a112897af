package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/keylint/keylint/internal/testrepo"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/decrypt"
)

// scriptSecrets are what a Secret may hold: keys, passwords of all alphabets, and a whole configuration of Kong.
var scriptSecrets = []string{
	"correcthorsebatterystaple", "Tr0ub4dor.and-3", "pa55@wOrd/9:x+yQ7zL=", "$2aVerySecretText/With$More", "пароль-сверхсекретный", "20261130123456789012", "2026-11-30T01:02:03Z",
	"!!@@##%%^^&&**((", "c2VjcmV0LWluLWJhc2U2NC10d2ljZQ==", "first-line-of-it\nsecond-line-of-it\nthird-line-of-it\n",
	"_format_version: \"2.1\"\nconsumers:\n- username: anon\n  keyauth_credentials:\n  - key: horse-battery-staple-in-kong\n- username: dashboard\n  basicauth_credentials:\n  - {username: admin, password: 'Tr0ub@4dor&3xyz'}\n",
}

// scripts take a text apart, in $K and in the file $F, and leave what they made of it in $A.
var takeApart = []string{
	`A=$(echo "$K" | sed 's/./&-/g')`, `A=$(sed 's/./& /g' "$F")`, `A=$(sed 's/\(...\)/\1_/g' "$F" | tr -d '\n')`, `A=${K#?}`, `A=${K%?}`, `A=${K:1:9}`, `A="$K$K"`, `A=$(cat "$F")`,
	`A=$(echo "$K" | base64 -d)`, `A=$(echo "$K" | base64 -d | sed 's/./&-/g')`, `A=$(base64 -d "$F" | sed 's/./&-/g')`, `A=$(printf '%s-' "$K")`, `A=$(printf '%c-%c' "$K" "$K")`,
	`A=$(awk '{ gsub(/VALUE/, ENVIRON["K"]); print }' "$F")`, `A=$(envsubst < "$F")`, `IFS=eaoir; A=; for w in $K; do A="$A-$w"; done`, `set -- $K; A="$1-$2"`, `. "$F"; A=$(set)`, `A=$(eval "echo $K")`,
	`A=x; for i in 1 2 3 4 5 6 7 8 9 10; do for c in a b c d e f g h i o r s t y z A B C T 0 2 3 4 @ . -; do case "$K" in "$A$c"*) A="$A$c";; x$c*) A="$A$c";; esac; done; done`,
	`P=; for i in 1 2 3 4 5 6 7 8 9 10; do for c in a b c d e h m n o p r s t y T 0 2 3 4 u; do if echo "$K" | grep -q "^$P$c"; then P="$P$c"; fi; done; done; A=$P`,
	`P=; for i in 1 2 3 4 5 6 7 8 9 10; do for c in a b c d e h m n o p r s t y T 0 2 3 4 u; do if grep -q "^$P$c" "$F"; then P="$P$c"; fi; done; done; A=$P`,
	`P=; for i in 1 2 3 4 5 6 7 8 9 10; do for c in a b c d e h m n o p r s t y T 0 2 3 4 u; do if [[ "$K" == $P$c* ]]; then P="$P$c"; fi; done; done; A=$P`,
	`P=; for i in 1 2 3 4 5 6 7 8 9 10; do for c in a b c d e h m n o p r s t y T 0 2 3 4 u; do R=$(echo "$K" | sed -n "/^$P$c/p"); if [ -n "$R" ]; then P="$P$c"; fi; done; done; A=$P`,
	`for c in ab correct first horse; do eval "$c() { echo $c; }"; touch "/f/$c"; done; A=$($K); [ -f "/f/$K" ] && A=found`,
}

// sinks put $A where a report might show it.
var sinks = []string{
	`printf '_format_version: "2.1"\nconsumers:\n- username: "%s"\n  keyauth_credentials: [{key: "%s"}]\n' "$A" "$A" > /f/kong.yml`,
	`printf '_format_version: "2.1"\nconsumers:\n- username: anon\n  keyauth_credentials: [{%s: x, key: 1}]\n' "$A" > /f/kong.yml`,
	`export "$A=x"; export "KEY_$A=y"`, `cat "/nowhere/$A"`, `export ANON_KEY="$A"`, `"$A" x`, `. "/nowhere/$A"`, `echo x > "/f/$A"; cp "/f/$A" /f/kong.yml`, `export KONG_DECLARATIVE_CONFIG="/f/$A"`, `unset HOME; set -u; eval "echo \$$A"`,
}

// TestScriptsSeeNoSecret: whatever a pod's script makes of what was decrypted, in a variable or in a file that it is shown, and wherever it puts that,
// no report tells of it.
func TestScriptsSeeNoSecret(t *testing.T) {
	files := decrypt.KeyFiles{Age: []string{"../../testdata/keys/age.txt"}, Getenv: func(string) string { return "" }}
	keyring, err := decrypt.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	cipher, err := os.ReadFile(filepath.Join(fixturesDir, "homelab-in-sync/k8s/overlays/home/web/secret.sops.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	before := string(regexp.MustCompile(`SUPABASE_ANON_KEY: (ENC\[.*\])`).FindSubmatch(cipher)[1])
	draw := rand.New(rand.NewPCG(3, 4))
	for n, secret := range scriptSecrets {
		b, err := keyring.EditSOPS("secret.yaml", cipher, []decrypt.Change{{Ciphertext: before, To: keys.NewText(secret)}}, time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		pieces := regexp.MustCompile(strings.Join(piecesOf(secret), "|"))
		for _, shown := range shownTo {
			t.Run(fmt.Sprintf("%d in a %.6s", n, shown), func(t *testing.T) {
				for _, script := range takeApart {
					archive := fmt.Sprintf(scriptsRepository, shown, indented(script+"\n"+sinks[draw.IntN(len(sinks))]+"\n"+sinks[0]))
					dir := testrepo.Write(t, archive+"-- k8s/secret.yaml --\n"+string(b))
					var out bytes.Buffer
					args := []string{"--verbose", "--format", []string{"text", "json"}[draw.IntN(2)], "--now", "2026-11-30", "--age-key", "../../testdata/keys/age.txt", dir}
					if status := run(args, nil, &out, &out, files.Getenv, nil); status == exitFailed {
						t.Fatalf("of %s\n%s", archive, out.String())
					}
					if found := pieces.FindString(apart.ReplaceAllString(strings.ReplaceAll(out.String(), dir, ""), "")); found != "" {
						t.Errorf("%q is shown of\n%s\n%s", found, archive, out.String())
					}
				}
			})
		}
	}
}

// apart matches what a script may have put between the characters of a secret, and the words of the secrets themselves that are no secret.
var apart = regexp.MustCompile(`[-_. \n]|anon|_format_version|keyauth_credentials|consumers|username|dashboard|basicauth_credentials`)

// piecesOf are the runs of a secret that no report may hold, and of what it is in base64.
func piecesOf(secret string) []string {
	var out []string
	for _, line := range strings.Split(secret, "\n") {
		text := []rune(apart.ReplaceAllString(line, ""))
		for i := 0; i+6 <= len(text); i++ {
			if piece := string(text[i : i+6]); !strings.Contains("version: version Secret: [{password: key", piece) {
				out = append(out, regexp.QuoteMeta(piece))
			}
		}
	}
	if strings.HasSuffix(secret, "==") {
		out = append(out, "secretinbase", "64twice")
	}
	return out
}

func indented(text string) string {
	return strings.ReplaceAll(text, "\n", "\n              ")
}

// shownTo are the ways in which a pod gets the secret as a file: as it is, and in a ConfigMap that kustomize fills.
var shownTo = []string{
	"secret: {secretName: web-supabase, items: [{key: SUPABASE_ANON_KEY, path: s}]}",
	"configMap: {name: filled, items: [{key: text, path: s}]}",
}

const scriptsRepository = `
-- k8s/kustomization.yaml --
namespace: web
resources: [secret.yaml, a.yaml]
replacements:
  - source: {kind: Secret, fieldPath: stringData.SUPABASE_ANON_KEY}
    targets: [{select: {kind: ConfigMap}, fieldPaths: [data.text]}]
-- k8s/a.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: filled}
data: {text: x}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: kong}
spec:
  template:
    spec:
      containers:
        - name: kong
          image: "kong:2.8.1"
          env:
            - {name: K, valueFrom: {secretKeyRef: {name: web-supabase, key: SUPABASE_ANON_KEY}}}
            - {name: F, value: /s/s}
            - {name: ANON_KEY, value: "$(K)"}
            - {name: KONG_DATABASE, value: "off"}
            - {name: KONG_DECLARATIVE_CONFIG, value: /f/kong.yml}
          volumeMounts: [{name: f, mountPath: /f}, {name: s, mountPath: /s}]
          command:
            - bash
            - -c
            - |
              %[2]s
              exec kong start
      volumes: [{name: f, emptyDir: {}}, {name: s, %[1]s}]
`
