package sources_test

import (
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testrepo"
	"github.com/keylint/keylint/keys"
)

// TestOpeners: which commands decrypt a file, and which give a directory to kubectl as it is.
func TestOpeners(t *testing.T) {
	for script, want := range map[string]struct{ sops, kubectl bool }{
		"sops -d k8s/keys.yaml | kubectl apply -f -":               {sops: true},
		"sops --decrypt --in-place \\\n  k8s/keys.yaml":            {sops: true},
		"sops exec-file keys.yaml 'cat {}'":                        {sops: true},
		"sops -e -i k8s/keys.yaml\nkubectl apply -k k8s":           {kubectl: true},
		"sops updatekeys k8s/keys.yaml":                            {},
		"sops -d k8s/other.yaml":                                   {},
		"kubectl --context home apply --server-side -f ./k8s/":     {kubectl: true},
		"kustomize build k8s | kubectl apply -f -":                 {kubectl: true},
		"kubectl get -k k8s && kubectl apply -k k8s/overlays/home": {},
		"kubectl apply -R -f k8s":                                  {kubectl: true},
		"kubectl apply -f k8s -R":                                  {kubectl: true},
		"kubectl apply -n supabase \\\n  -k k8s\n":                 {kubectl: true},
	} {
		r := testrepo.Open(t, testrepo.Write(t, "-- deploy.sh --\n"+script+"\n-- k8s/keys.yaml --\nSUPABASE: x\n"), nil)
		if got := r.Opens(keys.BySOPS, "k8s/keys.yaml"); got != want.sops {
			t.Errorf("%q: decrypts: %v", script, got)
		}
		_, below := r.KubectlApplies("k8s/sub")
		if want := strings.Contains(script, "-R"); below != want {
			t.Errorf("%q: applies what lies below: %v", script, below)
		}
		if _, got := r.KubectlApplies("k8s"); got != want.kubectl {
			t.Errorf("%q: applies: %v", script, got)
		}
	}
}
