package fix_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keylint/keylint/fix"
	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/lint/rules"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
)

// stackForApp is a repository with one instance and an app.
const stackForApp = `
-- .git/HEAD --
ref: refs/heads/main
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: keys, namespace: supabase}
stringData:
  ANON_KEY: {{anon}}
  JWT_SECRET: {{jwt_secret}}
-- k8s/auth.yaml --
apiVersion: v1
kind: Pod
metadata: {name: auth, namespace: supabase}
spec:
  containers:
    - name: auth
      image: supabase/gotrue:v2.170.0
      env:
        - {name: API_EXTERNAL_URL, value: "https://api.example.org"}
        - {name: GOTRUE_JWT_SECRET, valueFrom: {secretKeyRef: {name: keys, key: JWT_SECRET}}}
-- web/package.json --
{"dependencies": {"next": "15"}, "scripts": {"build": "next build"}}
`

// TestFileOfVariables holds what becomes of a file that an app has: nothing but the values differs, and what is missing stands at the end.
func TestFileOfVariables(t *testing.T) {
	const url, key = "NEXT_PUBLIC_SUPABASE_URL=https://api.example.org", "NEXT_PUBLIC_SUPABASE_ANON_KEY="
	for what, c := range map[string]struct{ was, is string }{
		"none":                   {"", url + "\n" + key + "{{anon}}\n"},
		"an old key":             {"# a\n" + key + "{{anon.old}}\nA=b\n" + url + "\n", "# a\n" + key + "{{anon}}\nA=b\n" + url + "\n"},
		"quotes and a comment":   {url + "\n" + key + `"{{anon.old}}"  # b` + "\n", url + "\n" + key + `"{{anon}}"  # b` + "\n"},
		"export":                 {url + "\nexport " + key + "{{anon.old}}\n", url + "\nexport " + key + "{{anon}}\n"},
		"the last one counts":    {key + "{{anon}}\n" + url + "\n" + key + "'{{anon.old}}'\n", key + "{{anon}}\n" + url + "\n" + key + "'{{anon}}'\n"},
		"lines of Windows":       {"A=b\r\n" + url + "\r\n", "A=b\r\n" + url + "\r\n" + key + "{{anon}}\r\n"},
		"no end of the last one": {"A=b\n" + url, "A=b\n" + url + "\n" + key + "{{anon}}\n"},
		"a placeholder":          {url + "\n" + key + "changeme\n", url + "\n" + key + "{{anon}}\n"},
		"nothing":                {url + "\n" + key + "\n", url + "\n" + key + "{{anon}}\n"},
		"nothing in quotes":      {url + "\n" + key + "\"\"\n", url + "\n" + key + "\"{{anon}}\"\n"},
		"all is right":           {url + "\n" + key + "{{anon}}\n", url + "\n" + key + "{{anon}}\n"},
	} {
		dir := t.TempDir()
		if err := testkeys.WriteArchive(dir, stackForApp); err != nil {
			t.Fatal(err)
		}
		const file = "web/.env.production"
		if c.was != "" {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(testkeys.Fill(c.was)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		look := func(edited fix.Files) (*lint.Result, *sources.Repository, error) {
			repo, err := sources.Open(sources.Options{Paths: []string{dir}, Keyring: keyring(t), Ledger: &keys.Ledger{}, Edited: edited})
			if err != nil {
				return nil, nil, err
			}
			config := lint.Config{App: &lint.AppQuestion{Dir: "web"}}
			return lint.Check(lint.Group(sites.Collect(repo, render.Units(repo)), config), rules.All(), keys.At(testkeys.Now)), repo, nil
		}
		p, err := fix.MakeEnv(look, func(*sources.Repository) (string, error) { return file, nil }, sealer)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if len(p.Against) > 0 || p.Changes() == (c.was == c.is) {
			t.Errorf("%s: it changes: %v, against that: %v", what, p.Changes(), p.Against)
		}
		if got := string(p.Is); got != testkeys.Fill(c.is) && !(p.Is == nil && c.was == c.is) {
			t.Errorf("%s: %q", what, strings.ReplaceAll(got, testkeys.All()["{{anon}}"], "{{anon}}"))
		}
	}
}
