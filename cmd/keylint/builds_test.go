package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
)

// builtFrom is a repository whose gateway accepts an anon key, at https://supabase.example.com.
const builtFrom = `
-- .git/HEAD --
ref: refs/heads/main
-- k8s/kong.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: kong, namespace: supabase}
data:
  kong.yml: |
    _format_version: "3.0"
    consumers:
      - username: anon
        keyauth_credentials:
          - key: KEY
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  ANON_KEY: KEY
-- k8s/app.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: app, namespace: supabase}
data: {SUPABASE_PUBLIC_URL: "https://supabase.example.com"}
`

// TestBuilds lets Next.js and Vite build a small app each, once, with the URL and the key of a stack, and reads what they made. It
// finds the right key in it, and as soon as the stack's key is another one, the stale one.
func TestBuilds(t *testing.T) {
	for _, app := range []struct {
		name, prefix, out string
		build             []string
	}{
		{"vite", "VITE_", "dist", []string{"node_modules/vite/bin/vite.js", "build"}},
		{"next", "NEXT_PUBLIC_", ".next", []string{"node_modules/next/dist/bin/next", "build"}},
	} {
		t.Run(app.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join("testdata", "builds", app.name)
			node, err := exec.LookPath("node")
			if err != nil {
				t.Skip("skipped: node is not installed")
			}
			if _, err := os.Stat(filepath.Join(dir, app.build[0])); err != nil {
				t.Skipf("skipped: %s is not installed; run npm ci in cmd/keylint/%s", app.name, filepath.ToSlash(dir))
			}
			if testing.Short() {
				t.Skip("skipped: a build takes half a minute")
			}
			key := testkeys.All()["{{anon}}"]
			cmd := exec.Command(node, app.build...)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), app.prefix+"SUPABASE_URL=https://supabase.example.com", app.prefix+"SUPABASE_ANON_KEY="+key,
				"DIST_DIR="+app.out, "NEXT_TELEMETRY_DISABLED=1")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, strings.ReplaceAll(string(out), key, "[redacted]"))
			}
			built := filepath.Join(dir, app.out)
			right, stale := lookInto(t, built, "{{anon}}"), lookInto(t, built, "{{anon.old}}")
			if n := right.outcomes[lint.Agree]; n == 0 || len(right.outcomes) > 1 || right.rules != "" {
				t.Errorf("with the right key: %v, %s", right.outcomes, right.rules)
			}
			if stale.outcomes[lint.Disagree] != right.outcomes[lint.Agree] || len(stale.outcomes) > 1 || stale.rules != "app-key-rejected" {
				t.Errorf("with a stale one: %v, %s", stale.outcomes, stale.rules)
			}
		})
	}
}

// looked is what keylint says of what was built: how many of its sites came to what, and by which rules it is wrong.
type looked struct {
	outcomes map[lint.Outcome]int
	rules    string
}

// lookInto compares what was built with a stack that accepts the key.
func lookInto(t *testing.T, built, key string) looked {
	t.Helper()
	repo := t.TempDir()
	if err := testkeys.WriteArchive(repo, strings.ReplaceAll(builtFrom, "KEY\n", key+"\n")); err != nil {
		t.Fatal(err)
	}
	s, _, _ := newSession()
	r, _, err := s.check(settings{paths: []string{repo}, built: []string{built}, quiet: true, now: keys.At(testkeys.Now)})
	if err != nil {
		t.Fatal(err)
	}
	of := looked{outcomes: map[lint.Outcome]int{}}
	all := r.Unplaced
	for _, i := range r.Instances {
		all = append(all, i.Sites...)
	}
	for _, j := range all {
		if j.Site.Carrier.Artifact != nil {
			of.outcomes[j.Outcome]++
		}
	}
	for _, f := range r.Findings {
		of.rules += f.Rule
	}
	return of
}
