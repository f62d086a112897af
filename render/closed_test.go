package render

import (
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testrepo"
	"github.com/keylint/keylint/sources"
)

// TestClosedFiles: what lies in the work tree and is not the repository's goes into no object, whoever names it, and a note says so.
func TestClosedFiles(t *testing.T) {
	const token = "a-token-of-the-runner"
	repo := testrepo.Open(t, testrepo.Write(t, strings.ReplaceAll(`
-- .gitignore --
build/
chart/ignored.txt
-- .git/config --
TOKEN
-- build/token.txt --
TOKEN
-- tls.key --
-----BEGIN EC PRIVATE`+` KEY-----
TOKEN
-- root/kustomization.yaml --
configMapGenerator:
  - name: supabase
    files: [git=../.git/config, token=../build/token.txt, key=../tls.key]
    literals: [SUPABASE_URL=x]
-- chart/Chart.yaml --
{apiVersion: v2, name: demo, version: 1.0.0}
-- chart/ignored.txt --
TOKEN
-- chart/open.txt --
open
-- chart/templates/out.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: supabase}
data:
  a: {{ .Files.Get "ignored.txt" | quote }}
  b: {{ .Files.Get "open.txt" | quote }}
`, "TOKEN", token)), nil)
	said := map[string]bool{}
	for _, u := range Units(repo) {
		for _, o := range u.Objects {
			if u.Name == "root" && o.Open() == "" {
				t.Errorf("%s is said to hold no more than what its generator was given", o.Name)
			}
			for _, e := range o.Entries() {
				if e.Value.IsKnown() && strings.Contains(e.Value.Text().Reveal(), token) {
					t.Errorf("%s holds it in %s", o.Name, e.Key)
				}
			}
		}
	}
	for _, n := range repo.Notes() {
		if n.Kind == sources.NoteRefused {
			said[n.Message] = true
		}
	}
	for _, want := range []string{
		".git/config was not read: it is git's own", "build/token.txt was not read: git ignores it", "tls.key was not read: it is a private key",
		"the chart does not get ignored.txt: git ignores it",
	} {
		if !said[want] {
			t.Errorf("not said: %s, of %v", want, said)
		}
	}
}
