package decrypt

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// testFile writes a file and gives its path.
func testFile(t *testing.T, name, text string) string {
	t.Helper()
	p := filepath.Join(t.TempDir(), name)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

func readTestKey(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(keyFile(name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestLoadKeyringErrors(t *testing.T) {
	secret := strings.Fields(readTestKey(t, "age.txt"))[4]
	cert := readTestKey(t, "seal.crt")
	encryptedPEM := string(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("x")}))
	ec := string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: []byte("x")}))
	public := testFile(t, "public.gpg", readTestKey(t, "pgp.gpg"))
	for _, c := range []struct {
		what  string
		files KeyFiles
		env   map[string]string
		want  string
	}{
		{what: "no such file", files: KeyFiles{Age: []string{"nowhere/keys.txt"}}, want: "--age-key nowhere/keys.txt: there is no such file"},
		{what: "a directory", files: KeyFiles{PGP: []string{t.TempDir()}}, want: "cannot be read"},
		{what: "empty", files: KeyFiles{SealedSecrets: []string{testFile(t, "k", "")}}, want: "is empty"},
		{what: "damaged identity", files: KeyFiles{Age: []string{testFile(t, "k", "# x\n"+secret[:40]+"\n")}}, want: "line 2 is a damaged age identity"},
		{what: "public key", files: KeyFiles{Age: []string{keyFile("age.pub")}}, want: "line 1 is a public key"},
		{what: "prose", files: KeyFiles{Age: []string{testFile(t, "k", "hello\n")}}, want: "line 1 is no age identity"},
		{what: "comments", files: KeyFiles{Age: []string{testFile(t, "k", "# none\n")}}, want: "holds no age identity"},
		{what: "plugin", files: KeyFiles{Age: []string{testFile(t, "k", "AGE-PLUGIN-YUBIKEY-1QQQ\n")}}, want: "holds only identities of age plugins"},
		{what: "encrypted identities", files: KeyFiles{Age: []string{testFile(t, "k", "age-encryption.org/v1\n")}}, want: "itself encrypted with a passphrase"},
		{what: "passphrase", files: KeyFiles{Age: []string{keyFile("id_locked")}}, want: "--age-key " + keyFile("id_locked") + ": the SSH key is protected by a passphrase"},
		{what: "pgp for age", files: KeyFiles{Age: []string{keyFile("pgp.asc")}}, want: "use --pgp-key for it"},
		{what: "other pem for age", files: KeyFiles{Age: []string{testFile(t, "k", cert)}}, want: "neither an age identity nor an SSH private key"},
		{what: "public pgp", files: KeyFiles{PGP: []string{public}}, want: "--pgp-key " + public + ": holds a public key"},
		{what: "age for pgp", files: KeyFiles{PGP: []string{keyFile("age.txt")}}, want: "holds no PGP key"},
		{what: "certificate", files: KeyFiles{SealedSecrets: []string{keyFile("seal.crt")}}, want: "a certificate is the public half"},
		{what: "encrypted pem", files: KeyFiles{SealedSecrets: []string{testFile(t, "k", encryptedPEM)}}, want: "protected by a passphrase"},
		{what: "another kind of pem", files: KeyFiles{SealedSecrets: []string{testFile(t, "k", ec)}}, want: "no RSA private key"},
		{what: "another Secret", files: KeyFiles{SealedSecrets: []string{testFile(t, "k", "kind: Secret\ndata:\n  a: Yg==\n")}}, want: "holds no private key of a SealedSecrets controller"},
		{what: "tls.key not base64", files: KeyFiles{SealedSecrets: []string{testFile(t, "k", "kind: Secret\nmetadata: {name: x}\ndata:\n  tls.key: '%'\n")}}, want: "tls.key of Secret x is not base64"},
		{what: "not yaml", files: KeyFiles{SealedSecrets: []string{testFile(t, "k", "a: [\n")}}, want: "neither PEM nor YAML"},
		{what: "SOPS_AGE_KEY", env: map[string]string{"SOPS_AGE_KEY": secret[:40]}, want: "SOPS_AGE_KEY: line 1 is a damaged age identity"},
		{what: "SOPS_AGE_KEY_FILE", env: map[string]string{"SOPS_AGE_KEY_FILE": "nowhere"}, want: "SOPS_AGE_KEY_FILE nowhere: there is no such file"},
	} {
		t.Run(c.what, func(t *testing.T) {
			c.files.Getenv = func(n string) string { return c.env[n] }
			_, err := Load(c.files)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("%v\nwant %s", err, c.want)
			}
			if strings.Contains(err.Error(), secret[:30]) {
				t.Errorf("the key is in the error")
			}
		})
	}
}

func TestLoadKeyringForms(t *testing.T) {
	seal, seal2 := readTestKey(t, "seal.pem"), readTestKey(t, "seal2.pem")
	list := "apiVersion: v1\nkind: List\nitems:\n"
	for _, s := range []string{sealedKeySecret([]byte(seal), "a"), sealedKeySecret([]byte(seal2), "b")} {
		list += "- " + strings.ReplaceAll(strings.TrimSuffix(s, "\n"), "\n", "\n  ") + "\n"
	}
	asJSON, _ := json.Marshal(map[string]any{"kind": "Secret", "stringData": map[string]string{"tls.key": seal}})
	for _, c := range []struct {
		what string
		file string
		want int
	}{
		{"pem", seal, 1}, {"two pem", seal + readTestKey(t, "seal.crt") + seal2, 2}, {"the same twice", seal + seal, 1},
		{"Secret", sealedKeySecret([]byte(seal), "a"), 1}, {"List", list, 2}, {"JSON", string(asJSON), 1},
		{"documents", sealedKeySecret([]byte(seal), "a") + "---\n" + sealedKeySecret([]byte(seal2), "b"), 2},
	} {
		k, err := Load(KeyFiles{SealedSecrets: []string{testFile(t, "k", c.file)}})
		if err != nil || len(k.keys().sealed) != c.want {
			t.Errorf("%s: %v", c.what, err)
		}
	}
	both := testFile(t, "k", readTestKey(t, "pgp.asc")+"\n"+readTestKey(t, "pgp2.asc"))
	if k, err := Load(KeyFiles{PGP: []string{both}}); err != nil || len(k.keys().pgp) != 2 {
		t.Errorf("two PGP blocks: %v", err)
	}
}

func TestLoadKeyringDefaults(t *testing.T) {
	home := t.TempDir()
	put := func(name, from string) {
		p := filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(from), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	load := func(env map[string]string) *Keyring {
		t.Helper()
		env["AppData"] = filepath.Join(home, ".config")
		k, err := Load(KeyFiles{Home: home, Getenv: func(n string) string { return env[n] }})
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	xdg := map[string]string{"XDG_CONFIG_HOME": filepath.Join(home, ".config")}
	if k := load(xdg); len(k.keys().age) != 0 || len(k.Warnings()) != 0 {
		t.Errorf("an empty home: %v", k.Warnings())
	}
	put(".config/sops/age/keys.txt", readTestKey(t, "age.txt"))
	put(".ssh/id_ed25519", readTestKey(t, "id_locked"))
	put(".ssh/id_rsa", readTestKey(t, "id_rsa"))
	if k := load(xdg); len(k.keys().age) != 2 || len(k.Warnings()) != 0 || len(k.setAside) != 1 {
		t.Errorf("%d keys, %v, %v", len(k.keys().age), k.Warnings(), k.setAside)
	}
	put(".config/sops/age/keys.txt", "AGE-SECRET-KEY-1\n")
	put(".ssh/id_rsa", "nothing")
	if k := load(xdg); len(k.Warnings()) != 2 {
		t.Errorf("%v", k.Warnings())
	}
	words := strings.Join(strings.Fields(readTestKey(t, "agepq.txt")+strings.Fields(readTestKey(t, "age2.txt"))[4]), " ")
	if k := load(map[string]string{"SOPS_AGE_KEY": words, "XDG_CONFIG_HOME": "relative"}); len(k.keys().age) != 2 {
		t.Errorf("SOPS_AGE_KEY with two on a line: %d", len(k.keys().age))
	}
}

// TestKeyringShowsNoKey prints a Keyring in every way that fmt has.
func TestKeyringShowsNoKey(t *testing.T) {
	k := ring(t, keyDir, "age:age.txt", "pgp:pgp.asc", "seal:seal.pem")
	k.Unseal(sealedFile(t, "strict"))
	secret := strings.Fields(readTestKey(t, "age.txt"))[4]
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		got := fmt.Sprintf(verb, k) + fmt.Sprintf(verb, struct{ k *Keyring }{k})
		if len(got) > 2000 || strings.Contains(got, secret) || strings.Contains(got, "anon-text") {
			t.Errorf("%s: %d bytes", verb, len(got))
		}
	}
}
