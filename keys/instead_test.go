package keys_test

import (
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/keys"
)

// TestInstead says what stands where a key belongs, and nothing of what is, was or stands for one.
func TestInstead(t *testing.T) {
	for text, want := range map[string]string{
		strings.Repeat("0a", 32):               "64 hexadecimal digits",
		"abcdefghijklmnopqrst":                 "20 small letters, as the reference of a hosted project has",
		"5f0c1d2e-0000-4000-8000-0123456789ab": "a UUID",
		"sbp_" + strings.Repeat("0a", 20):      "an access token of Supabase's management API",
		"https://abc.supabase.co":              "a URL",
		"swordfish":                            "a text of 9 bytes",
		`"swordfish"`:                          "a text of 9 bytes",
		"q83/Zm9yIHRlc3RzIG9ubHk=":             "a text of 24 bytes",
		`{"keys":[{"kty":"oct"}]}`:             "a JSON key set",
		"Bearer {{anon}}":                      "a key with the word Bearer before it",

		"": "", "{{anon}}": "", "{{anon.cut}}": "", "{{anon.base64}}": "", "{{publishable}}": "", "{{anon.es256}}": "",
		"your-anon-key": "", "changeme": "", "<anon key>": "", "${ANON_KEY}": "", "__ANON_KEY__": "",
		"/run/secrets/anon": "", "kv/supabase/anon": "", "arn:aws:secretsmanager:eu:1:secret:anon": "", "secretref:anon": "",
		"@supabase-anon": "", "SERVICE_KEY": "", "secrets.SUPABASE_SERVICE_KEY": "", "service_role": "", "awssm://supabase/anon": "", "ENC[AES256_GCM,data:x]": "", "encrypted:BD7x": "",
	} {
		if got := (keys.Names{}).Instead(keys.NewText(testkeys.Fill(text))); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}
