package decrypt

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keylint/keylint/keys"
)

var anonCiphertext = regexp.MustCompile(`(?i)(?:\banon_key|\ba|"data"|\bsecret_enc)["']?\s*[:=]\s*["']?(ENC\[[^\]]*\])`)

// TestEditAgreesWithSOPS changes a value in files of every kind: the real sops reads the new one, and all else as it was; and of the file's lines
// only those differ that must.
func TestEditAgreesWithSOPS(t *testing.T) {
	sops := oracle(t, "sops")
	for _, c := range sopsCases {
		t.Run(c.name, func(t *testing.T) {
			encrypted := c.encrypt(t, sops, keyDir)
			m := anonCiphertext.FindSubmatch(encrypted)
			if m == nil {
				t.Fatal("nothing that is known is encrypted")
			}
			to, want := "another-text-2", []byte(nil)
			plain := c.decrypt(t, sops, keyDir, encrypted)
			switch {
			case c.plain == "multi":
				want = bytes.Replace(plain, []byte("a: one"), []byte("a: "+to), 1)
			case c.plain == "binary":
				want = []byte(to)
			case c.name == "suffix.yaml":
				want = bytes.Replace(plain, []byte("secret_enc: hidden"), []byte("secret_enc: "+to), 1)
			default:
				want = bytes.Replace(plain, []byte("anon-text-1"), []byte(to), 1)
			}
			edited, err := ring(t, keyDir, c.keys...).EditSOPS(c.name, encrypted, []Change{{string(m[1]), keys.NewText(to)}}, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if got := c.decrypt(t, sops, keyDir, edited); !bytes.Equal(got, want) {
				t.Errorf("sops reads\n%s\nand should\n%s", got, want)
			}
			was, is := strings.Split(string(encrypted), "\n"), strings.Split(string(edited), "\n")
			if len(was) != len(is) {
				t.Fatalf("%d lines became %d", len(was), len(is))
			}
			for i := range was {
				if was[i] != is[i] && !strings.Contains(was[i], string(m[1])) && !regexp.MustCompile(`\b(sops_)?(mac|lastmodified)\b`).MatchString(was[i]) {
					t.Errorf("line %d was\n%s\nand is\n%s", i+1, was[i], is[i])
				}
			}
		})
	}
}

// TestEditRefuses what it could not write as sops does.
func TestEditRefuses(t *testing.T) {
	file := sopsFile(t, "age.yaml")
	ciphertext := string(anonCiphertext.FindSubmatch(file)[1])
	change := []Change{{ciphertext, keys.NewText("x")}}
	for _, c := range []struct {
		name string
		ring *Keyring
		file []byte
		want string
	}{
		{"without a key", nil, file, "encrypted with SOPS for"},
		{"plain", ring(t, keyDir, "age:age.txt"), []byte("a: b\n"), "it is not encrypted with SOPS"},
		{"its MAC does not match", ring(t, keyDir, "age:age.txt"), bytes.Replace(file, []byte("kind: "), []byte("kind: X"), 1), "is not encrypted and should be"},
		{"the value is not in it", ring(t, keyDir, "age:age.txt"), bytes.Replace(file, []byte(ciphertext), []byte("''"), 1), ""},
		{"the value wraps", ring(t, keyDir, "age:age.txt"), bytes.Replace(file, []byte(ciphertext), []byte(">-\n    "+ciphertext[:20]+"\n    "+ciphertext[20:]), 1), ""},
	} {
		if out, err := c.ring.EditSOPS("age.yaml", c.file, change, time.Now()); err == nil || !strings.Contains(err.Error(), c.want) || out != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestResealAgreesWithKubeseal seals a value anew in every scope; the real kubeseal opens it.
func TestResealAgreesWithKubeseal(t *testing.T) {
	kubeseal := oracle(t, "kubeseal")
	for _, c := range sealedCases {
		t.Run(c.name, func(t *testing.T) {
			manifest := c.seal(t, kubeseal, keyDir)
			k := ring(t, keyDir, "seal:seal.pem")
			s := parseSealed(t, manifest)
			k.Unseal(s)
			cert, err := k.NewestCertificate()
			if err != nil {
				t.Fatal(err)
			}
			was := s.EncryptedData["ANON_KEY"]
			is, err := k.Reseal(was, keys.NewText("another-text-2"), cert)
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(kubeseal, "--recovery-unseal", "--recovery-private-key", absolute(t, filepath.Join(keyDir, "seal.pem")), "-o", "yaml")
			cmd.Env, cmd.Dir = []string{"HOME=" + t.TempDir()}, t.TempDir()
			cmd.Stdin = bytes.NewReader(bytes.Replace(manifest, []byte(was), []byte(is), 1))
			out, err := cmd.CombinedOutput()
			if err != nil || !strings.Contains(string(out), "YW5vdGhlci10ZXh0LTI=") || !strings.Contains(string(out), "jwt-secret: ") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// TestNewestCertificate is the one that began last. An expired one is refused.
func TestNewestCertificate(t *testing.T) {
	k, err := Load(KeyFiles{SealedSecrets: []string{"../../testdata/keys/sealed-secrets.yaml"}})
	if err != nil {
		t.Fatal(err)
	}
	var begins []time.Time
	for _, c := range k.keys().certificates {
		begins = append(begins, c.begin)
	}
	newest, err := k.NewestCertificate()
	if err != nil || len(begins) != 2 || !newest.begin.Equal(slices.MaxFunc(begins, time.Time.Compare)) {
		t.Errorf("%v: %v of %v", err, newest, begins)
	}
	if err := newest.Seals(newest.end.Add(time.Hour)); err == nil || !strings.Contains(err.Error(), "expired") {
		t.Error(err)
	}
	b, err := os.ReadFile(filepath.Join(keyDir, "seal.crt"))
	if err != nil {
		t.Fatal(err)
	}
	if c, err := ReadCertificate(b); err != nil || c.key.Size() != 256 && c.key.Size() != 512 {
		t.Error(err)
	}
	if _, err := ReadCertificate([]byte("nothing")); err == nil {
		t.Error("read a certificate out of nothing")
	}
}
