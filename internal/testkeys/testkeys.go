// Package testkeys mints Supabase keys for tests, so that no key need stand in a test's
// text. In a tiny repository {{anon}}, {{service_role}} and {{jwt_secret}} stand for the
// keys of one instance, {{anon.old}} and so on for those before the last rotation of
// the JWT secret.
package testkeys

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/tools/txtar"
)

// The JWT secrets, now and before.
const (
	Secret    = "a-secret-for-tests-with-at-least-32-characters"
	OldSecret = "the-secret-before-that-with-at-least-32-characters"
)

// cliSecret is the JWT secret that the Supabase CLI publishes.
const cliSecret = "super-secret-jwt-token-with-at-least-32-characters-long"

// Sign makes an HS256 JWT of the claims.
func Sign(secret, claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode([]byte(claims))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return text + "." + encode(mac.Sum(nil))
}

// Key makes the legacy key of a role, issued at a Unix time.
func Key(secret, role string, issued int) string {
	return Sign(secret, fmt.Sprintf(`{"role":%q,"iss":"supabase","iat":%d,"exp":2082758400}`, role, issued))
}

// All maps each placeholder to its key.
func All() map[string]string {
	const now, before = 1767225600, 1735689600
	return map[string]string{
		"{{jwt_secret}}":            Secret,
		"{{anon}}":                  Key(Secret, "anon", now),
		"{{service_role}}":          Key(Secret, "service_role", now),
		"{{jwt_secret.old}}":        OldSecret,
		"{{jwt_secret.base64}}":     base64.StdEncoding.EncodeToString([]byte(Secret)),
		"{{anon.old}}":              Key(OldSecret, "anon", before),
		"{{anon.longer}}":           base64.StdEncoding.EncodeToString([]byte(Key(Secret, "anon", now) + "\n")),
		"{{kong.base64}}":           base64.StdEncoding.EncodeToString([]byte("_format_version: \"2.1\"\nconsumers:\n- username: anon\n  keyauth_credentials:\n  - key: " + Key(Secret, "anon", now) + "\n")),
		"{{service_role.old}}":      Key(OldSecret, "service_role", before),
		"{{publishable}}":           "sb_publishable_Zm9yIHRlc3RzIG9ubHkgMQ_c2VsZmhv",
		"{{secret.old}}":            "sb_secret_Zm9yIHRlc3RzIG9ubHkgMw_c2VsZmhv",
		"{{service_role.damaged}}":  damaged(Key(Secret, "service_role", now)),
		"{{anon.cut}}":              Key(Secret, "anon", now)[:120],
		"{{anon.session}}":          Sign(Secret, `{"role":"authenticated","iss":"https://api.example.org/auth/v1","iat":1767225600,"exp":2082758400}`),
		"{{anon.authenticated}}":    Sign(Secret, `{"role":"authenticated","iss":"supabase","iat":1767225600,"exp":2082758400}`),
		"{{anon.own}}":              Key(Secret, "web_anon", now),
		"{{service_role.own}}":      Key(Secret, "web_admin", now),
		"{{anon.expired}}":          Sign(Secret, `{"role":"anon","iss":"supabase","iat":1600000000,"exp":1767225600}`),
		"{{anon.expiring}}":         Sign(Secret, `{"role":"anon","iss":"supabase","iat":1640000000,"exp":1798761600}`),
		"{{anon.short}}":            Sign(Secret, `{"role":"anon","iss":"supabase","iat":1795392000,"exp":1796256000}`),
		"{{anon.weak}}":             Key("short-and-sweet", "anon", now),
		"{{anon.demo}}":             Key("your-super-secret-jwt-token-with-at-least-32-characters-long", "anon", now), // Supabase's docker setup publishes the secret
		"{{jwt_secret.url}}":        base64.RawURLEncoding.EncodeToString([]byte(Secret)),
		"{{jwt_secret.old.url}}":    base64.RawURLEncoding.EncodeToString([]byte(OldSecret)),
		"{{anon.es256}}":            es256(`{"role":"anon","iss":"supabase","iat":1767225600,"exp":2082758400}`),
		"{{service_role.es256}}":    es256(`{"role":"service_role","iss":"supabase","iat":1767225600,"exp":2082758400}`),
		"{{anon.hosted.old}}":       Sign("the former secret of that project, which nobody knows", `{"iss":"supabase","ref":"zyxwvutsrqponmlkjihg","role":"anon","iat":1700000000,"exp":2082758400}`),
		"{{anon.hosted}}":           Sign("the secret of a hosted project, which nobody knows", `{"iss":"supabase","ref":"zyxwvutsrqponmlkjihg","role":"anon","iat":1767225600,"exp":2082758400}`),
		"{{anon.hosted.miscopied}}": Sign("what is no secret of that project", `{"iss":"supabase","ref":"zyxwvutsrqponmlkjihg","role":"anon","iat":1767225600,"exp":2082758400}`),
		"{{anon.cli}}":              Sign(cliSecret, `{"iss":"supabase-demo","role":"anon","exp":1983812996}`),
		"{{service_role.cli}}":      Sign(cliSecret, `{"iss":"supabase-demo","role":"service_role","exp":1983812996}`),
		"{{anon.base64}}":           base64.StdEncoding.EncodeToString([]byte(Key(Secret, "anon", now))),
		"{{secret}}":                "sb_secret_Zm9yIHRlc3RzIG9ubHkgMg_c2VsZmhv",
	}
}

// es256 is a token in the form of ES256, with a signature of the right length that nobody
// made: who holds it in a wrong place is told before anybody verifies it.
func es256(claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"ES256","typ":"JWT","kid":"7e57"}`)) + "." + encode([]byte(claims)) + "." + encode(make([]byte, 64))
}

// damaged is a key in whose payload a byte was lost.
func damaged(key string) string {
	parts := strings.Split(key, ".")
	claims, _ := base64.RawURLEncoding.DecodeString(parts[1])
	return parts[0] + "." + base64.RawURLEncoding.EncodeToString(claims[1:]) + "." + parts[2]
}

// Now is the date on which the tests run, whatever the date is: every test key is valid
// on it, but for those that are not by their name.
var Now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// Fill puts the keys in place of the placeholders.
func Fill(text string) string {
	var pairs []string
	for name, key := range All() {
		pairs = append(pairs, name, key)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// WriteArchive writes a tiny repository, a txtar archive, with the keys in it.
func WriteArchive(dir, archive string) error {
	for _, f := range txtar.Parse([]byte(Fill(archive))).Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// FillDir puts the keys into every file below a directory.
func FillDir(dir string) error {
	return filepath.WalkDir(dir, func(file string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		return os.WriteFile(file, []byte(Fill(string(b))), 0o644)
	})
}
