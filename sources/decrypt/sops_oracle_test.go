package decrypt

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// oracle finds the real program that keylint has to agree with: in the directory that
// KEYLINT_ORACLES names, or on the PATH.
func oracle(t *testing.T, name string) string {
	t.Helper()
	if dir := os.Getenv("KEYLINT_ORACLES"); dir != "" {
		if p := filepath.Join(dir, name); isExecutable(p) {
			return p
		}
	}
	p, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("skipped: the real %s, which this test compares with, is neither in KEYLINT_ORACLES nor on the PATH", name)
	}
	return p
}

func isExecutable(p string) bool {
	info, err := os.Stat(p)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// sopsCase is one way to encrypt: what, for whom, and with which rules.
type sopsCase struct {
	name  string   // of the file, whose extension tells sops the format
	plain string   // of sopsPlain
	args  []string // of sops; "@NAME" stands for a public key
	keys  []string // that open it, for ring
	rules string   // a .sops.yaml in place of args, for key groups
}

var sopsPlain = map[string]string{
	"yaml": "# the keys of the stack\napiVersion: v1\nkind: Secret\nmetadata:\n  name: supabase-secrets\n  namespace: supabase\nstringData:\n" +
		"  # anon\n  ANON_KEY: anon-text-1\n  PORT: \"5432\"\n  EMPTY: \"\"\n  MULTI: |\n    line one\n    line two\n  list:\n    - a\n    - b: 1\n      c: true\n  ratio: 1.5\n  none: null\n" +
		"notes_plain: in the clear\nsecret_enc: hidden\n",
	"multi":  "a: one\n---\nb: two\nlist: [1, 2]\n---\nc: three # inline\n",
	"json":   "{\n\t\"kind\": \"Secret\",\n\t\"data\": {\n\t\t\"ANON_KEY\": \"anon-text-1\",\n\t\t\"n\": 12345678901,\n\t\t\"list\": [\"a\", {\"b\": false}]\n\t},\n\t\"notes_plain\": \"x\"\n}\n",
	"dotenv": "# keys\nANON_KEY=anon-text-1\nSERVICE_ROLE_KEY=service-text-2\nQUOTED=\"with quotes\"\nSPACED= a b \nEMPTY=\nMULTI=one\\ntwo\n",
	"ini":    "; keys\n[auth]\nanon_key = anon-text-1\n; second\nservice = service-text-2\n\n[empty]\n\n[other]\nx = 1\n",
	"binary": "ANON_KEY: not \x00 any\r\nformat\xff\n",
}

var sopsCases = []sopsCase{
	{name: "age.yaml", plain: "yaml", args: []string{"--age", "@age"}, keys: []string{"age:age.txt"}},
	{name: "age.json", plain: "json", args: []string{"--age", "@age"}, keys: []string{"age:age.txt"}},
	{name: "age.env", plain: "dotenv", args: []string{"--age", "@age"}, keys: []string{"age:age.txt"}},
	{name: "age.ini", plain: "ini", args: []string{"--age", "@age"}, keys: []string{"age:age.txt"}},
	{name: "age.bin", plain: "binary", args: []string{"--age", "@age"}, keys: []string{"age:age.txt"}},
	{name: "multi.yaml", plain: "multi", args: []string{"--age", "@age"}, keys: []string{"age:age.txt"}},
	{name: "agepq.yaml", plain: "yaml", args: []string{"--age", "@agepq"}, keys: []string{"age:agepq.txt"}},
	{name: "two.yaml", plain: "yaml", args: []string{"--age", "@age3,@age2"}, keys: []string{"age:age.txt", "age:age2.txt"}},
	{name: "regex.yaml", plain: "yaml", args: []string{"--age", "@age", "--encrypted-regex", "^(data|stringData)$"}, keys: []string{"age:age.txt"}},
	{name: "unregex.yaml", plain: "yaml", args: []string{"--age", "@age", "--unencrypted-regex", "^(kind|metadata|apiVersion)$"}, keys: []string{"age:age.txt"}},
	{name: "unsuffix.yaml", plain: "yaml", args: []string{"--age", "@age", "--unencrypted-suffix", "_plain"}, keys: []string{"age:age.txt"}},
	{name: "suffix.yaml", plain: "yaml", args: []string{"--age", "@age", "--encrypted-suffix", "_enc"}, keys: []string{"age:age.txt"}},
	{name: "comment.yaml", plain: "yaml", args: []string{"--age", "@age", "--encrypted-comment-regex", "anon"}, keys: []string{"age:age.txt"}},
	{name: "maconly.yaml", plain: "yaml", args: []string{"--age", "@age", "--encrypted-regex", "^stringData$", "--mac-only-encrypted"}, keys: []string{"age:age.txt"}},
	{name: "regex.json", plain: "json", args: []string{"--age", "@age", "--encrypted-regex", "^data$"}, keys: []string{"age:age.txt"}},
	{name: "suffix.env", plain: "dotenv", args: []string{"--age", "@age", "--encrypted-suffix", "_KEY"}, keys: []string{"age:age.txt"}},
	{name: "ed25519.yaml", plain: "yaml", args: []string{"--age", "@id_ed25519"}, keys: []string{"age:id_ed25519"}},
	{name: "rsa.env", plain: "dotenv", args: []string{"--age", "@id_rsa"}, keys: []string{"age:id_rsa"}},
	{name: "pgp.yaml", plain: "yaml", args: []string{"--pgp", "@pgp"}, keys: []string{"pgp:pgp.asc"}},
	{name: "pgp.ini", plain: "ini", args: []string{"--pgp", "@pgp"}, keys: []string{"pgp:pgp.asc"}},
	{name: "mixed.json", plain: "json", args: []string{"--age", "@age2", "--pgp", "@pgp"}, keys: []string{"pgp:pgp.asc"}},
	{name: "shamir.yaml", plain: "yaml", keys: []string{"age:age.txt", "pgp:pgp.asc"},
		rules: "creation_rules:\n  - shamir_threshold: 2\n    key_groups:\n      - age: ['@age']\n      - pgp: ['@pgp']\n      - age: ['@age2']\n"},
	{name: "shamir.env", plain: "dotenv", keys: []string{"age:age.txt", "age:age2.txt"},
		rules: "creation_rules:\n  - shamir_threshold: 2\n    key_groups:\n      - age: ['@age']\n      - pgp: ['@pgp']\n      - age: ['@age2']\n"},
}

// encrypt runs the real sops.
func (c sopsCase) encrypt(t *testing.T, sops, keyDir string) []byte {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, c.name)
	public := func(s string) string {
		for _, name := range []string{"agepq", "age3", "age2", "age", "id_ed25519", "id_rsa", "pgp2", "pgp"} {
			if strings.Contains(s, "@"+name) {
				s = strings.ReplaceAll(s, "@"+name, publicKey(t, keyDir, name))
			}
		}
		return s
	}
	args := []string{"--encrypt"}
	for _, a := range c.args {
		args = append(args, public(a))
	}
	if c.rules != "" {
		rules := filepath.Join(dir, "rules.yaml")
		if err := os.WriteFile(rules, []byte(public(c.rules)), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append([]string{"--config", rules}, args...)
	}
	if err := os.WriteFile(file, []byte(sopsPlain[c.plain]), 0o600); err != nil {
		t.Fatal(err)
	}
	return runSOPS(t, sops, keyDir, nil, append(args, file)...)
}

// decrypt runs the real sops.
func (c sopsCase) decrypt(t *testing.T, sops, keyDir string, encrypted []byte) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), c.name)
	if err := os.WriteFile(file, encrypted, 0o600); err != nil {
		t.Fatal(err)
	}
	return runSOPS(t, sops, keyDir, c.keys, "--decrypt", file)
}

// runSOPS runs sops with nothing but the keys: an environment and a home of its own, in
// which PGP keys lie as go-crypto finds them without gpg.
func runSOPS(t *testing.T, sops, keyDir string, ring []string, args ...string) []byte {
	t.Helper()
	home := t.TempDir()
	copyKey := func(from, to string) {
		b, err := os.ReadFile(filepath.Join(keyDir, from))
		if err == nil {
			err = os.WriteFile(filepath.Join(home, to), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	copyKey("pgp.gpg", "pubring.gpg")
	env := []string{"HOME=" + home, "GNUPGHOME=" + home, "SOPS_GPG_EXEC=" + filepath.Join(home, "none")}
	var ages strings.Builder
	for _, k := range ring {
		sort, name, _ := strings.Cut(k, ":")
		switch {
		case sort == "pgp":
			writeSecring(t, filepath.Join(keyDir, name), filepath.Join(home, "secring.gpg"))
		case strings.HasPrefix(name, "id_"):
			env = append(env, "SOPS_AGE_SSH_PRIVATE_KEY_FILE="+absolute(t, filepath.Join(keyDir, name)))
		default:
			b, err := os.ReadFile(filepath.Join(keyDir, name))
			if err != nil {
				t.Fatal(err)
			}
			ages.Write(b)
		}
	}
	if ages.Len() > 0 {
		file := filepath.Join(home, "ages.txt")
		if err := os.WriteFile(file, []byte(ages.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		env = append(env, "SOPS_AGE_KEY_FILE="+file)
	}
	cmd := exec.Command(sops, args...)
	cmd.Env, cmd.Dir = env, home
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("sops %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return stdout.Bytes()
}

func writeSecring(t *testing.T, from, to string) {
	t.Helper()
	entities, err := (&Keyring{}).readPGPKeys(from)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for _, e := range entities {
		if err := e.SerializePrivateWithoutSigning(&b, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(to, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

func absolute(t *testing.T, p string) string {
	t.Helper()
	abs, err := filepath.Abs(p)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

// TestSOPSAgreesWithSOPS encrypts everything anew and decrypts it with both.
func TestSOPSAgreesWithSOPS(t *testing.T) {
	sops := oracle(t, "sops")
	for _, c := range sopsCases {
		t.Run(c.name, func(t *testing.T) {
			encrypted := c.encrypt(t, sops, keyDir)
			want := c.decrypt(t, sops, keyDir, encrypted)
			got, locked := ring(t, keyDir, c.keys...).DecryptSOPS(c.name, encrypted, nil)
			if locked != nil {
				t.Fatal(locked)
			}
			if !bytes.Equal(got.Plain, want) {
				t.Errorf("keylint:\n%s\nsops:\n%s", got.Plain, want)
			}
		})
	}
}

// TestMakeDecryptTestdata makes testdata anew where KEYLINT_MAKE_TESTDATA is set.
func TestMakeDecryptTestdata(t *testing.T) {
	if os.Getenv("KEYLINT_MAKE_TESTDATA") == "" {
		t.Skip("skipped: makes testdata anew with the real sops and kubeseal if KEYLINT_MAKE_TESTDATA is set")
	}
	sops, kubeseal := oracle(t, "sops"), oracle(t, "kubeseal")
	for _, dir := range []string{keyDir, sopsDir, sealedDir} {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write := func(dir, name string, b []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	makeKeys(t, keyDir)
	for _, c := range sopsCases {
		encrypted := c.encrypt(t, sops, keyDir)
		write(sopsDir, c.name, encrypted)
		write(sopsDir, c.name+".want", c.decrypt(t, sops, keyDir, encrypted))
	}
	for _, c := range sealedCases {
		write(sealedDir, c.name+".yaml", c.seal(t, kubeseal, keyDir))
	}
}
