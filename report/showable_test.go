package report

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
)

const nameSecret = "Zk7Qp2Xv9Rt4Lw8Ns3Hd6Jf1Gb5Mc0Ya"

// withSecret is a result in which a key, or a part of it, stands wherever a repository may write a name.
func withSecret(key string) *lint.Result {
	r := disagreement()
	file := "k8s/" + key + "/secret.yaml"
	f := r.Findings[0]
	f.Message, f.Related, f.Trace = f.Message+" "+key, nil, []sources.Step{{Text: key}}
	g := r.Findings[0]
	g.At.File = file
	r.Findings = append(r.Findings, f, g)
	site := &sites.Site{Slot: keys.Anon, Holder: "Kong consumer " + key, At: at(file, 1, 1, 0), Unit: &render.Unit{Name: key}, Value: keys.Unknown(key)}
	r.Instances = append(r.Instances, &lint.JudgedInstance{Name: key, Sites: []lint.Judged{{Site: site, Why: key}}})
	r.Unplaced = append(r.Unplaced, lint.Judged{Site: site})
	r.Units = append(r.Units, &render.Unit{Name: "k8s/" + key, Missing: []string{key}})
	r.Notes = append(r.Notes, sources.Note{At: at(file, 0, 0, 0), Message: "the key " + key})
	r.Coverage.Reasons = append(r.Coverage.Reasons, lint.Reason{Text: key, Count: 1})
	r.Coverage.Elsewhere = append(r.Coverage.Elsewhere, lint.KeysIn{File: file, Keys: 1})
	return r
}

// TestShowable: where a key stands where a name does, every report is written without it, with the other findings whole, and says of
// which rule and file something is missing.
func TestShowable(t *testing.T) {
	ledger := &keys.Ledger{}
	ledger.Add(keys.NewText(nameSecret))
	backwards := []byte(nameSecret)
	slices.Reverse(backwards)
	for what, key := range map[string]string{"whole": nameSecret, "a run": nameSecret[8:24], "backwards": string(backwards)} {
		r := Showable(withSecret(key), ledger)
		for _, f := range Formats() {
			var b bytes.Buffer
			g := NewGuard(&b, ledger)
			if err := f.Write(g, r, Options{Verbose: true}); err != nil {
				t.Fatal(err)
			}
			if err := g.Flush(); err != nil {
				t.Errorf("%s, %s: %v", what, f.Name, err)
			}
			if strings.Contains(b.String(), key[2:12]) {
				t.Errorf("%s, %s: it is shown", what, f.Name)
			}
			if !strings.Contains(b.String(), "cannot be shown") {
				t.Errorf("%s, %s: nothing is said of it", what, f.Name)
			}
		}
		if r.Findings[0].Message != disagreement().Findings[0].Message {
			t.Error("a finding that shows no key is gone")
		}
		if got := r.Findings[len(r.Findings)-1]; got.Rule == "" || got.At.Line == 0 || !strings.HasPrefix(got.At.File, "k8s/") && got.At.File != notShown {
			t.Errorf("left is %+v", got)
		}
	}
}

// TestLineGuard: of lines those that show a key are replaced; what is no text of lines is held back.
func TestLineGuard(t *testing.T) {
	ledger := &keys.Ledger{}
	ledger.Add(keys.NewText(nameSecret))
	var b bytes.Buffer
	g := NewLineGuard(&b, ledger)
	_, _ = g.Write([]byte("note: one\nnote: " + nameSecret[3:20] + "\nnote: two\n"))
	if err := g.Flush(); err != nil {
		t.Fatal(err)
	}
	if want := "note: one\nkeylint: a line " + notShown + "\nnote: two\n"; b.String() != want {
		t.Errorf("%q", b.String())
	}
}

// FuzzGuard: whatever is written, no run of a key comes out.
func FuzzGuard(f *testing.F) {
	f.Add("before ", " behind", uint8(3), false)
	f.Add("{\"file\": \"", "\"}\n", uint8(0), true)
	f.Fuzz(func(t *testing.T, before, behind string, at uint8, lines bool) {
		ledger := &keys.Ledger{}
		ledger.Add(keys.NewText(nameSecret))
		start := int(at) % (len(nameSecret) - 12)
		run := nameSecret[start : start+12]
		var b bytes.Buffer
		g := &Guard{w: &b, ledger: ledger, lines: lines}
		_, _ = g.Write([]byte(before + run + behind))
		_ = g.Flush()
		if strings.Contains(b.String(), run) {
			t.Errorf("%q comes out", b.String())
		}
	})
}
