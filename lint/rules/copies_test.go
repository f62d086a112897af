package rules_test

import (
	"os"
	"strings"
	"testing"

	"github.com/keylint/keylint/lint"
)

// TestCopies reports what nothing deploys as a warning, and what is deployed as the error that it is, with the
// copies that hold the same.
func TestCopies(t *testing.T) {
	b, err := os.ReadFile("testdata/scenarios/copies.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range lintArchive(t, wanted.ReplaceAllString(string(b), "")).Findings {
		want := lint.Warning
		if f.At.File == "k8s/secret.yaml" {
			want = lint.Error
			if len(f.Related) != 1 || !strings.HasPrefix(f.Related[0].At.File, "k8s/same") {
				t.Errorf("%s: got %+v", f.At, f.Related)
			}
		}
		if f.Severity != want {
			t.Errorf("%s: got %s of %s", f.At, f.Severity, f.Rule)
		}
	}
}
