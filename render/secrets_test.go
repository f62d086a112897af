package render

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testrepo"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/decrypt"
)

// fixture opens a copy of a fixture, with the test keys.
func fixture(t testing.TB, name string, withKeys bool) *sources.Repository {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join("../testdata/fixtures", name))); err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Join(dir, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	if !withKeys {
		return testrepo.Open(t, dir, nil)
	}
	keyring, err := decrypt.Load(decrypt.KeyFiles{
		Age: []string{"../testdata/keys/age.txt"}, PGP: []string{"../testdata/keys/pgp.asc"},
		SealedSecrets: []string{"../testdata/keys/sealed-secrets.yaml"}, Getenv: func(string) string { return "" },
	})
	if err != nil {
		t.Fatal(err)
	}
	return testrepo.Open(t, dir, keyring)
}

func TestSealedAndEncrypted(t *testing.T) {
	repo := fixture(t, "homelab-in-sync", true)
	u := unit(t, Units(repo), "k8s/overlays/home")

	sealed := entry(t, u.Find("Secret", "supabase", "supabase-secrets"), "ANON_KEY")
	if !sealed.Value.IsKnown() || !sealed.Sealed || sealed.Locked != nil {
		t.Errorf("sealed: %v %v %v", sealed.Value.Reason(), sealed.Sealed, sealed.Locked)
	}
	if got := sealed.At.String(); got != "k8s/overlays/home/supabase/sealed-secret.yaml:7:15" {
		t.Errorf("sealed at %s", got)
	}
	if strings.Join(sealed.Via, ",") != "SealedSecret supabase/supabase-secrets" {
		t.Errorf("sealed via %q", sealed.Via)
	}

	encrypted := entry(t, u.Find("Secret", "web", "web-supabase"), "SUPABASE_ANON_KEY")
	if !encrypted.Value.Equal(sealed.Value) || encrypted.Sealed {
		t.Error("the SOPS file does not hold the sealed key")
	}
	if got := encrypted.At.String(); got != "k8s/overlays/home/web/secret.sops.yaml:7:24" {
		t.Errorf("encrypted at %s", got)
	}
	if !repo.Ledger().Leaks(sealed.Value.Text().Reveal(), nil) {
		t.Error("the ledger does not know the key")
	}
}

func TestWithoutKeys(t *testing.T) {
	repo := fixture(t, "homelab-in-sync", false)
	u := unit(t, Units(repo), "k8s/overlays/home")
	for _, name := range []string{"supabase/supabase-secrets", "web/web-supabase"} {
		namespace, name, _ := strings.Cut(name, "/")
		o := u.Find("Secret", namespace, name)
		if o == nil || len(o.Entries()) < 2 {
			t.Fatalf("%s: no entries", name)
		}
		for _, e := range o.Entries() {
			if e.Value.IsKnown() || e.Value.Reason() == "" || e.Locked == nil || e.At.Line == 0 {
				t.Errorf("%s %s: known %v, reason %q, locked %v, at %v", name, e.Key, e.Value.IsKnown(), e.Value.Reason(), e.Locked, e.At)
			}
		}
	}
}

func TestPrefixBreaksSeal(t *testing.T) {
	u := unit(t, Units(fixture(t, "homelab-name-prefix", true)), "k8s/overlays/home")
	e := entry(t, u.Find("Secret", "supabase", "home-supabase-secrets"), "ANON_KEY")
	if e.Locked == nil || e.Locked.Kind != decrypt.SealedElsewhere {
		t.Errorf("locked: %+v", e.Locked)
	}
}

func TestKsopsFixture(t *testing.T) {
	u := unit(t, Units(fixture(t, "ksops", true)), "k8s/overlays/home")
	if len(u.Missing) > 0 {
		t.Fatal(u.Missing)
	}
	for _, o := range u.Objects {
		if o.File != "k8s/overlays/home/secret.sops.yaml" {
			continue
		}
		for _, e := range o.Entries() {
			if !e.Value.IsKnown() || e.At.Line == 0 || strings.Join(e.Via, ",") != "decrypted with SOPS" {
				t.Errorf("%s: %s at %v via %q", e.Key, e.Value.Reason(), e.At, e.Via)
			}
		}
		return
	}
	t.Error("the generator made nothing")
}

func TestEntries(t *testing.T) {
	repo := open(t, `
-- s.yaml --
apiVersion: v1
kind: Secret
metadata: {name: s, labels: {app: supabase}}
data:
  once: YW5vbg==
  twice: WVc1dmJnPT0=
  bad: "not base64 !"
  both: YW5vbg==
  leaf: ENC[AES256_GCM,data:AAAA,iv:AAAA,tag:AAAA,type:str]
  empty: ""
stringData:
  both: wins
`)
	o := object(t, unit(t, Units(repo), "."), "Secret", "s")
	for key, want := range map[string]string{"once": "anon", "twice": "YW5vbg==", "both": "wins", "empty": ""} {
		e := entry(t, o, key)
		if !e.Value.IsKnown() || e.Value.Text().Reveal() != want {
			t.Errorf("%s: %q (%s)", key, e.Value.Text().Reveal(), e.Value.Reason())
		}
	}
	for key, want := range map[string]string{"bad": "is not base64", "leaf": "without SOPS metadata"} {
		e := entry(t, o, key)
		if e.Value.IsKnown() || !strings.Contains(e.Value.Reason(), want) {
			t.Errorf("%s: known %v, %q", key, e.Value.IsKnown(), e.Value.Reason())
		}
	}
	if at := entry(t, o, "both").At; at.Line != 12 {
		t.Errorf("both: %v", at)
	}
}

func BenchmarkRenderHomelab(b *testing.B) {
	repo := fixture(b, "homelab-in-sync", false)
	for b.Loop() {
		if len(Units(repo)) == 0 {
			b.Fatal("no unit")
		}
	}
}
