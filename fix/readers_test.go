package fix_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keylint/keylint/fix"
	"github.com/keylint/keylint/internal/fixtures"
	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/internal/testrepo"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
)

// TestReadersReadWhatWasWritten rotates the keys of a repository in its SealedSecret alone, mends all other places, and has the programs that read those in the
// user's hands read them: kubeseal, sops, kustomize, BuildKit's Dockerfile frontend and Next.js' loader.
func TestReadersReadWhatWasWritten(t *testing.T) {
	secret := fixtureSecret(t)
	anon, server := testkeys.Key(secret, "anon", 1780000000), testkeys.Key(secret, "service_role", 1780000000)
	dir := rotatedHomelab(t, map[keys.Slot]string{keys.Anon: anon, keys.ServiceRole: server})
	file := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	keyDir, err := fixtures.Key("")
	if err != nil {
		t.Fatal(err)
	}
	run := func(t *testing.T, stdin string, env []string, program string, args ...string) string {
		t.Helper()
		cmd := exec.Command(testrepo.Oracle(t, program), args...)
		cmd.Env = append(env, "HOME="+t.TempDir(), "PATH="+os.Getenv("PATH"))
		if stdin != "" {
			b, err := os.ReadFile(stdin)
			if err != nil {
				t.Fatal(err)
			}
			cmd.Stdin = bytes.NewReader(b)
		}
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", program, err)
		}
		return string(out)
	}
	reads := func(t *testing.T, out string, keys ...string) {
		t.Helper()
		for _, key := range keys {
			if !strings.Contains(out, key) {
				t.Errorf("not what was written:\n%s", out)
			}
		}
	}
	t.Run("kustomize and kubeseal", func(t *testing.T) { // whose namespace kustomize gives
		built := run(t, "", nil, "kustomize", "build", file("k8s/overlays/home/supabase"))
		sealed := filepath.Join(t.TempDir(), "sealed.yaml")
		for _, doc := range strings.Split(built, "\n---\n") {
			if strings.Contains(doc, "kind: SealedSecret") {
				if err := os.WriteFile(sealed, []byte(doc), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		out := run(t, sealed, nil, "kubeseal", "--recovery-unseal", "--recovery-private-key", filepath.Join(keyDir, fixtures.SealedSecretsKey), "-o", "yaml")
		reads(t, out, base64.StdEncoding.EncodeToString([]byte(anon)), base64.StdEncoding.EncodeToString([]byte(server)))
	})
	t.Run("sops", func(t *testing.T) {
		env := []string{"SOPS_AGE_KEY_FILE=" + filepath.Join(keyDir, fixtures.AgeKey)}
		reads(t, run(t, "", env, "sops", "decrypt", file("k8s/overlays/home/web/secret.sops.yaml")), "SUPABASE_ANON_KEY: "+anon, "SUPABASE_SERVICE_ROLE_KEY: "+server)
	})
	t.Run("BuildKit", func(t *testing.T) {
		reads(t, run(t, "", nil, "buildkit", file("apps/web/Dockerfile")), `"NEXT_PUBLIC_SUPABASE_ANON_KEY=`+anon+`"`)
	})
	t.Run("Next.js", func(t *testing.T) {
		loader := filepath.Join("..", "sources", "testdata", "nextenv")
		if _, err := os.Stat(filepath.Join(loader, "node_modules")); err != nil {
			t.Skip("skipped: @next/env is not installed: run npm ci in sources/testdata/nextenv")
		}
		b, err := os.ReadFile(file("apps/web/.env.production"))
		if err != nil {
			t.Fatal(err)
		}
		projects, err := json.Marshal([]map[string]string{{".env.production": string(b)}})
		if err != nil {
			t.Fatal(err)
		}
		input := filepath.Join(t.TempDir(), "projects.json")
		if err := os.WriteFile(input, projects, 0o600); err != nil {
			t.Fatal(err)
		}
		reads(t, run(t, input, nil, "node", filepath.Join(loader, "run.js")), `"NEXT_PUBLIC_SUPABASE_ANON_KEY":"`+anon+`"`)
	})
}

// rotatedHomelab is the homelab fixture with other keys in its SealedSecret, mended and written.
func rotatedHomelab(t *testing.T, to map[keys.Slot]string) string {
	t.Helper()
	dir, k, before, repo := homelab(t)
	var edits []lint.Fix
	seen := map[sources.Position]bool{}
	for _, j := range before.Instances[0].Sites {
		if s := j.Site; s.Standing == sites.Stored && to[s.Slot] != "" && strings.HasSuffix(s.Written.File, "sealed-secret.yaml") && !seen[s.Written] {
			seen[s.Written] = true
			edits = append(edits, lint.Fix{Kind: lint.ValueFix, Edits: []lint.Edit{{At: s.Written, Was: s.Value.Text(), To: keys.NewText(to[s.Slot]), Slot: s.Slot, Holder: s.Holder}}})
		}
	}
	rotated, made, _ := fix.Apply(repo, edits, sealer)
	if len(made) != len(to) {
		t.Fatalf("%d keys were rotated", len(made))
	}
	p, err := fix.Make(linter(dir, k, rotated, lint.Choice{}), fix.Options{Sealer: sealer})
	if err != nil || len(p.Against) > 0 || len(p.Left) > 0 {
		t.Fatalf("not mended: %v %q %v", err, p.Against, p.Left)
	}
	for name, b := range merged(rotated, p.Files) {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
