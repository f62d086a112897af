package keys

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	projectRef = regexp.MustCompile(`^[a-z]{20}$`)
	uuid       = regexp.MustCompile(`(?i)^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	hexDigits  = regexp.MustCompile(`^[0-9a-fA-F]{16,}$`)
	plainText  = regexp.MustCompile(`^[A-Za-z0-9+/=_.~-]+$`)
)

// Instead says what a text is that stands where an API key belongs and by its form never was one:
// "64 hexadecimal digits". It is empty for a key, or what is left of one; for what stands for a
// key, such as a placeholder, the name of a variable or of a role, a reference to a store or a path;
// and for ciphertext.
func (n Names) Instead(t Text) string {
	bare := Trim(t)
	s := bare.Reveal()
	switch slot := Recognize(bare); {
	case s == "" || HasForm(t) || IsCiphertext(t) || EncryptedBy(t) != "":
		return ""
	case slot == JWKS || slot == JWTKeys:
		return "a JSON key set"
	case bearer(bare):
		return "a key with the word Bearer before it"
	case LooksLikePlaceholder(t) || IsReference(t) || n.Of(s).Slot != "":
		return ""
	case strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://"):
		return "a URL"
	case !plainText.MatchString(s) || strings.Contains(s, "/") && !LooksRandom(s) || strings.HasPrefix(s, "/"):
		return "" // a path, or a reference of a form that is not known here
	case projectRef.MatchString(s):
		return "20 small letters, as the reference of a hosted project has"
	case strings.HasPrefix(s, "sbp_"):
		return "an access token of Supabase's management API"
	case uuid.MatchString(s):
		return "a UUID"
	case hexDigits.MatchString(s):
		return fmt.Sprintf("%d hexadecimal digits", len(s))
	}
	return fmt.Sprintf("a text of %d bytes", len(s))
}
