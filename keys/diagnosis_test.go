package keys_test

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/keys"
)

var (
	good    = testkeys.Key(testkeys.Secret, "anon", 1767225600)
	secret  = keys.NewText(testkeys.Secret)
	opaque  = testkeys.All()["{{publishable}}"]
	service = testkeys.Key(testkeys.Secret, "service_role", 1767225600)
)

// TestCompare names each class of near miss, and that an unrelated pair is none of them.
func TestCompare(t *testing.T) {
	parts := strings.Split(good, ".")
	older := testkeys.Key(testkeys.Secret, "anon", 1735689600)
	docker := testkeys.Key("your-super-secret-jwt-token-with-at-least-32-characters-long", "anon", 1641769200)
	for _, c := range []struct {
		name, a, b string
		want       keys.Class
		words      string
	}{
		{"equal", good, good, keys.Same, ""},
		{"newline", good + "\n", good, keys.Whitespace, "equal but for a trailing newline"},
		{"carriage return", good + "\r\n", good, keys.Whitespace, "carriage return"},
		{"spaces", " " + good, good, keys.Whitespace, "white space around"},
		{"wrapped", good[:76] + "\n" + good[76:], good, keys.Whitespace, "line break in it"},
		{"quotes", `"` + good + `"`, good, keys.Quotes, "quotes"},
		{"case", strings.ToLower(good), good, keys.LetterCase, "capitals"},
		{"base64", base64.StdEncoding.EncodeToString([]byte(good)), good, keys.Encoded, "the base64 of the gateway's"},
		{"base64 of it", opaque, base64.StdEncoding.EncodeToString([]byte(opaque + "\n")), keys.Encoded, "is the base64 of it"},
		{"cut", good[:100], good, keys.Cut, "it is the first 100 bytes"},
		{"shortened", good[:20] + "...", good, keys.Cut, "it is the first 20 bytes"},
		{"longer", good + "xyz", good, keys.Cut, "the gateway's is cut"},
		{"mistyped", flip(good, 60), good, keys.Mistyped, "position 61"},
		{"other secret", testkeys.Key(testkeys.OldSecret, "anon", 1767225600), good, keys.OtherSignature, "another JWT secret signed it"},
		{"edited", strings.Split(older, ".")[0] + "." + strings.Split(older, ".")[1] + "." + parts[2], good, keys.Edited, "edited by hand"},
		{"other issue", older, good, keys.OtherIssue, "the same JWT secret signed both: issued 2025-01-01, the gateway's 2026-01-01; the gateway's is the later"},
		{"swapped", service, good, keys.RolesSwapped, "this is the service_role key, the gateway's the anon key"},
		{"kinds", opaque, good, keys.OtherKind, "an opaque sb_ key, the gateway's a JWT"},
		{"demo", docker, older, keys.DemoKey, "published by"},
		{"project", testkeys.Sign(testkeys.Secret, `{"role":"anon","ref":"abcdefghijklmnopqrst"}`), good, keys.OtherProject, "another hosted project"},
		{"unrelated", "a-secret-of-another-house", testkeys.Secret, keys.Unrelated, "25 bytes long, the gateway's 46"},
		{"unrelated, as long", strings.Repeat("q", 46), testkeys.Secret, keys.Unrelated, "of the same length"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := keys.Compare(keys.NewText(c.a), keys.NewText(c.b), "the gateway's", secret)
			if d.Class != c.want || !strings.Contains(d.Words, c.words) {
				t.Errorf("got %q: %s; want %q: %s", d.Class, d.Words, c.want, c.words)
			}
		})
	}
}

// flip changes one character of a key for another of its alphabet.
func flip(s string, i int) string {
	c := byte('A')
	if s[i] == c {
		c = 'B'
	}
	return s[:i] + string(c) + s[i+1:]
}

// TestMutations changes every single character of a good key for each of the alphabet and
// some others. No change verifies; each either makes the form defective or is told as a
// difference of one character.
func TestMutations(t *testing.T) {
	alphabet := "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" + ".=+/ \n\"\x00"
	for i := range len(good) {
		for _, c := range []byte(alphabet) {
			if c == good[i] {
				continue
			}
			changed := keys.NewText(good[:i] + string(c) + good[i+1:])
			token, ok := keys.ParseJWT(changed)
			if ok && token.SignedBy(secret) {
				t.Fatalf("position %d, %q: it still verifies", i, c)
			}
			defect, defective := keys.FindDefect(changed)
			if !ok && !defective && i > 2 { // the first three make it look like a token
				t.Errorf("position %d, %q: it does not parse, and nothing says why", i, c)
			}
			if ok && !defective && token.Alg != "HS256" {
				t.Errorf("position %d, %q: algorithm %q is taken", i, c, token.Alg)
			}
			leak(t, defect.Words, good)
			d := keys.Compare(changed, keys.NewText(good), "the other")
			leak(t, d.Words, good)
			switch {
			case d.Class == keys.Mistyped && strings.Contains(d.Words, "position "):
			case d.Class == keys.LetterCase && strings.EqualFold(string(c), good[i:i+1]):
			case d.Class == keys.Cut || d.Class == keys.Whitespace || d.Class == keys.Unrelated:
				if i != 0 && i != len(good)-1 && !strings.ContainsAny(string(c), " \n.") {
					t.Errorf("position %d, %q: %s (%s)", i, c, d.Class, d.Words)
				}
			default:
				t.Errorf("position %d, %q: %q (%s)", i, c, d.Class, d.Words)
			}
		}
	}
}

// leak fails where six consecutive characters of a key stand in a text.
func leak(t *testing.T, words, key string) {
	t.Helper()
	for i := 0; i+6 <= len(key); i++ {
		if strings.Contains(words, key[i:i+6]) && !strings.Contains("base64url characters", key[i:i+6]) {
			t.Fatalf("%q holds six characters of the key", words)
		}
	}
}

// TestFindDefect says what is wrong with the form of a token.
func TestFindDefect(t *testing.T) {
	parts := strings.Split(good, ".")
	encode := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	for _, c := range []struct {
		name, text, want string
		cut              bool
	}{
		{"good", good, "", false},
		{"another product's secret", "not-a-token", "", false},
		{"one part", parts[0], "one of the three parts", true},
		{"two parts", parts[0] + "." + parts[1], "two of the three parts", true},
		{"four parts", good + ".x", "4 parts", false},
		{"ellipsis", good[:40] + "...", "ellipsis", true},
		{"no signature", parts[0] + "." + parts[1] + ".", "signature is empty", true},
		{"short signature", good[:len(good)-5], "signature has 38 characters, and an HS256 signature has 43", true},
		{"one character short", good[:len(good)-1], "signature has 42 characters, and an HS256 signature has 43", true},
		{"two characters short", good[:len(good)-2], "signature has 41 characters", true},
		{"prose", parts[0] + "." + parts[1] + ".this is the anon key", "position", false},
		{"longer signature", good + "AAAA", "too long: it has 47 characters", false},
		{"one character too many", good + "A", "too long: it has 44 characters, and an HS256 signature has 43", false},
		{"two characters too many", good + "AA", "too long: it has 45 characters, and an HS256 signature has 43", false},
		{"short RSA signature", encode(`{"alg":"RS256"}`) + "." + parts[1] + "." + parts[2][:40], "signature has 30 bytes, which is too short", false},
		{"slack bits", good[:len(good)-1] + slack(good[len(good)-1]), "bits that must be zero", false},
		{"padding", parts[0] + "." + parts[1] + "=." + parts[2], "base64url does not have", false},
		{"damaged payload", parts[0] + "." + encode(`{"role":"anon","iss""supabase"}`) + "." + parts[2], "its payload is not JSON from byte 21", false},
		{"payload is a list", parts[0] + "." + encode(`["anon"]`) + "." + parts[2], "not a JSON object", false},
		{"role is a number", testkeys.Sign(testkeys.Secret, `{"role":7}`), "claim role is not a string", false},
		{"date is a text", testkeys.Sign(testkeys.Secret, `{"role":"anon","exp":"tomorrow"}`), "claim exp is not a number", false},
		{"milliseconds", testkeys.Sign(testkeys.Secret, `{"role":"anon","exp":2082758400000}`), "milliseconds", false},
		{"before 1970", testkeys.Sign(testkeys.Secret, `{"role":"anon","iat":-5}`), "no date", false},
		{"beyond any calendar", testkeys.Sign(testkeys.Secret, `{"role":"anon","exp":1e300}`), "no date", false},
		{"nested claims", testkeys.Sign(testkeys.Secret, `{"role":{"anon":{"anon":[[]]}}}`), "claim role is not a string", false},
		{"not signed", encode(`{"alg":"none"}`) + "." + parts[1] + "." + parts[2], `"alg": "none"`, false},
		{"HS512", encode(`{"alg":"HS512"}`) + "." + parts[1] + "." + parts[2], "does not use", false},
		{"a megabyte", "eyJ" + strings.Repeat("a", 1<<20), "no key is longer", false},
		{"NUL bytes", parts[0] + "." + parts[1] + ".\x00\x00", "base64url does not have", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, ok := keys.FindDefect(keys.NewText(c.text))
			if ok != (c.want != "") || !strings.Contains(d.Words, c.want) || d.Cut != c.cut {
				t.Errorf("got %+v, %v; want %q, cut %v", d, ok, c.want, c.cut)
			}
		})
	}
}

// slack is another character that stands for the same two last bytes.
func slack(c byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return string(alphabet[strings.IndexByte(alphabet, c)+1])
}

// TestMistake names what was done to the secret with which a key was signed.
func TestMistake(t *testing.T) {
	plain := testkeys.Secret
	encoded := base64.StdEncoding.EncodeToString([]byte(plain))
	for _, c := range []struct{ name, deployed, signed, want string }{
		{"right", plain, plain, ""},
		{"newline at signing", plain, plain + "\n", "newline at the end"},
		{"newline deployed", plain + "\n", plain, "without the newline"},
		{"carriage return", plain + "\r\n", plain, "without the newline"},
		{"space deployed", plain + " ", plain, "without the white space"},
		{"quotes deployed", `"` + plain + `"`, plain, "without the quotes"},
		{"quotes at signing", plain, `"` + plain + `"`, "double quotes"},
		{"decoded at signing", encoded, plain, "decoded from base64"},
		{"encoded at signing", plain, encoded, "its base64 text"},
		{"hex at signing", hex.EncodeToString([]byte(plain)), plain, "decoded from hexadecimal"},
		{"cut at signing", plain, plain[:40], "the first 40 of its 46 bytes"},
		{"two lines", plain[:20] + "\n" + plain[20:], plain, "without the white space in it"},
		{"another", plain, testkeys.OldSecret, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			token, _ := keys.ParseJWT(keys.NewText(testkeys.Key(c.signed, "anon", 1767225600)))
			if got := token.Mistake(keys.NewText(c.deployed)).Words; !strings.Contains(got, c.want) || c.want == "" && got != "" {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestGuessable tells secrets that repeat themselves from those that do not.
func TestGuessable(t *testing.T) {
	for text, want := range map[string]string{
		testkeys.Secret:                      "",
		"":                                   "",
		strings.Repeat("a", 40):              "1 different characters",
		"0101010101010101010101010101010101": "2 different characters",
		strings.Repeat("password!1", 4):      "several times",
	} {
		if got := keys.Guessable(keys.NewText(text)); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%d bytes: %q, want %q", len(text), got, want)
		}
	}
}

// TestOpaqueDefect holds opaque keys to their lengths and alphabet.
func TestOpaqueDefect(t *testing.T) {
	for text, want := range map[string]string{
		opaque:                                 "",
		"something else":                       "",
		opaque[:40]:                            "it is 40 bytes long, and a key with the prefix sb_publishable_ has 46",
		opaque + "A":                           "it is 47 bytes long",
		opaque[:30] + "." + opaque[31:]:        "position 31",
		"sb_secret_" + strings.Repeat("a", 31): "no underscore",
	} {
		if got := keys.OpaqueDefect(keys.NewText(text)); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestSelfHosted knows the checksum of upstream's script, made here by its own recipe:
// sha256("supabase-self-hosted|" + prefix + random), base64url, the first 8.
func TestSelfHosted(t *testing.T) {
	// printf '%s' "supabase-self-hosted|sb_secret_AAAAAAAAAAAAAAAAAAAAAA" | openssl dgst -sha256 -binary | base64 | tr '+/' '-_' | cut -c1-8
	const made = "sb_secret_AAAAAAAAAAAAAAAAAAAAAA_7cwZOLm2"
	if !keys.SelfHosted(keys.NewText(made)) {
		t.Error("a key of the script is not known")
	}
	if keys.SelfHosted(keys.NewText(made[:40] + "X")) {
		t.Error("a wrong checksum is taken")
	}
}
