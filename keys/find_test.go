package keys_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/keys"
)

// TestFind: in which forms a key is found in a text, and what only looks like one.
func TestFind(t *testing.T) {
	all := testkeys.All()
	anon, service, opaque := all["{{anon}}"], all["{{service_role}}"], all["{{publishable}}"]
	half := len(anon) / 2
	encoded := base64.StdEncoding.EncodeToString([]byte(anon))
	spaced := base64.RawURLEncoding.EncodeToString([]byte("{\n  \"alg\": \"HS256\"}")) + anon[strings.Index(anon, "."):]
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"in code":               {`createClient(url, "` + anon + `")`, []string{anon}},
		"two in a .env":         {"ANON_KEY=" + anon + "\nSERVICE_ROLE_KEY=" + service + "\n", []string{anon, service}},
		"behind Bearer":         {"Authorization: Bearer " + anon, []string{anon}},
		"in a default":          {"${ANON_KEY:-" + anon + "}", []string{anon}},
		"in a URL":              {"https://x.example/rest/v1/?apikey=" + anon + "&select=*", []string{anon}},
		"ends a sentence":       {"The key is " + anon + ". That is " + service + "...", []string{anon, service}},
		"in a file's name":      {"keys/" + anon + ".json", []string{anon}},
		"in base64":             {"data: {key: " + encoded + "}", []string{anon}},
		"put together":          {`const key = "` + anon[:half] + `" +` + "\n    \"" + anon[half:] + `";`, []string{anon}},
		"put together in PHP":   {"$key = '" + anon[:half] + "' . '" + anon[half:] + "';", []string{anon}},
		"put together in SQL":   {"'" + anon[:half] + "' ||\n '" + anon[half:] + "'", []string{anon}},
		"escaped for a URL":     {"Authorization=Bearer%20" + anon + "%26apikey%3D" + opaque, []string{anon, opaque}},
		"behind an escape":      {`{"env": "A=1\n` + anon + `\t` + opaque + `"}`, []string{anon, opaque}},
		"side by side":          {`KEY = ("` + anon[:half] + `"` + "\n       \"" + anon[half:] + `")`, []string{anon}},
		"folded":                {"key: \"" + anon[:half] + "\\\n  " + anon[half:] + `"`, []string{anon}},
		"with white space in":   {spaced, []string{spaced}},
		"opaque":                {"key: '" + opaque + "'", []string{opaque}},
		"a token of others":     {testkeys.Sign("another secret of 32 characters or so", `{"sub":"x","iss":"https://accounts.example"}`), nil},
		"a name like an opaque": {"sb_secret_rotation_of_the_publishable_keys.yaml", nil},
		"a part of a name":      {"nosb_publishable_" + opaque[15:], nil},
		"half a token":          {anon[:half], nil},
		"in a manual":           {"sb_publishable_...", nil},
	} {
		var got []string
		for _, f := range keys.Find([]byte(c.text)) {
			got = append(got, f.Key.Reveal())
			if f.Start < 0 || f.End > len(c.text) || f.Start >= f.End {
				t.Errorf("%s: at %d to %d of %d", name, f.Start, f.End, len(c.text))
			}
		}
		if strings.Join(got, " ") != strings.Join(c.want, " ") {
			t.Errorf("%s: found %d keys, want %d", name, len(got), len(c.want))
		}
	}
}

// FuzzFind: what is found lies in the text, in order, and is found again by itself.
func FuzzFind(f *testing.F) {
	for _, key := range testkeys.All() {
		f.Add(`x = "` + key + `"`)
		f.Add(base64.StdEncoding.EncodeToString([]byte(key)))
	}
	f.Add("c2Jfc2VjcmV0X000001000000000000000000000") // begins as an opaque key does, in base64
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for _, found := range keys.Find([]byte(text)) {
			if found.Start < last || found.End > len(text) || found.Start >= found.End {
				t.Fatalf("at %d to %d, behind %d, of %d", found.Start, found.End, last, len(text))
			}
			last = found.Start
			if again := keys.Find([]byte(found.Key.Reveal())); len(again) != 1 {
				t.Fatalf("found again %d times", len(again))
			}
		}
	})
}

// BenchmarkFind looks through a minified line without a key.
func BenchmarkFind(b *testing.B) {
	line := []byte(strings.Repeat(`function e(t,n){return t.sb_("eyJhbGciOiJub25lIn0.e30")},`, 100_000))
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		keys.Find(line)
	}
}
