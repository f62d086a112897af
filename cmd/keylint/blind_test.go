package main

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bitnami-labs/sealed-secrets/pkg/crypto"
	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/aes"
	"github.com/getsops/sops/v3/age"
	sopsconfig "github.com/getsops/sops/v3/config"
	"github.com/getsops/sops/v3/stores/dotenv"
	"github.com/getsops/sops/v3/stores/ini"
	"github.com/getsops/sops/v3/stores/json"
	"github.com/getsops/sops/v3/stores/yaml"
	"golang.org/x/tools/txtar"

	"github.com/keylint/keylint/internal/testkeys"
)

// twoWorlds are what stands in what is encrypted, in the one world and in the other: a password, one with
// signs in it, a number, a key of the same claims and the secret that
// it is signed with. They are as long, and differ in each letter. Whoever wrote the repository guesses a part of the first ("half"), which is no secret.
var twoWorlds = [2]map[string]string{
	world("Qz8fKw3nTt5RbM1xVc", "nK8$fKw3T/tTt5:Rb@M1,xVcZ", "48151623", "9CjnTGSigV8lS9W0Iaa0kpiXdJKmYke9M9Im"),
	world("Hc2vJ7yLs9PdWu6GnE", "Qc2$vJ7yL/sP9d:Wu@Gn,ExPh", "90376204", "8bryOvHF6qf0NIsnYW1PSV7ntWyYYIu1WpSz"),
}

func world(password, odd, number, secret string) map[string]string {
	return map[string]string{"{{pw}}": password, "{{odd}}": odd, "{{number}}": number, "{{jwt}}": secret, "{{key}}": testkeys.Key(secret, "anon", 1767225600)}
}

// fillWorld puts the texts of a world in place, and of the first one those that are guessed.
func fillWorld(text string, n int) string {
	var pairs []string
	for name, is := range twoWorlds[n] {
		guess := twoWorlds[0][name]
		guess = guess[strings.LastIndexByte(guess, '.')+1:]
		pairs = append(pairs, name, is, strings.TrimSuffix(name, "}}")+".half}}", guess[:len(guess)/2], strings.TrimSuffix(name, "}}")+".first}}", guess[:1])
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// TestNothingIsDecidedByASecret: of two repositories that are alike in all that can be read, and hold other secrets, the reports are alike, but for the
// fingerprints of keys. Each of testdata/hostile/blind is one, in which a stranger takes a secret apart and lets something depend on the parts. What is
// called *.enc.* is encrypted with SOPS, and in *.sealed.* what stands as ~~NAMESPACE/NAME TEXT~~ is sealed for a SealedSecret of that name.
func TestNothingIsDecidedByASecret(t *testing.T) {
	files, err := filepath.Glob("../../testdata/hostile/blind/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d repositories, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var reports [2]string
			for n := range reports {
				reports[n] = lintWorld(t, archive, n)
			}
			if one, other := firstDifference(reports[0], reports[1]); one != other {
				t.Errorf("the secret decides what is said:\n%s\n%s", one, other)
			}
			for name, is := range twoWorlds[0] {
				for i := strings.LastIndexByte(is, '.') + 1; i+6 <= len(is); i++ {
					if strings.Contains(reports[0], is[i:i+6]) && !strings.Contains(fillWorld(string(txtar.Format(archive)), 1), is[i:i+6]) {
						t.Errorf("a piece of %s is shown", name)
					}
				}
			}
		})
	}
}

// lintWorld is all that is said of a repository in one of the worlds.
func lintWorld(t *testing.T, archive *txtar.Archive, n int) string {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		b := []byte(testkeys.Fill(fillWorld(string(f.Data), n)))
		if strings.Contains(filepath.Base(f.Name), ".enc.") {
			b = encryptSOPS(t, f.Name, b)
		}
		if strings.Contains(filepath.Base(f.Name), ".sealed.") {
			b = toSeal.ReplaceAllFunc(b, func(m []byte) []byte {
				part := toSeal.FindSubmatch(m)
				return seal(t, string(part[1]), part[2])
			})
		}
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var said strings.Builder
	for _, args := range [][]string{{"--verbose"}, {"--strict", "--format", "json"}, {"--format", "sarif"}, {"--format", "github"}, {"--format", "junit"}, {"--format", "gitlab"}, {"fix"}} {
		var out, problems bytes.Buffer
		status := run(append(args, "--now", "2026-11-24", "--age-key", "../../testdata/keys/age.txt", "--sealed-secrets-key", "../../testdata/keys/sealed-secrets.pem", dir), strings.NewReader(""), &out, &problems, func(string) string { return "" }, nil)
		fmt.Fprintf(&said, "%s\n%s\nexit %d\n", out.String(), problems.String(), status)
	}
	return fingerprint.ReplaceAllString(strings.ReplaceAll(said.String(), dir, "DIR"), "sha256:…")
}

var fingerprint = regexp.MustCompile(`sha256:[0-9a-f]{8}`)

// firstDifference are the first lines in which two texts differ, with those before.
func firstDifference(a, b string) (one, other string) {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(as), len(bs)) {
		if as[i] != bs[i] {
			return strings.Join(as[max(0, i-2):min(len(as), i+3)], "\n"), strings.Join(bs[max(0, i-2):min(len(bs), i+3)], "\n")
		}
	}
	if len(as) != len(bs) {
		return fmt.Sprint(len(as)), fmt.Sprint(len(bs))
	}
	return "", ""
}

// toSeal matches a text that is sealed, behind what for; "\\n" in it is a line's end.
var toSeal = regexp.MustCompile(`~~(\S*) (.*?)~~`)

// seal seals a text for the controller of the tests.
func seal(t *testing.T, label string, plain []byte) []byte {
	b, err := os.ReadFile("../../testdata/keys/sealed-secrets.pem")
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(b)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := crypto.HybridEncrypt(rand.Reader, &key.(*rsa.PrivateKey).PublicKey, bytes.ReplaceAll(plain, []byte(`\n`), []byte("\n")), []byte(label))
	if err != nil {
		t.Fatal(err)
	}
	return []byte(base64.StdEncoding.EncodeToString(sealed))
}

// encryptSOPS encrypts a file with SOPS for the identity of the tests.
func encryptSOPS(t *testing.T, name string, plain []byte) []byte {
	recipient, err := os.ReadFile("../../testdata/keys/age.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, public, _ := strings.Cut(string(recipient), "# public key: ")
	public, _, _ = strings.Cut(public, "\n")
	key, err := age.MasterKeyFromRecipient(public)
	if err != nil {
		t.Fatal(err)
	}
	stores := sopsconfig.NewStoresConfig()
	var store interface {
		sops.PlainFileLoader
		sops.EncryptedFileEmitter
	}
	switch filepath.Ext(name) {
	case ".env":
		store = dotenv.NewStore(&stores.Dotenv)
	case ".json":
		store = json.NewStore(&stores.JSON)
	case ".ini":
		store = ini.NewStore(&stores.INI)
	case ".bin":
		store = json.NewBinaryStore(&stores.JSONBinary)
	default:
		store = yaml.NewStore(&stores.YAML)
	}
	branches, err := store.LoadPlainFile(plain)
	if err != nil {
		t.Fatal(err)
	}
	tree := sops.Tree{Branches: branches, Metadata: sops.Metadata{KeyGroups: []sops.KeyGroup{{key}}, UnencryptedSuffix: "_unencrypted", Version: "3.13.3", LastModified: time.Unix(1767225600, 0).UTC()}}
	dataKey, errs := tree.GenerateDataKey()
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	mac, err := tree.Encrypt(dataKey, aes.NewCipher())
	if err != nil {
		t.Fatal(err)
	}
	if tree.Metadata.MessageAuthenticationCode, err = aes.NewCipher().Encrypt(mac, dataKey, tree.Metadata.LastModified.Format(time.RFC3339)); err != nil {
		t.Fatal(err)
	}
	b, err := store.EmitEncryptedFile(tree)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
