package keys

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
)

// opaqueLengths are the lengths of opaque keys by their prefix: 22 random characters of
// base64url, an underscore and 8 of a checksum (supabase/supabase
// docker/utils/add-new-auth-keys.sh).
var opaqueLengths = map[string]int{"sb_publishable_": 46, "sb_secret_": 41}

// opaquePrefix is the prefix by which a text is meant to be an opaque key; empty without
// one.
func opaquePrefix(s string) string {
	for prefix := range opaqueLengths {
		if strings.HasPrefix(s, prefix) {
			return prefix
		}
	}
	return ""
}

// OpaqueDefect says why a text with the prefix of an opaque key is none. It is empty for
// a well-formed key, and for any text without such a prefix.
func OpaqueDefect(t Text) string {
	s := Trim(t).Reveal()
	prefix := opaquePrefix(s)
	if prefix == "" {
		return ""
	}
	want := opaqueLengths[prefix]
	if bad := outsideAlphabet(s); bad >= 0 {
		return fmt.Sprintf("it has a character at position %d that base64url does not have", bad+1)
	}
	if len(s) != want {
		return fmt.Sprintf("it is %d bytes long, and a key with the prefix %s has %d", len(s), prefix, want)
	}
	if s[len(s)-9] != '_' {
		return "it has no underscore before its last 8 characters, which are a checksum"
	}
	return ""
}

// SelfHosted says whether an opaque key's checksum is that of upstream's script for
// self-hosting. Hosted projects and the CLI use another, so that a false is no fault.
func SelfHosted(t Text) bool {
	s := Trim(t).Reveal()
	if opaquePrefix(s) == "" || OpaqueDefect(t) != "" {
		return false
	}
	sum := sha256.Sum256([]byte("supabase-self-hosted|" + s[:len(s)-9]))
	return base64.RawURLEncoding.EncodeToString(sum[:])[:8] == s[len(s)-8:]
}
