package main

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/fixtures"
	"github.com/keylint/keylint/internal/testkeys"
)

// TestRedaction looks in every byte that keylint says of a fixture, in every format, with and
// without the private keys, for every key that there is: those that the fixtures were made
// with, whatever looks like one in their files, and the private keys. It trusts neither the
// ledger nor the guard, and knows nothing of them.
func TestRedaction(t *testing.T) {
	known := newSeeker(knownSecrets(t))
	for _, name := range fixtureNames(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			own := newSeeker(secretsIn(t, filepath.Join(fixturesDir, name)))
			for what, output := range lintedFixture(t, name).outputs() {
				if found := cmp.Or(known.leaked(output), own.leaked(output)); found != "" {
					t.Errorf("%s: shows %s", what, found)
				}
			}
		})
	}
}

// TestRedactionFinds keeps the test above honest: it must find what it looks for.
func TestRedactionFinds(t *testing.T) {
	key := testkeys.Sign("secret", `{"role":"anon","iss":"supabase"}`)
	all := newSeeker([]secret{{"the key", key}})
	_, signature, _ := strings.Cut(key[20:], ".")
	for _, output := range []string{
		"x" + key + "y", base64.StdEncoding.EncodeToString([]byte(key)), base64.StdEncoding.EncodeToString([]byte("ab" + key)),
		url.QueryEscape(key), hex.EncodeToString([]byte(key)), "…" + signature,
	} {
		if all.leaked(output) == "" {
			t.Errorf("not found in %q", output)
		}
	}
	if found := all.leaked("an honest report"); found != "" {
		t.Errorf("found %s", found)
	}
}

// secret is a text that must not be shown, and what it is.
type secret struct{ name, text string }

// seeker finds many secrets in one pass: by the first bytes of their forms.
type seeker map[[heads]byte][]sought

type sought struct{ what, text string }

// heads is how many bytes are looked up: no secret is shorter, and no form.
const heads = 8

func newSeeker(secrets []secret) seeker {
	s := seeker{}
	seen := map[string]bool{}
	for _, one := range secrets {
		for form, text := range forms(one.text) {
			if len(text) >= heads && !seen[text] {
				seen[text] = true
				head := [heads]byte([]byte(text[:heads]))
				s[head] = append(s[head], sought{one.name + ", " + form, text})
			}
		}
	}
	return s
}

// leaked names a secret that stands in the output, in any form; empty where there is none. It
// never returns the secret.
func (s seeker) leaked(output string) string {
	for i := 0; i+heads <= len(output); i++ {
		for _, one := range s[[heads]byte([]byte(output[i:i+heads]))] {
			if strings.HasPrefix(output[i:], one.text) {
				return one.what
			}
		}
	}
	return ""
}

// forms are the ways in which a secret could be shown.
func forms(s string) map[string]string {
	quoted, _ := json.Marshal(s)
	all := map[string]string{
		"plain": s, "in base64": base64.RawStdEncoding.EncodeToString([]byte(s)), "in base64url": base64.RawURLEncoding.EncodeToString([]byte(s)),
		"URL-escaped": url.QueryEscape(s), "path-escaped": url.PathEscape(s), "in hex": hex.EncodeToString([]byte(s)),
		"as JSON": strings.Trim(string(quoted), `"`), "in HEX": strings.ToUpper(hex.EncodeToString([]byte(s))), "backwards": backwards(s),
	}
	// Base64 of something longer, in which the secret does not begin at a multiple of 3.
	for skip := 1; skip <= 2; skip++ {
		if rest := s[min(skip, len(s)):]; len(rest) >= 12 {
			all["in base64 of more"+strings.Repeat("'", skip)] = base64.RawStdEncoding.EncodeToString([]byte(rest[:len(rest)/3*3]))
		}
	}
	if parts := strings.Split(s, "."); len(parts) == 3 && len(parts[2]) >= 16 {
		all["its signature"] = parts[2]
		all["a run of its signature"] = parts[2][2:14]
		all["its signature backwards"] = backwards(parts[2])
		all["its payload"] = parts[1]
	}
	return all
}

func backwards(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

// knownSecrets are the values in testdata/keys: the Supabase keys that the fixtures
// were made with, and every line of the private keys.
func knownSecrets(t *testing.T) []secret {
	t.Helper()
	dir, err := fixtures.Key("")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	var all []secret
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, ".env") {
			all = append(all, dotenvValues(file, string(b))...)
			continue
		}
		all = append(all, privateLines(file, string(b))...)
	}
	if len(all) == 0 {
		t.Fatalf("there is no key in %s", dir)
	}
	return all
}

// dotenvValues are the values of a .env file that are long enough to be a key.
func dotenvValues(file, text string) []secret {
	var all []secret
	for _, l := range strings.Split(text, "\n") {
		name, value, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(l), "export "), "=")
		value = strings.Trim(value, `"'`)
		if ok && !strings.HasPrefix(name, "#") && len(value) >= 12 && !strings.Contains(value, "://") {
			all = append(all, secret{filepath.Base(file) + " " + name, value})
		}
	}
	return all
}

// base64Run matches what may be a line of a private key, or a key in base64.
var base64Run = regexp.MustCompile(`[A-Za-z0-9+/_-]{24,}`)

// privateLines are the lines of an age identity or a PEM block, also where the block
// stands in base64 in a Secret. Public keys beside them may be shown.
func privateLines(file, text string) []secret {
	var all []secret
	for _, l := range strings.Split(text, "\n") {
		l = strings.TrimSpace(l)
		if strings.HasPrefix(l, "#") || strings.Contains(l, "tls.crt") || strings.HasPrefix(l, "Comment:") {
			continue
		}
		for _, run := range base64Run.FindAllString(l, -1) {
			if !strings.ContainsAny(run, "0123456789") || strings.ToLower(run) == run {
				continue // a word, a name, an age recipient
			}
			all = append(all, secret{filepath.Base(file), run})
			if b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(run, "=")); err == nil && strings.HasPrefix(string(b), "-----BEGIN") {
				all = append(all, privateLines(file, string(b))...)
			}
		}
	}
	return all
}

// token matches a Supabase key by its looks.
var token = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]+){0,2}|sb_(publishable|secret)_[A-Za-z0-9_-]{8,}`)

// secretsIn are the tokens in a directory's files, plain and in base64.
func secretsIn(t *testing.T, dir string) []secret {
	t.Helper()
	var all []secret
	err := filepath.WalkDir(dir, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		texts := []string{string(b)}
		for _, run := range base64Run.FindAllString(string(b), -1) {
			if decoded, err := base64.RawStdEncoding.DecodeString(run); err == nil {
				texts = append(texts, string(decoded))
			}
		}
		for _, text := range texts {
			for _, found := range token.FindAllString(text, -1) {
				all = append(all, secret{"a token in " + filepath.Base(file), found})
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
