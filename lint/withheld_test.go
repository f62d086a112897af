package lint

import (
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/internal/testrepo"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// TestLeaks looks for keys in every text of a finding, and takes a placeholder for none.
func TestLeaks(t *testing.T) {
	key := testkeys.All()["{{anon}}"]
	ledger := &keys.Ledger{}
	ledger.Add(keys.NewText(key))
	ledger.Add(keys.NewText("${SUPABASE_ANON_KEY}"))
	for name, f := range map[string]Finding{
		"message": {Message: "it is " + key}, "help": {Help: key}, "bearer": {Bearer: key}, "frame": {Frame: Frame{Text: "X=" + key}},
		"also": {Also: []string{key}}, "label": {Label: key}, "then": {Then: []Command{{Names: []string{key}}}}, "related": {Related: []Related{{Says: key}}}, "alike": {Related: []Related{{Alike: key}}},
		"related frame": {Related: []Related{{Frame: Frame{Text: key}}}}, "trace": {Trace: []sources.Step{{Text: key}}},
	} {
		if !f.leaks(by(ledger)) {
			t.Errorf("%s: not seen", name)
		}
	}
	if !(Finding{Message: "it is " + key}).leaks(by(&keys.Ledger{})) {
		t.Error("a key that the run did not come by is not seen")
	}
	if (Finding{Message: "${SUPABASE_ANON_KEY} is not filled in", Frame: Frame{Text: "- key: ${SUPABASE_ANON_KEY}"}}).leaks(by(ledger)) {
		t.Error("a placeholder is taken for a key")
	}
}

// TestWithheld keeps rule, place and id of a finding that would show a key, and nothing else.
func TestWithheld(t *testing.T) {
	key := testkeys.All()["{{anon}}"]
	p := aPass(nil)
	repo := testrepo.Open(t, t.TempDir(), nil)
	repo.Ledger().Add(keys.NewText(key))
	p.Collection = &sites.Collection{Inventory: &inventory.Inventory{Repo: repo}}
	at := sources.Position{File: "k8s/kong.yaml", Line: 3, Column: 4}
	f := p.withheld(Finding{Rule: "role-swap", Severity: Error, At: at, ID: "role-swap:1", Message: "m", Trace: []sources.Step{{Text: key}}})
	if f.Rule != "role-swap" || f.At != at || f.Severity != Error || f.ID != "role-swap:1" || !strings.Contains(f.Message, "withheld") || f.Trace != nil {
		t.Errorf("got %+v", f)
	}
	if honest := p.withheld(Finding{Message: "m"}); honest.Message != "m" {
		t.Errorf("got %+v", honest)
	}
	p.suppressed = []Suppressed{{Finding{Rule: "role-swap", At: at, Message: key}, ByComment}}
	if r := p.result(); len(r.Suppressed) != 1 || strings.Contains(r.Suppressed[0].Message, key) {
		t.Errorf("one that is not told shows its key: %+v", r.Suppressed)
	}
}

// by is what shows a key that the ledger knows.
func by(ledger *keys.Ledger) func(string) bool {
	return func(text string) bool { return leaks(text, ledger) }
}
