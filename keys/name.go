package keys

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Name is what the name of a variable or a data key promises of its value.
type Name struct {
	Slot Slot // the slot by which the name is known; empty for a name that means nothing here

	// Strong names (SUPABASE_ANON_KEY, GOTRUE_JWT_SECRET) make a site by themselves.
	// The others (JWT_SECRET, SERVICE_KEY) are used by other products too: it takes a
	// value that looks like a Supabase key, or a Supabase workload that reads it.
	Strong bool

	// PublicPrefix is the prefix by which a build tool inlines the value into what
	// the browser gets, for example "NEXT_PUBLIC_"; empty where there is none.
	PublicPrefix string

	// Suffix is what stands behind the prefix, in capitals with underscores:
	// "SUPABASE_ANON_KEY". It is the whole name where there is no prefix.
	Suffix string

	// Of is what tells several of a kind apart, wherever it stands in the name: "STAGE" of
	// SUPABASE_STAGE_ANON_KEY, STAGE_SUPABASE_URL and SUPABASE_URL_STAGE. A key and a URL that
	// have the same belong together.
	Of string

	// Stem is what stands before the end by which keys or addresses are called, of a name that means nothing here:
	// "MISC" of MISC_ANON_KEY and MISC_URL. They belong together as well.
	Stem string

	// URL says that the value is the address under which Supabase is reached, which tells
	// the instance that the keys beside it are meant for.
	URL bool

	// Issuer says that the value is the issuer that a verifier wants a token to name.
	Issuer bool

	// Apart says that the secret may be another than the instance's on purpose: METRICS_JWT_SECRET
	// signs for Realtime's and Supavisor's metrics only (supabase/realtime config/runtime.exs).
	Apart bool

	// AnyRole names (SUPABASE_KEY) are used for public and for server keys alike: the
	// value decides.
	AnyRole bool
}

// Role that the name promises; empty where the name means nothing or leaves it open.
func (n Name) Role() Role {
	if n.AnyRole {
		return ""
	}
	return n.Slot.Role()
}

// Elsewhere says whether the name tells an environment or a network other than production's: a
// key of that name is meant for what is called so, and for nothing else.
func (n Name) Elsewhere() bool {
	for _, word := range strings.Split(n.Of, "_") {
		if qualifiers[word] && !productive[word] {
			return true
		}
	}
	return false
}

// SlotOf settles which slot a value fills, from what its name promises and what its
// text says. A publishable key in a variable called ANON_KEY is legal: the text
// decides within a role. Where the roles differ the promise stands, so that the swap
// is found.
func (n Name) SlotOf(value Value) Slot {
	if !value.IsKnown() {
		return n.Slot
	}
	recognized := Recognize(value.Text())
	switch {
	case n.Slot == JWTSecret && IsEmptySet(value.Text()):
		return JWKS // PGRST_JWT_SECRET takes either
	case recognized == "":
		return n.Slot
	case n.Slot == "" || n.AnyRole:
		return recognized
	case recognized.Role() == n.Slot.Role():
		return recognized
	}
	return n.Slot
}

// publicPrefixes make a build tool inline a variable into the bundle: Next.js, Vite,
// Create React App, Expo, Nuxt, Gatsby, Vue CLI, ng-env, SvelteKit and Astro.
var publicPrefixes = []string{
	"NEXT_PUBLIC_", "VITE_", "REACT_APP_", "EXPO_PUBLIC_", "NUXT_PUBLIC_",
	"GATSBY_", "VUE_APP_", "NG_APP_", "STORYBOOK_", "PUBLIC_",
}

// strongNames are the names that only Supabase uses, without a public prefix.
var strongNames = map[string]Slot{
	"SUPABASE_ANON_KEY": Anon, "SUPABASE_ANON": Anon, "SUPABASE_PUBLIC_KEY": Anon, "SUPABASE_PUBLIC_ANON_KEY": Anon,
	"SUPABASE_PUBLISHABLE_KEY": Publishable, "SUPABASE_PUBLISHABLE_DEFAULT_KEY": Publishable,
	"SUPABASE_PUBLISHABLE_OR_ANON_KEY": Publishable,
	"SUPABASE_SERVICE_ROLE_KEY":        ServiceRole, "SUPABASE_SERVICE_KEY": ServiceRole, "SUPABASE_SERVICE_ROLE": ServiceRole,
	"SUPABASE_ADMIN_KEY": ServiceRole, "SUPABASE_SECRET_KEY": Secret,
	"SUPABASE_KEY": Anon, "SUPABASE_API_KEY": Anon,
	"SUPABASE_JWT_SECRET": JWTSecret, "SUPABASE_AUTH_JWT_SECRET": JWTSecret,
	"GOTRUE_JWT_SECRET": JWTSecret, "PGRST_JWT_SECRET": JWTSecret, "PGRST_APP_SETTINGS_JWT_SECRET": JWTSecret, "APP_SETTINGS_JWT_SECRET": JWTSecret,
	"GOTRUE_JWT_KEYS": JWTKeys, "SUPABASE_JWKS": JWKS,
	"SERVICE_SUPABASEANON_KEY": Anon, "SERVICE_SUPABASESERVICE_KEY": ServiceRole, // Coolify
}

// anyRoleNames leave the role to the value.
var anyRoleNames = map[string]bool{"SUPABASE_KEY": true, "SUPABASE_API_KEY": true}

// weakNames are used by Supabase's own services, by its Helm chart and operator, and
// by other products.
var weakNames = map[string]Slot{
	"ANON_KEY": Anon, "ANON": Anon,
	"SERVICE_ROLE_KEY": ServiceRole, "SERVICE_KEY": ServiceRole, "SERVICE_ROLE": ServiceRole,
	"PUBLISHABLE_KEY": Publishable, "SECRET_KEY": Secret,
	"ANON_KEY_ASYMMETRIC": AnonAsymmetric, "SERVICE_ROLE_KEY_ASYMMETRIC": ServiceRoleAsymmetric,
	"SERVICE_KEY_ASYMMETRIC": ServiceRoleAsymmetric,
	"JWT_SECRET":             JWTSecret, "AUTH_JWT_SECRET": JWTSecret, "API_JWT_SECRET": JWTSecret, "METRICS_JWT_SECRET": JWTSecret,
	"SERVICE_PASSWORD_JWT":      JWTSecret, // Coolify
	"HASURA_GRAPHQL_JWT_SECRET": JWTSecret,
	"JWT_KEYS":                  JWTKeys, "JWT_JWKS": JWKS, "API_JWT_JWKS": JWKS,
}

// Names is the one door through which a variable's or a data key's name is read. The zero
// value knows the names that are in use everywhere.
type Names struct{ own map[string]Slot }

// NewNames adds names of the user's own, as they are written. They are strong.
func NewNames(own map[string]Slot) Names { return Names{own} }

// Own are the user's own names, in no order.
func (n Names) Own() []string { return slices.Collect(maps.Keys(n.own)) }

// Of reads a name in any of the spellings that are in use: SUPABASE_ANON_KEY,
// supabase-anon-key, anonKey, STAGING_SUPABASE_ANON_KEY. Prefix and suffix are those of
// every name, also of one that means nothing here.
func (n Names) Of(name string) Name {
	result := read(name)
	if slot, ok := n.own[name]; ok {
		result.Slot, result.Strong, result.AnyRole, result.Apart = slot, true, false, false
	}
	return result
}

func read(name string) Name {
	result := Name{Suffix: screaming(name)}
	for _, p := range publicPrefixes {
		if rest, ok := strings.CutPrefix(result.Suffix, p); ok {
			result.PublicPrefix, result.Suffix = p, rest
			break
		}
	}
	n, of := qualified(result.Suffix)
	result.URL, result.Issuer, result.Of = isURL(n), isIssuer(n), of
	result.Apart = strings.HasSuffix(n, "METRICS_JWT_SECRET")
	if slot, ok := strongNames[n]; ok {
		result.Slot, result.Strong, result.AnyRole = slot, true, anyRoleNames[n]
	} else if rest, ok := strings.CutPrefix(n, "SUPABASE_"); ok && weakNames[rest] != "" {
		result.Slot, result.Strong = weakNames[rest], true
	} else if result.Slot = weakNames[n]; result.Slot == "" && of == "" && !result.URL {
		result.Stem = stem(n)
	}
	return result
}

// stem is what stands before the end of a name, in capitals, by which keys or addresses are called; empty where it has none.
func stem(n string) string {
	for i := range n {
		if end := n[i+1:]; n[i] == '_' && (weakNames[end] != "" || end == "URL" || end == "API_URL") {
			return n[:i]
		}
	}
	return ""
}

// qualifiers are the words behind SUPABASE_, and at a name's end, that tell an environment or
// a network. In front of SUPABASE_ any word does.
var qualifiers = map[string]bool{
	"DEV": true, "DEVELOPMENT": true, "TEST": true, "TESTING": true, "QA": true, "UAT": true, "DEMO": true, "SANDBOX": true,
	"STAGE": true, "STAGING": true, "STG": true, "PREVIEW": true, "BETA": true,
	"PROD": true, "PRODUCTION": true, "LIVE": true, "LEGACY": true, "OLD": true, "NEW": true,
	"LOCAL": true, "LAN": true, "WAN": true, "INTERNAL": true, "EXTERNAL": true, "REMOTE": true, "CLOUD": true,
}

// productive are those of the qualifiers that a key without any may have as well.
var productive = map[string]bool{"PROD": true, "PRODUCTION": true, "LIVE": true, "NEW": true, "LEGACY": true, "EXTERNAL": true, "WAN": true, "CLOUD": true}

// qualified takes from a name, in capitals, what tells it from others of its kind.
func qualified(n string) (bare, of string) {
	var words []string
	if i := strings.LastIndex(n, "SUPABASE_"); i > 0 && n[i-1] == '_' {
		words, n = append(words, n[:i-1]), n[i:]
	}
	if rest, ok := strings.CutPrefix(n, "SUPABASE_"); ok {
		if word, behind, ok := strings.Cut(rest, "_"); ok && qualifiers[word] {
			words, n = append(words, word), "SUPABASE_"+behind
		}
		if i := strings.LastIndexByte(n, '_'); qualifiers[n[i+1:]] {
			words, n = append(words, n[i+1:]), n[:i]
		}
	}
	return n, strings.Join(words, "_")
}

// isURL says whether the name, in capitals, is that of the address under which an app
// reaches Supabase.
func isURL(n string) bool {
	switch n {
	case "SUPABASE_URL", "SUPABASE_API_URL", "SUPABASE_PUBLIC_URL", "SUPABASE_PROJECT_URL", "API_EXTERNAL_URL", "GOTRUE_API_EXTERNAL_URL":
		return true
	}
	return false
}

// isIssuer says whether the name, in capitals, is that of the issuer which a verifier expects. GoTrue's own is what it
// puts into the tokens, and not what it wants.
func isIssuer(n string) bool {
	if n == "GOTRUE_JWT_ISSUER" {
		return false
	}
	for _, end := range []string{"ISSUER", "ISSUER_URL", "ISSUER_URI", "JWT_ISS"} {
		if n == end || strings.HasSuffix(n, "_"+end) {
			return true
		}
	}
	return false
}

// screaming turns "supabase-anon-key", "supabase.anon.key" and "supabaseAnonKey" into
// SUPABASE_ANON_KEY.
func screaming(name string) string {
	var b strings.Builder
	var previous rune
	for _, r := range name {
		switch {
		case r == '-' || r == '.' || r == ' ':
			r = '_'
		case unicode.IsUpper(r) && (unicode.IsLower(previous) || unicode.IsDigit(previous)):
			b.WriteByte('_')
		}
		previous = r
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}

// Words are the words of a name in any of these spellings, in small letters.
func Words(name string) []string {
	return strings.FieldsFunc(strings.ToLower(screaming(name)), func(r rune) bool { return r == '_' })
}
