package keys_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/keylint/keylint/keys"
)

// The examples of RFC 7515, appendix A.1 (HS256), A.2 (RS256) and A.3 (ES256).
const (
	rfcSecret = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
	rfcHS256  = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	rfcES256  = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
	rfcECKey  = `"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"`
	rfcRS256  = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
	rfcRSAKey = `"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"`
)

// TestRFC verifies the examples of RFC 7515 with their own keys and with no other.
func TestRFC(t *testing.T) {
	secret, _ := base64.RawURLEncoding.DecodeString(rfcSecret)
	for _, c := range []struct{ token, set string }{
		{rfcHS256, `{"keys":[{"kty":"oct","k":"` + rfcSecret + `"}]}`},
		{rfcES256, `{"keys":[{` + rfcECKey + `}]}`},
		{rfcRS256, `{"keys":[{` + rfcRSAKey + `}]}`},
	} {
		token, ok := keys.ParseJWT(keys.NewText(c.token))
		if !ok {
			t.Fatalf("%.12s… does not parse", c.token)
		}
		if d, bad := keys.FindDefect(keys.NewText(c.token)); bad {
			t.Errorf("%s: %s", token.Alg, d.Words)
		}
		for _, set := range []string{`{"keys":[{"kty":"oct","k":"` + rfcSecret + `"}]}`, `{"keys":[{` + rfcECKey + `}]}`, `{"keys":[{` + rfcRSAKey + `}]}`} {
			s, err := keys.ParseKeySet(keys.NewText(set))
			if err != nil || s.Defect() != "" {
				t.Fatalf("%v %s", err, s.Defect())
			}
			if ok, why := s.Verify(token); ok != (set == c.set) {
				t.Errorf("%s under %.25s…: %v (%s)", token.Alg, set, ok, why)
			}
		}
		if got := token.SignedBy(keys.NewText(string(secret))); got != (token.Alg == "HS256") {
			t.Errorf("%s is signed by the secret: %v", token.Alg, got)
		}
		edited := token
		edited.Kid = "x"
		named, _ := keys.ParseKeySet(keys.NewText(strings.Replace(c.set, `{"kty"`, `{"kid":"other","kty"`, 1)))
		if ok, why := named.Verify(edited); ok || !strings.Contains(why, "no key with the kid") {
			t.Errorf("a kid that the set does not have: %v, %s", ok, why)
		}
		if ok, why := named.Verify(token); !ok {
			t.Errorf("a token without kid is not tried with each key: %s", why)
		}
	}
}

// TestParseKeySet tells the forms of a set, and what is wrong with one that has none.
func TestParseKeySet(t *testing.T) {
	for _, c := range []struct{ text, form, err, defect string }{
		{`{"keys":[{` + rfcECKey + `}]}`, "object", "", ""},
		{`[{` + rfcECKey + `}]`, "array", "", ""},
		{`{` + rfcECKey + `}`, "single key", "", ""},
		{`{"keys":[]}`, "object", "", ""},
		{`{"keys":[}]}`, "", "not JSON from byte 10", ""}, // what older versions of compose make of ${X:-{"keys":[]}}
		{`{"keys":`, "", "not JSON", ""},
		{`{"jwks":1}`, "", "no set of keys", ""},
		{`7`, "", "no set of keys", ""},
		{`{"keys":[7]}`, "object", "", "key number 1 cannot be used: it is not a JSON object"},
		{`{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}`, "object", "", "no valid key of type EC"},
		{`{"keys":[{"k":"AA"}]}`, "object", "", "it has no kty"},
	} {
		set, err := keys.ParseKeySet(keys.NewText(c.text))
		switch {
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("%s: error %v, want %s", c.text, err, c.err)
		case c.err == "" && (err != nil || set.Form != c.form || !strings.Contains(set.Defect(), c.defect) || c.defect == "" && set.Defect() != ""):
			t.Errorf("%s: %v, %s, %s", c.text, err, set.Form, set.Defect())
		}
	}
}

// TestKeySetPrivate tells a private key from its public half, and compares pairs by the
// latter.
func TestKeySetPrivate(t *testing.T) {
	private, _ := keys.ParseKeySet(keys.NewText(`[{` + rfcECKey + `,"d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"},{"kty":"oct","k":"AAAA"}]`))
	public, _ := keys.ParseKeySet(keys.NewText(`{"keys":[{` + rfcECKey + `}]}`))
	rsa, _ := keys.ParseKeySet(keys.NewText(`{"keys":[{` + rfcRSAKey + `}]}`))
	if !private.HoldsPrivate() || public.HoldsPrivate() {
		t.Error("private and public are not told apart")
	}
	if !private.HasPairsOf(public) || public.HasPairsOf(rsa) {
		t.Error("pairs are not compared by their public halves")
	}
}

// TestHoldsSecret compares oct.k with the secret's base64url, and names usual mistakes.
func TestHoldsSecret(t *testing.T) {
	text := "a-secret-with/plus+and>bytes?of-32-or-more-characters~~"
	for _, c := range []struct {
		k     string
		holds bool
		words string
	}{
		{base64.RawURLEncoding.EncodeToString([]byte(text)), true, ""},
		{base64.StdEncoding.EncodeToString([]byte(text)), false, "not its base64url"},
		{text, false, "the secret itself"},
		{base64.RawURLEncoding.EncodeToString([]byte(text + "\n")), false, "newline"},
		{"AAAA", false, ""},
	} {
		set, err := keys.ParseKeySet(keys.NewText(fmt.Sprintf(`{"keys":[{"kty":"oct","k":%q}]}`, c.k)))
		if err != nil {
			t.Fatal(err)
		}
		holds, has := set.HoldsSecret(keys.NewText(text))
		if words := set.Mistaken(keys.NewText(text)); holds != c.holds || !has || !strings.Contains(words, c.words) || c.words == "" && words != "" {
			t.Errorf("%.6s…: %v, %v, %s", c.k, holds, has, words)
		}
	}
}

// TestManyKeys bounds what is read of a set, and still says how large it is.
func TestManyKeys(t *testing.T) {
	set, err := keys.ParseKeySet(keys.NewText(`{"keys":[` + strings.TrimSuffix(strings.Repeat(`{"kty":"oct","k":"AAAA"},`, 10_000), ",") + `]}`))
	if err != nil || set.Size != 10_000 {
		t.Fatalf("%v, %d keys", err, set.Size)
	}
}

// TestSetUse says who can use a set: what it has a key for, and what GoTrue could sign with.
func TestSetUse(t *testing.T) {
	const secret = `{"kty":"oct","k":"` + rfcSecret + `"}`
	for _, c := range []struct {
		set       string
		symmetric bool
		signers   int
	}{
		{`{"keys":[]}`, false, 0},
		{`[{` + rfcECKey + `,"key_ops":["sign","verify"]},` + secret + `]`, true, 1},
		{`[{` + rfcECKey + `,"key_ops":["verify"]}]`, false, 0},
		{`[{` + rfcECKey + `,"key_ops":"sign"}]`, false, 0},
		{`[{` + rfcECKey + `,"key_ops":["sign"]},{` + rfcRSAKey + `,"key_ops":["sign"]}]`, false, 2},
	} {
		s, err := keys.ParseKeySet(keys.NewText(c.set))
		if err != nil || s.HasSymmetric() != c.symmetric || s.Signers() != c.signers {
			t.Errorf("%.40s…: symmetric %v, %d signers, %v", c.set, s.HasSymmetric(), s.Signers(), err)
		}
	}
	if slot := (keys.Names{}).Of("PGRST_JWT_SECRET").SlotOf(keys.Known(keys.NewText(`{ "keys": [] }`))); slot != keys.JWKS {
		t.Errorf("an empty set in PGRST_JWT_SECRET is taken for %s", slot)
	}
}
