package decrypt

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/getsops/sops/v3/keyservice"
	"github.com/getsops/sops/v3/logging"
)

// TestDecryptSOPSStaysHere sets every trap that is known: programs that sops would run and
// services that it would call, with credentials at hand. None may be touched, whatever
// the file and whatever keys are given.
func TestDecryptSOPSStaysHere(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("skipped: the traps are shell scripts")
	}
	dir := t.TempDir()
	marker := filepath.Join(dir, "was-run")
	script := fmt.Sprintf("#!/bin/sh\necho \"$0 $@\" >>%s\nexit 1\n", marker)
	for _, name := range []string{"gpg", "gpg2", "gpg-agent", "gpgconf", "age-plugin-x", "aws", "gcloud", "az", "vault", "pinentry"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		http.Error(w, "no", http.StatusTeapot)
	}))
	defer server.Close()
	trap := filepath.Join(dir, "gpg")
	for name, value := range map[string]string{
		"PATH": dir, "SOPS_GPG_EXEC": trap, "SOPS_AGE_KEY_CMD": trap, "SOPS_AGE_SSH_PRIVATE_KEY_CMD": trap,
		"GNUPGHOME": dir, "HOME": dir, "GPG_AGENT_INFO": filepath.Join(dir, "agent") + ":1:1",
		"AWS_ENDPOINT_URL": server.URL, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "eu-west-1",
		"VAULT_ADDR": server.URL, "VAULT_TOKEN": "x", "HTTP_PROXY": server.URL, "HTTPS_PROXY": server.URL,
		"AZURE_CLIENT_ID": "x", "AZURE_TENANT_ID": "x", "AZURE_CLIENT_SECRET": "x", "AZURE_AUTHORITY_HOST": server.URL,
	} {
		t.Setenv(name, value)
	}
	ran := func() bool {
		_, err := os.Stat(marker)
		return err == nil
	}

	files := map[string][]byte{
		"aws.yaml": cloudFile(awsKey), "gcp.yaml": cloudFile(gcpKey), "huawei.yaml": cloudFile(hwKey),
		"azure.yaml": cloudFile(fmt.Sprintf(azureKey, server.URL)), "vault.yaml": cloudFile(fmt.Sprintf(vaultKey, server.URL)),
	}
	for _, c := range sopsCases {
		files[c.name] = sopsFile(t, c.name)
	}
	for _, keys := range [][]string{nil, {"age:age3.txt", "pgp:pgp2.asc"}, {"age:age.txt", "age:id_rsa", "pgp:pgp.asc"}} {
		fromFlags := keyFiles(keyDir, keys...)
		fromFlags.Getenv, fromFlags.Home = os.Getenv, dir
		k, err := Load(fromFlags)
		if err != nil {
			t.Fatal(err)
		}
		for name, b := range files {
			_, _ = k.DecryptSOPS(name, b, nil)
		}
	}
	if n := calls.Load(); n > 0 || ran() {
		t.Errorf("%d calls, a program was run: %v", n, ran())
	}

	// The traps do work: sops' own key service falls into one.
	_, _ = keyservice.NewLocalClient().Decrypt(context.Background(), &keyservice.DecryptRequest{
		Key: &keyservice.Key{KeyType: &keyservice.Key_PgpKey{PgpKey: &keyservice.PgpKey{Fingerprint: "A"}}}, Ciphertext: []byte("x"),
	})
	if !ran() {
		t.Error("sops did not run the false gpg")
	}
}

// TestSOPSIsSilent finds every logger of sops muted.
func TestSOPSIsSilent(t *testing.T) {
	if len(logging.Loggers) < 5 {
		t.Errorf("only %d loggers", len(logging.Loggers))
	}
	for name, l := range logging.Loggers {
		if l.Out != io.Discard {
			t.Errorf("%s writes", name)
		}
	}
}
