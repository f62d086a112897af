package decrypt

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"testing"
)

const sealedDir = "testdata/sealed"

// sealedCase is a Secret sealed in one scope.
type sealedCase struct {
	name  string
	scope string
}

var sealedCases = []sealedCase{
	{"strict", "strict"}, {"namespace-wide", "namespace-wide"}, {"cluster-wide", "cluster-wide"},
}

const sealedPlain = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: app-keys\n  namespace: web\nstringData:\n" +
	"  ANON_KEY: anon-text-1\n  jwt-secret: \"with a newline\\n\"\n"

// seal runs the real kubeseal, without a cluster.
func (c sealedCase) seal(t *testing.T, kubeseal, keyDir string) []byte {
	t.Helper()
	cmd := exec.Command(kubeseal, "--cert", absolute(t, filepath.Join(keyDir, "seal.crt")), "--scope", c.scope, "-o", "yaml")
	cmd.Env, cmd.Dir = []string{"HOME=" + t.TempDir()}, t.TempDir()
	cmd.Stdin = bytes.NewReader([]byte(sealedPlain))
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("kubeseal: %v\n%s", err, stderr.String())
	}
	return stdout.Bytes()
}

// TestUnsealAgreesWithKubeseal seals anew in every scope and unseals.
func TestUnsealAgreesWithKubeseal(t *testing.T) {
	kubeseal := oracle(t, "kubeseal")
	for _, c := range sealedCases {
		t.Run(c.name, func(t *testing.T) {
			checkUnsealed(t, parseSealed(t, c.seal(t, kubeseal, keyDir)))
		})
	}
}
