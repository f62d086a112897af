package keys

import (
	"regexp"
	"strings"
)

// Recognize reads the slot off the text itself: a legacy JWT by its role claim, an
// opaque key by its prefix, a JWKS by its JSON. White space and quotes around it are
// looked past. It is empty for anything else, such as a signing secret or a
// placeholder.
func Recognize(t Text) Slot {
	s := Trim(t)
	switch text := s.Reveal(); {
	case strings.HasPrefix(text, "sb_publishable_") && isOpaque(text):
		return Publishable
	case strings.HasPrefix(text, "sb_secret_") && isOpaque(text):
		return Secret
	case strings.HasPrefix(text, "{") && strings.Contains(text, `"kty"`): // a set, or a single JWK
		return JWKS
	case strings.HasPrefix(text, "[") && strings.Contains(text, `"kty"`):
		return JWTKeys
	}
	j, ok := ParseJWT(s)
	if !ok {
		return ""
	}
	asymmetric := strings.HasPrefix(j.Alg, "ES") || strings.HasPrefix(j.Alg, "RS")
	switch {
	case j.Role == "anon" && asymmetric:
		return AnonAsymmetric
	case j.Role == "service_role" && asymmetric:
		return ServiceRoleAsymmetric
	case j.Role == "anon":
		return Anon
	case j.Role == "service_role":
		return ServiceRole
	}
	return ""
}

// HasForm says whether a text is, or was, a key by its form: a JWT or what is left of one, an
// opaque key, or the base64 of one. Of anything else no hash may be shown.
func HasForm(t Text) bool {
	bare := Trim(t)
	_, isJWT := ParseJWT(bare)
	_, isBroken := FindDefect(t)
	_, isBase64 := Decoded(t)
	return isJWT || isBroken || isBase64 || opaquePrefix(bare.Reveal()) != ""
}

// isOpaque says whether the part behind the prefix is long enough to be a key and not
// the "sb_publishable_..." of a manual.
func isOpaque(s string) bool {
	return len(s) >= 30 && !strings.ContainsAny(s, ".<>…* \t\n$")
}

// Trim takes white space and one pair of quotes off: what people paste along.
func Trim(t Text) Text {
	s := strings.TrimSpace(t.Reveal())
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		s = strings.TrimSpace(s[1 : len(s)-1])
	}
	return NewText(s)
}

// IsPlaceholder says whether a text is a word that a person was to replace, and no key.
func IsPlaceholder(t Text) bool { return LooksLikePlaceholder(t) && Recognize(t) == "" }

// LooksLikePlaceholder says whether the text stands for a key that somebody or
// something is to put in its place: "your-anon-key", "<ANON_KEY>", "${ANON_KEY}",
// "changeme", "{{ .Values.anonKey }}", "__ANON_KEY__".
func LooksLikePlaceholder(t Text) bool {
	s := strings.ToLower(Trim(t).Reveal())
	if s == "" || strings.ContainsAny(s, "<>{}") || strings.HasPrefix(s, "$") || strings.HasPrefix(s, "__") {
		return true
	}
	if strings.HasPrefix(s, "eyj") && strings.Count(s, ".") == 2 && len(s) > 100 {
		return false
	}
	for _, word := range placeholderWords {
		if strings.Contains(s, word) {
			return true
		}
	}
	return false
}

// Spaces says what white space stands before, behind or in a key, for a message; empty
// where there is none.
func Spaces(t Text) string {
	s := t.Reveal()
	if len(s) > maxCompared {
		return ""
	}
	inner := strings.TrimSpace(s)
	switch {
	case inner == "":
		return ""
	case strings.ContainsAny(inner, "\r\n"):
		return "a line break in it"
	case inner == s:
		return "" // a space within may be part of a passphrase
	case strings.TrimRight(s, "\n") == inner:
		return "a newline at its end"
	case strings.TrimRight(s, "\r\n") == inner:
		return "a carriage return at its end, from a file with Windows' line ends"
	case strings.TrimRight(s, " \t") == inner:
		return "a space at its end"
	}
	return "white space around it"
}

// Quoted says whether the text begins and ends with the same quote.
func Quoted(t Text) bool {
	s := strings.TrimSpace(t.Reveal())
	return len(s) > 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0]
}

// expression matches what a program fills in: "${SUPABASE_ANON_KEY}", "$(ANON_KEY)",
// "{{ .Values.anonKey }}", "${{ secrets.X }}", "<path:kv/a#b>", "%%ANON_KEY%%", "__ANON_KEY__".
var expression = regexp.MustCompile(`^(?:\$\{[^{}]*\}|\$\([^()]*\)|\$?\{\{[^{}]*\}\}|<[^<>]*>|%+\w+%+|__\w+__|\$[A-Z_]+)$`)

// IsExpression says whether the text is nothing but a place for a value that a program fills
// in: no key, whatever is made of it.
func IsExpression(t Text) bool { return expression.MatchString(Trim(t).Reveal()) }

// IsReference says whether the text is one that a tool fills in ("${ANON_KEY}", "{{ .Values.key }}",
// "__ANON_KEY__"), and not a word that a person is to replace.
func IsReference(t Text) bool {
	s := Trim(t).Reveal()
	return strings.HasPrefix(s, "$") || strings.Contains(s, "${") || strings.Contains(s, "{{") || strings.HasPrefix(s, "__") || strings.Contains(s, "<%")
}

// placeholderWords were seen in public repositories where a key should be.
var placeholderWords = []string{
	"fake", "changeme", "change-me", "change_me", "replace", "your-", "your_", "placeholder", "example", "dummy",
	"insert", "todo", "xxxx", "public-anon-key", "anon-key", "anon_key", "service-role-key", "service_role_key", "service-key", "service_key", "provided",
	"...", "…",
	// Portuguese, Spanish, French, German
	"substitu", "altere", "sua-chave", "sua_chave", "reemplaz", "cambiar", "tu-clave", "tu_clave", "remplac", "votre-", "votre_", "ersetze", "dein-", "dein_",
}
