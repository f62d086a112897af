package report

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/keylint/keylint/keys"
)

func TestGuard(t *testing.T) {
	const secret = "super secret \"jwt\" <key>\nwith 40+ characters/æ"
	ledger := &keys.Ledger{}
	ledger.Add(keys.NewText(secret))
	quoted, err := json.Marshal(secret)
	if err != nil {
		t.Fatal(err)
	}
	jwt := "eyJhbGciOiJIUzI1NiJ9." + "eyJyb2xlIjoiYW5vbiJ9.c2lnbmF0dXJl"
	for name, c := range map[string]struct {
		text  string
		leaks bool
	}{
		"honest":            {"k8s/sb_secret_rotation.yaml:1:1: error: sha256:1a2b3c4d [role-swap]\n", false},
		"plain":             {"it is " + secret + ".", true},
		"base64":            {base64.StdEncoding.EncodeToString([]byte(secret)), true},
		"base64url":         {base64.RawURLEncoding.EncodeToString([]byte(secret)), true},
		"URL-escaped":       {"?key=" + url.QueryEscape(secret), true},
		"as JSON":           {string(quoted), true},
		"by %q":             {fmt.Sprintf("%q", secret), true},
		"JWT not in ledger": {jwt, true},
		"age identity":      {"AGE-SECRET-" + "KEY-1" + strings.Repeat("Q", 58), true},
		"private key":       {"-----BEGIN RSA " + "PRIVATE KEY-----", true},
		"beginning of JWT":  {"a JWT begins with eyJhbGciOiJIUzI1NiJ9", false},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			g := NewGuard(&out, ledger)
			// In two pieces: a key that is written in parts is one all the same.
			half := len(c.text) / 2
			_, _ = io.WriteString(g, "before ")
			_, _ = io.WriteString(g, c.text[:half])
			_, _ = io.WriteString(g, c.text[half:])
			if out.Len() > 0 {
				t.Fatal("something passed before Flush")
			}
			err := g.Flush()
			switch {
			case c.leaks && (!errors.Is(err, ErrLeak) || out.Len() > 0):
				t.Errorf("error %v, and %d bytes passed; want none", err, out.Len())
			case !c.leaks && (err != nil || out.String() != "before "+c.text):
				t.Errorf("error %v, passed %q", err, out.String())
			}
			if err := g.Close(); err != nil {
				t.Errorf("a second Flush: %v", err)
			}
		})
	}
	if strings.Contains(ErrLeak.Error(), secret) {
		t.Error("the error quotes the key")
	}
}

// TestGuardPassesDocumentation: a dummy that a rule's documentation names is no secret, in
// whichever report prints the documentation; what is beside it is.
func TestGuardPassesDocumentation(t *testing.T) {
	const dummy = "keylint: ignore[rule]"
	ledger := &keys.Ledger{}
	ledger.Add(keys.NewText(dummy))
	ledger.Add(keys.NewText("a secret that nobody documents"))
	var out bytes.Buffer
	g := NewGuard(&out, ledger)
	fmt.Fprint(g, dummy)
	if err := g.Flush(); err != nil || out.String() != dummy {
		t.Errorf("error %v, passed %q", err, out.String())
	}
	fmt.Fprint(g, dummy+" and a secret that nobody documents")
	if err := g.Flush(); !errors.Is(err, ErrLeak) {
		t.Errorf("error %v", err)
	}
}

func TestGuardDiscard(t *testing.T) {
	var out bytes.Buffer
	g := NewGuard(&out, nil)
	fmt.Fprint(g, "cut short")
	g.Discard()
	if err := g.Flush(); err != nil || out.Len() > 0 {
		t.Errorf("error %v, passed %q", err, out.String())
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestGuardReportsWriteErrors(t *testing.T) {
	g := NewGuard(brokenPipe{}, nil)
	fmt.Fprint(g, "text")
	if err := g.Flush(); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v", err)
	}
}

// TestFormIsOwn: a decrypted text in which a report's own words stand takes none of these out of it.
func TestFormIsOwn(t *testing.T) {
	ledger := &keys.Ledger{}
	ledger.Know(IsOwnText)
	for _, secret := range []string{`{"name":"x","file":"y","role":"anon","version":2,"message":"m","fingerprint":"","ruleId":"r"}`, "pbkdf2:sha256:600000$salt", "warning", "disagree"} {
		ledger.Conceal(keys.NewText(secret), "")
	}
	const report = `{
  "version": 1,
  "name": "k8s", "file": "a.yaml", "role": "public", "fingerprint": "sha256:1a2b3c4d", "ruleId": "r",
  "severity": "warning", "outcome": "disagree",
  "message": "$salt"
}`
	var out bytes.Buffer
	g := NewGuard(&out, ledger)
	_, _ = g.Write([]byte(report))
	if err := g.Flush(); err != nil || out.String() != report {
		t.Errorf("%v\n%s", err, out.String())
	}
}
