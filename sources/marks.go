package sources

import (
	"encoding/base64"
	"strings"
	"sync"
)

// A mark is a text that can bear a Supabase key by itself, or be one: a file in which none
// stands holds nothing of Supabase, unless something that has one leads to it
// (render/reach.go). Marks are few and strong. What other products say as well ("jwt",
// "anon", "kong", JWT_SECRET) is none.

// foldedMarks count in any capitals, as they stand in names of variables and data keys, in
// images and in the names of objects.
var foldedMarks = []string{
	"supabase", // in most names, images and hosts
	// What its services read: GoTrue's and PostgREST's own variables, and the two of them.
	"gotrue", "pgrst_", "postgrest", "pgrst.jwt_secret", "app.settings.jwt_secret",
	// Who accepts keys: Kong's credentials and where Kong finds them, and those of its
	// Ingress Controller.
	"keyauth_credentials", "kong_declarative_config", "kongconsumer", "konghq.com/credential",
	// The keys' names where "supabase" is left out, and the role that a server key has.
	"service_role", "service-role-key", "servicerolekey", "service.role.key",
	"secretrefkey", // of the chart of supabase-community, whose Secret stands elsewhere
}

// parted are marks that other products' names contain: they count where no letter runs into
// them, and SERVICE_KEY only as a whole name, not in GCP_SERVICE_KEY and SERVICE_KEY_TYPE.
var parted = []mark{
	{text: "anon_key", word: true}, {text: "anon-key", word: true}, {text: "anonkey", word: true}, {text: "anon.key", word: true},
	{text: "service_key", word: true, whole: true}, {text: "service-key", word: true, whole: true}, {text: "servicekey", word: true, whole: true},
}

// exactMarks are keys and beginnings of keys: opaque ones, the headers that JWTs have,
// and the secret that Supabase's documentation publishes.
var exactMarks = []string{
	"sb_publishable_", "sb_secret_", "super-secret-jwt-token",
	"eyJhbGci", "eyJ0eXAi", "eyJraWQi", "eyJjdHki", "eyAiYWxn", "eyAidHlw", "ewogICJhbGci", "ewogICJ0eXAi", // {"alg", {"typ", {"kid", {"cty", and with white space
}

// hiddenMarks are marks that also count where they stand in base64, in whatever text: the data
// of a Secret, a role in a JWT's payload.
var hiddenMarks = []string{
	"supabase", "SUPABASE", "Supabase", "ANON_KEY", "anon_key", "anon-key", "anonKey", "SERVICE_ROLE", "service_role", `"anon"`,
	"GOTRUE_", "PGRST_", "keyauth_credentials", "sb_publishable_", "sb_secret_", "eyJhbGci", "eyJ0eXAi", "eyJraWQi", "super-secret-jwt",
}

// builtin is made at the first use: a command that reads nothing does not need it.
var builtin = sync.OnceValue(func() []mark {
	marks := append([]mark(nil), parted...)
	for _, m := range foldedMarks {
		marks = append(marks, mark{text: m})
	}
	for _, m := range exactMarks {
		marks = append(marks, mark{text: m, exact: true})
	}
	for _, m := range hiddenMarks {
		for _, encoded := range inBase64(m) {
			marks = append(marks, mark{text: encoded, exact: true})
		}
	}
	return marks
})

// inBase64 are the three texts of which one stands in the base64 of whatever contains s:
// which one depends on how many bytes come before it. The signs that bytes beside it have a
// part in are left off.
func inBase64(s string) []string {
	var out []string
	for before := range 3 {
		bits := 8 * (before + len(s))
		encoded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", before) + s))
		out = append(out, encoded[(8*before+5)/6:bits/6])
	}
	return out
}

// spellings are the forms in which a name stands in files: MY_ANON_KEY, my-anon-key,
// my.anon.key and myAnonKey. Capitals do not count.
func spellings(name string) []mark {
	parts := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '_' || r == '-' || r == '.' })
	var out []mark
	for _, between := range []string{"_", "-", ".", ""} {
		out = append(out, mark{text: strings.Join(parts, between), word: true})
	}
	return out
}
