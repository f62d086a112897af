package rules_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/lint/rules"
)

// outages are those that people reported, by their number in the domain's catalogue, and
// what shows that keylint names the cause: an archive in testdata/catalogue, a rule's own
// example, or a fixture with its mended twin. Each says that in words of its finding, and
// the mended version says nothing.
var outages = []struct {
	number string
	rule   string // "" for those with an archive, which names it
	words  string
	broken string // a fixture, and "/" with what the finding's file begins with; "" for the rule's example
	mended string // a fixture without a finding
}{
	{"A1", "", "", "", ""},
	{"A2", "", "", "", ""},
	{"A3", "", "", "", ""},
	{"A4", "", "", "", ""},
	{"A5", "same-key-both-roles", "the same key", "", ""},
	{"A6", "placeholder-env-missing", "", "", ""},
	{"A7", "placeholder-not-substituted", "", "", ""},
	{"A8", "", "", "", ""},
	{"A9", "", "", "", ""},
	{"A10", "gateway-not-rolled", "", "", ""},
	{"A11", "", "", "", ""},
	{"A12", "invalid-credential", "vault", "", ""},
	{"B15", "key-not-signed-by-secret", "decoded from hexadecimal", "keys-broken/k8s/decoded", "keys-in-sync"},
	{"B16", "", "", "", ""},
	{"B17", "", "", "", ""},
	{"B18", "key-malformed", "not JSON from byte", "keys-broken/k8s/damaged", "keys-in-sync"},
	{"B18", "value-truncated", "two of the three parts", "keys-broken/k8s/cut", "keys-in-sync"},
	{"B19", "", "", "", ""},
	{"B20", "key-short-lived", "10 days", "keys-broken/k8s/short-lived", "keys-in-sync"},
	{"B20", "key-expired", "expired on", "keys-broken/k8s/expired", "keys-in-sync"},
	{"B21", "asymmetric-partial", "", "", ""},
	{"B22", "jwks-shape", "array", "keys-broken/k8s/jwks-array", "keys-in-sync"},
	{"B23", "jwks-shape", "not JSON from byte", "keys-broken/k8s/jwks-mangled", "keys-in-sync"},
	{"B24", "", "", "", ""},
	{"D36", "value-whitespace", "newline at its end", "keys-broken/k8s/newline", "keys-in-sync"},
	{"D37", "value-whitespace", "line break in it", "keys-broken/k8s/two-lines", "keys-in-sync"},
	{"D38", "value-double-base64", "base64", "keys-broken/k8s/double-base64", "keys-in-sync"},
	{"D39", "value-quoted", "quotes that are part of the value", "keys-broken/k8s/quoted", "keys-in-sync"},
	{"D40", "", "", "", ""},
	{"D41", "value-interpolated", "", "keys-broken/compose", "keys-in-sync"},
	{"D42", "value-whitespace", "carriage return", "keys-broken/k8s/crlf", "keys-in-sync"},
	{"D43", "sealed-secret-unsealable", "", "homelab-name-prefix/", "homelab-in-sync"},
	{"D44", "sops-integrity", "", "broken/", "homelab-in-sync"},
}

func TestCatalogue(t *testing.T) {
	for _, o := range outages {
		t.Run(o.number, func(t *testing.T) {
			switch archive := filepath.Join("testdata", "catalogue", o.number+".txtar"); {
			case o.rule == "":
				checkArchive(t, archive)
			case o.broken == "":
				rule := rules.Find(o.rule)
				if rule == nil {
					t.Fatalf("no rule %s", o.rule)
				}
				checkOutage(t, o.rule, o.words, lintArchive(t, rule.Bad), lintArchive(t, rule.Good))
			default:
				checkFixtures(t, o.rule, o.words, o.broken, o.mended)
			}
		})
	}
}

// checkArchive lints the two repositories in an archive. Its comment says which finding is
// wanted, and "# HERE" where.
func checkArchive(t *testing.T, file string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	archive := txtar.Parse(b)
	about := map[string]string{}
	for _, line := range strings.Split(string(archive.Comment), "\n") {
		if name, text, ok := strings.Cut(line, ": "); ok {
			about[name] = text
		}
	}
	part := func(dir string) string {
		var files []txtar.File
		for _, f := range archive.Files {
			if name, ok := strings.CutPrefix(f.Name, dir+"/"); ok {
				files = append(files, txtar.File{Name: name, Data: f.Data})
			}
		}
		return string(txtar.Format(&txtar.Archive{Files: files}))
	}
	broken := part("broken")
	result := lintArchive(t, broken)
	checkOutage(t, about["finding"], about["words"], result, lintArchive(t, part("mended")))
	want := marked(broken)
	for _, f := range result.Findings {
		if !want[place(f.At)] {
			t.Errorf("also reported: %s: %s [%s]", f.At, f.Message, f.Rule)
		}
		delete(want, place(f.At))
	}
	if len(want) > 0 {
		t.Errorf("nothing reported at %v", want)
	}
}

func checkOutage(t *testing.T, rule, words string, broken, mended *lint.Result) {
	t.Helper()
	found := false
	for _, f := range broken.Findings {
		found = found || f.Rule == rule && strings.Contains(f.Message, words) && f.Help != ""
		t.Logf("%s: %s [%s]", f.At, f.Message, f.Rule)
	}
	if !found {
		t.Errorf("no finding of %s with the words %q", rule, words)
	}
	for _, f := range mended.Findings {
		t.Errorf("mended, and still: %s: %s [%s]", f.At, f.Message, f.Rule)
	}
}

// checkFixtures lints a fixture, of which what begins with a path counts, and its mended twin.
func checkFixtures(t *testing.T, rule, words, broken, mended string) {
	t.Helper()
	fixture, below, _ := strings.Cut(broken, "/")
	part := &lint.Result{}
	for _, f := range lintFixture(t, fixture).Findings {
		if strings.HasPrefix(f.At.File, below) {
			part.Findings = append(part.Findings, f)
		}
	}
	checkOutage(t, rule, words, part, lintFixture(t, mended))
}
