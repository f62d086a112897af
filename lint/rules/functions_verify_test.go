package rules_test

import (
	"os"
	"strings"
	"testing"

	"github.com/keylint/keylint/lint"
)

// TestFunctionsVerify: another JWT secret breaks Functions only where they check tokens.
func TestFunctionsVerify(t *testing.T) {
	b, err := os.ReadFile("testdata/scenarios/functions-verify.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for verify, want := range map[string]lint.Severity{`"false"`: lint.Warning, `"true"`: lint.Error, "${FUNCTIONS_VERIFY_JWT}": lint.Error} {
		archive := wanted.ReplaceAllString(strings.Replace(string(b), `VERIFY_JWT: "false"`, "VERIFY_JWT: "+verify, 1), "")
		var got lint.Severity
		for _, f := range lintArchive(t, archive).Findings {
			if f.Rule == "jwt-secret-drift" {
				got = f.Severity
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", verify, got, want)
		}
	}
}
