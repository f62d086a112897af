package rules_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
)

// TestBadKeys gives a stack what no honest key is. Each is told, by a finding or by a note,
// and the key beside it is still compared.
func TestBadKeys(t *testing.T) {
	sign := func(claims string) string { return testkeys.Sign(testkeys.Secret, claims) }
	manyKeys := `{"keys":[` + strings.TrimSuffix(strings.Repeat(`{"kty":"oct","k":"{{jwt_secret.url}}"},`, 10_000), ",") + `]}`
	for _, c := range []struct{ name, variable, value, want string }{
		{"a megabyte", "SUPABASE_ANON_KEY", "eyJ" + strings.Repeat("a", 1<<20), "it is 1048579 bytes long, and no key is longer than 16384"},
		{"a megabyte of opaque key", "SUPABASE_PUBLISHABLE_KEY", "sb_publishable_" + strings.Repeat("a", 1<<20), "[opaque-key-format]"},
		{"NUL bytes in a JWT", "SUPABASE_ANON_KEY", "eyJhbGciOiJIUzI1NiJ9.\x00\x00.\x00", "[key-malformed]"},
		{"claims as deep as a stack", "SUPABASE_ANON_KEY", sign(`{"role":` + strings.Repeat(`[`, 20_000) + strings.Repeat(`]`, 20_000) + `}`), "[key-malformed]"},
		{"claims that hold an object", "SUPABASE_ANON_KEY", sign(`{"role":{"name":"anon"},"iss":"supabase"}`), "[key-malformed]"},
		{"milliseconds for seconds", "SUPABASE_ANON_KEY", sign(`{"role":"anon","iss":"supabase","exp":1928448000000}`), "no date (seconds since 1970)"},
		{"a date behind all calendars", "SUPABASE_ANON_KEY", sign(`{"role":"anon","iss":"supabase","exp":1e300}`), "no date (seconds since 1970)"},
		{"a JWKS of ten thousand keys", "SUPABASE_JWT_JWKS", manyKeys, "note: Secret supabase/bad SUPABASE_JWT_JWKS: the set has 10000 keys, of which the first 100 are read"},
		{"a JWKS that is no JSON", "SUPABASE_JWT_JWKS", `{"keys":[`, "[jwks-shape]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			result := lintArchive(t, fmt.Sprintf(`
-- k8s/good.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  JWT_SECRET: {{jwt_secret}}
  SERVICE_ROLE_KEY: {{service_role.old}}
-- k8s/bad.yaml --
apiVersion: v1
kind: Secret
metadata: {name: bad, namespace: supabase}
data:
  %s: %s
`, c.variable, base64.StdEncoding.EncodeToString([]byte(testkeys.Fill(c.value)))))
			var said strings.Builder
			beside := false
			for _, f := range result.Findings {
				fmt.Fprintf(&said, "[%s] %s\n", f.Rule, f.Message)
				beside = beside || f.Rule == "key-not-signed-by-secret" && f.At.File == "k8s/good.yaml"
			}
			for _, n := range result.Notes {
				fmt.Fprintf(&said, "note: %s\n", n.Message)
			}
			if !strings.Contains(said.String(), c.want) {
				t.Errorf("not said: %s\n%s", c.want, said.String())
			}
			if !beside {
				t.Errorf("the key beside it is no longer compared\n%s", said.String())
			}
			if said.Len() > 10_000 {
				t.Errorf("%d bytes are said of it", said.Len())
			}
		})
	}
}
