package lint

import (
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testrepo"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// TestFindingsAreBounded tells no more of one kind than a run may, says so, and tells of another kind all the same.
func TestFindingsAreBounded(t *testing.T) {
	repo := testrepo.Open(t, t.TempDir(), nil)
	g := &Grouping{Collection: &sites.Collection{Inventory: &inventory.Inventory{Repo: repo}}}
	many := &Rule{Name: "many", Severity: Warning, Check: func(p *Pass) {
		for n := range maxFindings + 7 {
			p.Report(Draft{Place: AtName(sources.Position{File: "a.yaml", Line: n + 1}, ""), Message: "m"})
		}
		for n := range fewFindings + 1 {
			p.Report(Draft{Place: AtName(sources.Position{File: "b.yaml", Line: n + 1}, ""), Message: "m", Severity: Error})
		}
	}}
	r := Check(g, []*Rule{many}, keys.Clock{})
	if len(r.Findings) != maxFindings+fewFindings || r.Untold != Error {
		t.Errorf("%d findings are told, the worst that is not %q", len(r.Findings), r.Untold)
	}
	if r.Findings = nil; r.Worst() != Error { // as where a baseline has them all
		t.Errorf("what is not told counts as %q", r.Worst())
	}
	if len(r.Notes) != 1 || r.Notes[0].Kind != sources.NoteBound || !strings.Contains(r.Notes[0].Message, "many finds 8 more") {
		t.Errorf("notes: %v", r.Notes)
	}
}
