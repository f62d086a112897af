package sources

import (
	"encoding/base64"
	"math/rand"
	"strings"
	"testing"
)

// TestMarks names what leads to a file, and what is nearly that.
func TestMarks(t *testing.T) {
	f := newFinder(append(builtin(), spellings("TEAM_BACKEND_TOKEN")...))
	for _, text := range []string{
		"SUPABASE_URL", "image: Supabase/studio", "ANON_KEY=x", "NEXT_PUBLIC_ANON_KEY", "  anonKey: x", "publicAnonKey", "anon-key",
		"SERVICE_ROLE_KEY", "  - username: service_role", "serviceRoleKey", "SERVICE_KEY: x", "serviceKey: x", "service-key:",
		"sb_publishable_abc", "sb_secret_abc", "Bearer eyJhbGciOiJIUzI1NiJ9", "GOTRUE_JWT_SECRET", "PGRST_JWT_SECRET", "postgrest/postgrest",
		"keyauth_credentials:", "KONG_DECLARATIVE_CONFIG", "kind: KongConsumer", "konghq.com/credential: key-auth",
		"your-super-secret-jwt-token-with-at-least-32-characters-long",
		"TEAM_BACKEND_TOKEN", "team-backend-token", "teamBackendToken", "VITE_TEAM_BACKEND_TOKEN",
	} {
		if !f.in([]byte(text)) {
			t.Errorf("%q leads to no file", text)
		}
	}
	for _, text := range []string{
		"jwt", "JWT_SECRET", "AUTH_JWT_SECRET", "anonymous", "ALLOW_ANONYMOUS", "CANON_KEY", "canonkey", "canon_key", "SERVICE_KEY_TYPE", "GCP_SERVICE_KEY", "SERVICE_ACCOUNT",
		"kong", "kong:3.9", "konghq.com/strip-path", "key-auth", "KONG_DATABASE", "service-role/AmazonEKSClusterPolicy", "serviceRoleArn", "eyJ", "sb_foo", "ENC[AES256_GCM,data:",
		"kind: SealedSecret", "STEAM_BACKEND_TOKEN",
	} {
		if f.in([]byte(text)) {
			t.Errorf("%q leads to a file", text)
		}
	}
	for before := range 4 {
		text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", before) + "SUPABASE_ANON_KEY=y"))
		if !f.in([]byte("  env: " + text)) {
			t.Errorf("the base64 %q leads to no file", text)
		}
	}
}

// TestFinder compares the finder with one that looks at every place.
func TestFinder(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	word := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteByte("abAB_"[random.Intn(5)])
		}
		return b.String()
	}
	for range 2_000 {
		var marks []mark
		for range 1 + random.Intn(6) {
			m := mark{text: word(2 + random.Intn(5)), exact: random.Intn(2) == 0, word: random.Intn(3) == 0, whole: random.Intn(4) == 0}
			if !m.exact {
				m.text = strings.ToLower(m.text)
			}
			marks = append(marks, m)
		}
		text := []byte(word(random.Intn(40)))
		want := false
		for start := range text {
			for _, m := range marks {
				want = want || m.at(text, start)
			}
		}
		if got := newFinder(marks).in(text); got != want {
			t.Fatalf("%+v in %q: %v, want %v", marks, text, got, want)
		}
	}
}

// TestMarksInLargeFiles finds a mark wherever it stands in a file that is not held.
func TestMarksInLargeFiles(t *testing.T) {
	for _, at := range []int{0, maxHeld - 3, maxHeld, maxHeld + 1 - overlap, 2 * maxHeld, 3*maxHeld - 8} {
		text := []byte(strings.Repeat("x ", 3*maxHeld/2))
		copy(text[at:], "SUPABASE")
		repo := openPaths(t, writeTree(t, map[string]string{"a.yaml": string(text)}))
		f := repo.File("a.yaml")
		if !f.IsMarked() {
			t.Errorf("a mark at %d was not found", at)
		}
		if b, err := f.Disk(); err != nil || len(b) != len(text) {
			t.Errorf("%d bytes, %v", len(b), err)
		}
	}
}

// TestCiphertextByItsPath goes by the path of what hides its marks, and of nothing else.
func TestCiphertextByItsPath(t *testing.T) {
	const hidden = "data: ENC[AES256_GCM,data:IzSgDM7nlD0kMg==,iv:8wtJTrVbdXVMtSkDwSzSjpUAjSWUVJbQO+cOWGAoxVM=,tag:pVjCkgVoZCUEpnjOGfy5Fw==,type:str]\n"
	repo := openPaths(t, writeTree(t, map[string]string{
		"apps/supabase/secrets.yaml": hidden, "apps/supabase/values.yaml": "replicas: 2\n", "apps/nextcloud/secrets.yaml": hidden,
	}))
	for name, want := range map[string]bool{
		"apps/supabase/secrets.yaml": true, "apps/supabase/values.yaml": false, "apps/nextcloud/secrets.yaml": false,
	} {
		if got := repo.File(name).BearsKeys(); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
