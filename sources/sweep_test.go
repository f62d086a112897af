package sources_test

import (
	"slices"
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/internal/testrepo"
	"github.com/keylint/keylint/sources"
)

// TestSweep: a key is found in whatever text it stands, and not in what is no text, what git ignores or what others wrote.
func TestSweep(t *testing.T) {
	r := testrepo.Open(t, testrepo.Write(t, testkeys.Fill(`
-- .gitignore --
build/
-- web/client.ts --
export const client = createClient(url,
  '{{anon}}')
-- deploy.sh --
curl -H "apikey: {{service_role}}" "$URL"
-- README.md --
Use {{publishable}}.
-- web/.env --
KEY={{anon}}
-- infra/main.tf --
anon_key = "{{anon}}"
-- app.min.js --
a="x";b="{{anon}}";c="{{service_role}}"
-- build/out.js --
k="{{anon}}"
-- node_modules/x/index.js --
k="{{anon}}"
-- plain.ts --
k="eyJhbGciOiJIUzI1NiJ9"
`)), nil)
	var got []string
	for _, in := range r.Sweep(func(*sources.File, sources.SweptKey) bool { return false }) {
		for _, k := range in.Keys {
			got = append(got, k.At.String())
		}
	}
	want := []string{"README.md:1:5", "app.min.js:1:10", "app.min.js:1:184", "deploy.sh:1:18", "infra/main.tf:1:13", "web/.env:1:5", "web/client.ts:2:4"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}
