package decrypt

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestOpenPGPAgreesWithGPG decrypts what sops encrypted through the real gpg, with keys as
// gpg makes and exports them.
func TestOpenPGPAgreesWithGPG(t *testing.T) {
	sops, gpg := oracle(t, "sops"), oracle(t, "gpg")
	home, err := os.MkdirTemp("", "gpg") // short: the agent's socket is in it
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(home)
	run := func(program string, args ...string) []byte {
		t.Helper()
		cmd := exec.Command(program, args...)
		cmd.Env = []string{"HOME=" + home, "GNUPGHOME=" + home, "PATH=" + os.Getenv("PATH"), "SOPS_GPG_EXEC=" + gpg}
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Run(); err != nil {
			t.Fatalf("%s %v: %v\n%s", program, args, err, stderr.String())
		}
		return stdout.Bytes()
	}
	file := testFile(t, "a.yaml", sopsPlain["yaml"])
	for _, c := range []struct{ user, algorithm string }{
		{"rsa@example.test", "rsa2048"}, {"ecc@example.test", "future-default"},
	} {
		t.Run(c.user, func(t *testing.T) {
			batch := []string{"--batch", "--pinentry-mode", "loopback", "--passphrase", ""}
			run(gpg, append(batch, "--quick-gen-key", c.user, c.algorithm, "default", "never")...)
			_, rest, _ := strings.Cut(string(run(gpg, "--with-colons", "--list-keys", c.user)), "\nfpr:::::::::")
			fingerprint, _, _ := strings.Cut(rest, ":")
			if c.algorithm == "rsa2048" {
				run(gpg, append(batch, "--quick-add-key", fingerprint, "rsa2048", "encr", "never")...)
			}
			key := filepath.Join(t.TempDir(), "key.asc")
			if err := os.WriteFile(key, run(gpg, append(batch, "--armor", "--export-secret-keys", fingerprint)...), 0o600); err != nil {
				t.Fatal(err)
			}
			k, err := Load(KeyFiles{PGP: []string{key}})
			if err != nil {
				t.Fatal(err)
			}
			encrypted := run(sops, "--encrypt", "--pgp", fingerprint, file)
			got, locked := k.DecryptSOPS("a.yaml", encrypted, nil)
			if locked != nil || !strings.Contains(string(got.Plain), "anon-text-1") {
				t.Errorf("%v", locked)
			}
		})
	}
	_ = exec.Command("gpgconf", "--homedir", home, "--kill", "gpg-agent").Run()
}

// TestOpenPGPPassphrase refuses a key that is protected by a passphrase, and says so.
func TestOpenPGPPassphrase(t *testing.T) {
	entities, err := (&Keyring{}).readPGPKeys(keyFile("pgp.asc"))
	if err != nil {
		t.Fatal(err)
	}
	if err := entities[0].EncryptPrivateKeys([]byte("a passphrase"), nil); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := entities[0].SerializePrivateWithoutSigning(&b, nil); err != nil {
		t.Fatal(err)
	}
	_, err = Load(KeyFiles{PGP: []string{testFile(t, "key.gpg", b.String())}})
	if err == nil || !strings.Contains(err.Error(), "protected by a passphrase") {
		t.Errorf("%v", err)
	}
}
