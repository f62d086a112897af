package keys_test

import (
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/keys"
)

func TestNames(t *testing.T) {
	var names keys.Names
	tests := []struct {
		name   string
		slot   keys.Slot
		strong bool
		prefix string
	}{
		{"SUPABASE_ANON_KEY", keys.Anon, true, ""},
		{"NEXT_PUBLIC_SUPABASE_ANON_KEY", keys.Anon, true, "NEXT_PUBLIC_"},
		{"VITE_SUPABASE_PUBLISHABLE_KEY", keys.Publishable, true, "VITE_"},
		{"PUBLIC_SUPABASE_ANON_KEY", keys.Anon, true, "PUBLIC_"},
		{"supabase-service-role-key", keys.ServiceRole, true, ""},
		{"STAGING_SUPABASE_SERVICE_KEY", keys.ServiceRole, true, ""},
		{"SUPABASE_SECRET_KEY", keys.Secret, true, ""},
		{"GOTRUE_JWT_SECRET", keys.JWTSecret, true, ""},
		{"anonKey", keys.Anon, false, ""},
		{"serviceRoleKeyAsymmetric", keys.ServiceRoleAsymmetric, false, ""},
		{"jwt-secret", keys.JWTSecret, false, ""},
		{"JWT_SECRET", keys.JWTSecret, false, ""},
		{"SERVICE_KEY", keys.ServiceRole, false, ""},
		{"SERVICE_SUPABASEANON_KEY", keys.Anon, true, ""},
		{"NC_AUTH_JWT_SECRET", "", false, ""},
		{"API_JWT_SECRET_NEXT", "", false, ""}, // Realtime's for a rotation, which differs on purpose
		{"STRIPE_SECRET_KEY", "", false, ""},
		{"SUPABASE_URL", "", false, ""},
		{"SECRET_KEY_BASE", "", false, ""},
	}
	for _, tt := range tests {
		got := names.Of(tt.name)
		if got.Slot != tt.slot || got.Strong != tt.strong || got.PublicPrefix != tt.prefix {
			t.Errorf("%s: got %+v", tt.name, got)
		}
	}
	if names.Of("SUPABASE_KEY").Role() != "" {
		t.Error("SUPABASE_KEY promises a role; it is used for both")
	}
}

// TestNamesOfTheUser adds names, and takes prefix and suffix off any.
func TestNamesOfTheUser(t *testing.T) {
	names := keys.NewNames(map[string]keys.Slot{"NEXT_PUBLIC_GATE": keys.Anon, "SUPABASE_KEY": keys.Secret})
	for name, want := range map[string]keys.Name{
		"NEXT_PUBLIC_GATE":         {Slot: keys.Anon, Strong: true, PublicPrefix: "NEXT_PUBLIC_", Suffix: "GATE"},
		"GATE":                     {Suffix: "GATE"},
		"SUPABASE_KEY":             {Slot: keys.Secret, Strong: true, Suffix: "SUPABASE_KEY"},
		"NEXT_PUBLIC_ADMIN_TOKEN":  {PublicPrefix: "NEXT_PUBLIC_", Suffix: "ADMIN_TOKEN"},
		"VITE_SUPABASE_URL":        {PublicPrefix: "VITE_", Suffix: "SUPABASE_URL", URL: true},
		"stagingSupabaseUrl":       {Suffix: "STAGING_SUPABASE_URL", Of: "STAGING", URL: true},
		"SUPABASE_STAGE_URL":       {Suffix: "SUPABASE_STAGE_URL", Of: "STAGE", URL: true},
		"SUPABASE_URL_LAN":         {Suffix: "SUPABASE_URL_LAN", Of: "LAN", URL: true},
		"SUPABASE_ANON_KEY_LAN":    {Slot: keys.Anon, Strong: true, Suffix: "SUPABASE_ANON_KEY_LAN", Of: "LAN"},
		"SUPABASE_JWT_ISSUER":      {Suffix: "SUPABASE_JWT_ISSUER", Issuer: true},
		"GOTRUE_JWT_ISSUER":        {Suffix: "GOTRUE_JWT_ISSUER"},
		"SUPABASE_DB_URL":          {Suffix: "SUPABASE_DB_URL", Stem: "SUPABASE_DB"},
		"NEXT_PUBLIC_APP_BASE_URL": {PublicPrefix: "NEXT_PUBLIC_", Suffix: "APP_BASE_URL", Stem: "APP_BASE"},
		"VITE_MISC_ANON_KEY":       {PublicPrefix: "VITE_", Suffix: "MISC_ANON_KEY", Stem: "MISC"},
	} {
		if got := names.Of(name); got != want {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
}

func TestRecognize(t *testing.T) {
	all := testkeys.All()
	tests := []struct {
		text string
		want keys.Slot
	}{
		{all["{{anon}}"], keys.Anon},
		{all["{{service_role}}"], keys.ServiceRole},
		{"\"" + all["{{anon}}"] + "\"\n", keys.Anon},
		{all["{{publishable}}"], keys.Publishable},
		{all["{{secret}}"], keys.Secret},
		{testkeys.Sign("x", `{"role":"editor"}`), ""},
		{`{"keys":[{"kty":"oct","k":"x"}]}`, keys.JWKS},
		{`[{"kty":"EC"}]`, keys.JWTKeys},
		{"sb_publishable_...", ""},
		{"eyJhbGciOiJIUzI1NiJ9.not-base64!.x", ""},
		{"$SUPABASE_ANON_KEY", ""},
		{"", ""},
	}
	for _, tt := range tests {
		if got := keys.Recognize(keys.NewText(tt.text)); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestPlaceholders(t *testing.T) {
	for text, want := range map[string]bool{
		"your-anon-key": true, "<ANON_KEY>": true, "${ANON_KEY}": true, "changeme-anon-key": true, "": true,
		"set-service-key-in-env-file": true, "cdk-provided-value": true, "ALTERE_ESTE_SEGREDO_COM_32_CARACTERES": true,
		"sb_publishable_...": true, "SUBSTITUIR_PELO_JWT_SECRET_REAL": true, testkeys.All()["{{anon}}"]: false, testkeys.All()["{{secret}}"]: false, "0f3c9a7b5d": false,
	} {
		if got := keys.LooksLikePlaceholder(keys.NewText(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// TestSignedBy: HS256 over the secret's raw bytes, and a signature of exactly 32 bytes in
// strict base64url.
func TestSignedBy(t *testing.T) {
	key := testkeys.Key(testkeys.Secret, "anon", 1767225600)
	signed := func(token, secret string) bool {
		j, ok := keys.ParseJWT(keys.NewText(token))
		return ok && j.SignedBy(keys.NewText(secret))
	}
	if !signed(key, testkeys.Secret) {
		t.Error("the right secret is refused")
	}
	slack := key[:len(key)-1] + string(key[len(key)-1]+1) // the same bytes but for the unused bits
	for name, pair := range map[string][2]string{
		"another secret":          {key, testkeys.OldSecret},
		"the secret with newline": {key, testkeys.Secret + "\n"},
		"a cut signature":         {key[:len(key)-2], testkeys.Secret},
		"slack bits":              {slack, testkeys.Secret},
		"no secret":               {key, ""},
		"alg none":                {"eyJhbGciOiJub25lIn0.eyJyb2xlIjoiYW5vbiJ9.", testkeys.Secret},
	} {
		if signed(pair[0], pair[1]) {
			t.Errorf("%s is accepted", name)
		}
	}
}

// TestDescribe shows no hash of a signing secret, which may be guessable.
func TestDescribe(t *testing.T) {
	if got := keys.Describe(keys.NewText(testkeys.Secret), keys.JWTSecret); strings.Contains(got, "sha256") {
		t.Errorf("a hash of a JWT secret is shown: %s", got)
	}
	got := keys.Describe(keys.NewText(testkeys.Key(testkeys.Secret, "anon", 1767225600)), keys.Anon)
	if !strings.HasPrefix(got, "anon JWT, issued 2026-01-01, expires 2036-01-01, ") {
		t.Errorf("got %s", got)
	}
}
