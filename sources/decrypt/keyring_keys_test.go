package decrypt

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	sealcrypto "github.com/bitnami-labs/sealed-secrets/pkg/crypto"
	"golang.org/x/crypto/ssh"
)

// testKeys are the private keys of testdata/keys, by file name, with their public
// halves. They were made for these tests and open nothing else.
const keyDir = "testdata/keys"

func keyFile(name string) string { return filepath.Join(keyDir, name) }

// makeKeys writes new keys into dir: two of age, an SSH key of either kind and one with a
// passphrase, two of PGP, and two controllers' with their certificates.
func makeKeys(t *testing.T, dir string) {
	t.Helper()
	write := func(name string, b []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"age", "age2", "age3"} {
		id, err := age.GenerateX25519Identity()
		if err != nil {
			t.Fatal(err)
		}
		write(name+".txt", fmt.Appendf(nil, "# public key: %s\n%s\n", id.Recipient(), id))
		write(name+".pub", []byte(id.Recipient().String()))
	}
	pq, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	write("agepq.txt", []byte(pq.String()+"\n"))
	write("agepq.pub", []byte(pq.Recipient().String()))
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	writeSSH(t, write, "id_ed25519", ed, "")
	writeSSH(t, write, "id_rsa", rsaKey, "")
	writeSSH(t, write, "id_locked", ed, "a passphrase")
	for _, name := range []string{"pgp", "pgp2"} {
		e, err := openpgp.NewEntity("keylint test "+name, "", name+"@example.test", nil)
		if err != nil {
			t.Fatal(err)
		}
		var private, public bytes.Buffer
		a, _ := armor.Encode(&private, openpgp.PrivateKeyType, nil)
		if err := e.SerializePrivate(a, nil); err != nil {
			t.Fatal(err)
		}
		_ = a.Close()
		if err := e.Serialize(&public); err != nil {
			t.Fatal(err)
		}
		write(name+".asc", append(private.Bytes(), '\n'))
		write(name+".gpg", public.Bytes()) // as in $GNUPGHOME/pubring.gpg
		write(name+".pub", fmt.Appendf(nil, "%X", e.PrimaryKey.Fingerprint))
	}
	for _, name := range []string{"seal", "seal2"} {
		key, cert, err := sealcrypto.GeneratePrivateKeyAndCert(2048, 100*365*24*time.Hour, "keylint test")
		if err != nil {
			t.Fatal(err)
		}
		block := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
		write(name+".pem", block)
		write(name+".crt", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}))
	}
}

func writeSSH(t *testing.T, write func(string, []byte), name string, key crypto.Signer, passphrase string) {
	t.Helper()
	var block *pem.Block
	var err error
	if passphrase == "" {
		block, err = ssh.MarshalPrivateKey(key, "")
	} else {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(key, "", []byte(passphrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	public, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	write(name, pem.EncodeToMemory(block))
	write(name+".pub", bytes.TrimSpace(ssh.MarshalAuthorizedKey(public)))
}

// publicKey is the public half of a test key, as sops takes it.
func publicKey(t *testing.T, dir, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name+".pub"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// ring loads test keys by the flags, each "age:NAME", "pgp:NAME" or "seal:NAME".
func ring(t *testing.T, dir string, names ...string) *Keyring {
	t.Helper()
	k, err := Load(keyFiles(dir, names...))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func keyFiles(dir string, names ...string) KeyFiles {
	var files KeyFiles
	for _, n := range names {
		sort, name, _ := strings.Cut(n, ":")
		name = filepath.Join(dir, name)
		switch sort {
		case "age":
			files.Age = append(files.Age, name)
		case "pgp":
			files.PGP = append(files.PGP, name)
		case "seal":
			files.SealedSecrets = append(files.SealedSecrets, name)
		}
	}
	return files
}

// sealedKeySecret is a controller's key as kubectl prints it.
func sealedKeySecret(pem []byte, name string) string {
	return fmt.Sprintf("apiVersion: v1\nkind: Secret\nmetadata:\n  name: %s\n  labels:\n    sealedsecrets.bitnami.com/sealed-secrets-key: active\n"+
		"type: kubernetes.io/tls\ndata:\n  tls.crt: \"\"\n  tls.key: %s\n", name, base64.StdEncoding.EncodeToString(pem))
}
