package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/lint/rules"
)

// TestOrder lists each rule behind its causes, and finds rules that wait for each other.
func TestOrder(t *testing.T) {
	order, err := lint.InOrder(rules.All())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(order, rules.All()) {
		t.Errorf("the list of all rules is not the order in which they run: %v", names(order))
	}
	a, b, c := &lint.Rule{Name: "a"}, &lint.Rule{Name: "b"}, &lint.Rule{Name: "c"}
	a.After = []*lint.Rule{c}
	if order, err := lint.InOrder([]*lint.Rule{a, b, c}); err != nil || !slices.Equal(order, []*lint.Rule{c, a, b}) {
		t.Errorf("got %v, %v", names(order), err)
	}
	if order, err := lint.InOrder([]*lint.Rule{a, b}); err != nil || !slices.Equal(order, []*lint.Rule{a, b}) {
		t.Errorf("without its cause: got %v, %v", names(order), err)
	}
	c.After = []*lint.Rule{a}
	if _, err := lint.InOrder([]*lint.Rule{a, b, c}); err == nil {
		t.Error("a and c wait for each other, and nothing is said")
	}
}

func names(list []*lint.Rule) []string {
	var out []string
	for _, r := range list {
		out = append(out, r.Name)
	}
	return out
}

// TestRuleThatIsOff says nothing itself, and still explains: what follows from a swap is not
// blamed on the next rule.
func TestRuleThatIsOff(t *testing.T) {
	swap := rules.Find("role-swap")
	off := lint.Config{Severities: map[string]lint.Severity{"role-swap": lint.Off}}
	result := lint.Check(grouped(t, writeArchive(t, swap.Bad), off), rules.All(), keys.At(testkeys.Now))
	for _, f := range result.Findings {
		t.Errorf("%s: %s [%s]", f.At, f.Message, f.Rule)
	}
}

// TestRuleAlone runs without the others.
func TestRuleAlone(t *testing.T) {
	rule := rules.Find("key-expired")
	g := grouped(t, writeArchive(t, rule.Bad), lint.Config{})
	result := lint.Check(g, []*lint.Rule{rule}, keys.At(testkeys.Now))
	if len(result.Findings) != 1 || result.Findings[0].Rule != rule.Name {
		t.Errorf("got %+v", result.Findings)
	}
}

// TestDraftWithoutPlace makes no finding, and the run says so.
func TestDraftWithoutPlace(t *testing.T) {
	rule := &lint.Rule{Name: "lost", Check: func(p *lint.Pass) { p.Report(lint.Draft{Message: "something is wrong somewhere"}) }}
	result := lint.Check(grouped(t, writeArchive(t, "-- a.yaml --\n{}\n"), lint.Config{}), []*lint.Rule{rule}, keys.At(testkeys.Now))
	if len(result.Findings) != 0 || len(result.Notes) != 1 || !strings.Contains(result.Notes[0].Message, rule.Name) {
		t.Errorf("got findings %+v and notes %+v", result.Findings, result.Notes)
	}
}
