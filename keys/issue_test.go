package keys

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"
)

// TestIssue makes keys as upstream's generator does: the payload is its own, byte for byte.
func TestIssue(t *testing.T) {
	secret := NewText("a-secret-of-more-than-thirty-two-characters")
	at := time.Unix(1770000000, 0)
	for _, c := range []struct {
		slot    Slot
		old     string // payload
		payload string
	}{
		{Anon, "", `{"role":"anon","iss":"supabase","iat":1770000000,"exp":1927680000}`},
		{ServiceRole, "", `{"role":"service_role","iss":"supabase","iat":1770000000,"exp":1927680000}`},
		{Anon, `{"role":"anon","iss":"supabase-demo","iat":1,"exp":2}`, `{"role":"anon","iss":"supabase","iat":1770000000,"exp":1927680000}`},
		{ServiceRole, `{"role":"anon","iss":"https://auth.example.org","aud":["a", "b"],"nbf":7,"app":{"x": 1}}`,
			`{"role":"service_role","iss":"https://auth.example.org","iat":1770000000,"exp":1927680000,"app":{"x":1},"aud":["a","b"]}`},
	} {
		old := Text{}
		if c.old != "" {
			old = NewText("eyJhbGciOiJIUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(c.old)) + ".c2lnbmF0dXJl")
		}
		key, ok := Issue(c.slot, secret, old, at)
		if !ok {
			t.Fatal(c.slot)
		}
		parts := strings.Split(key.Reveal(), ".")
		payload, err := base64.RawURLEncoding.DecodeString(parts[1])
		if err != nil || string(payload) != c.payload || parts[0] != "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9" {
			t.Errorf("%v: %s, not %s", err, payload, c.payload)
		}
		if token, ok := ParseJWT(key); !ok || !token.SignedBy(secret) || Recognize(key) != c.slot {
			t.Errorf("%s is no key that the secret signed", c.slot)
		}
		if again, _ := Issue(c.slot, secret, old, at); !again.Equal(key) {
			t.Error("it is another one each time")
		}
	}
	if _, ok := Issue(Publishable, secret, Text{}, at); ok {
		t.Error("issued an opaque key")
	}
}
