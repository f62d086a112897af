package rules

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var (
	twoGenerations = lint.Cause{Name: "two-generations", Advice: "Take the key that the project's API settings show, put it in all places, and rebuild the apps that have it built in."}
	twoSignatures  = lint.Cause{Name: "two-signatures", Advice: twoGenerations.Advice}
)

// checkGenerations tells of two legacy keys of one slot of a hosted project. What the project
// accepts is not in the repository; but all of its legacy keys are made anew when its JWT secret
// changes, so that of two which were issued at different times at most one is valid.
func checkGenerations(p *lint.Pass, i *lint.Instance) {
	for _, slot := range []keys.Slot{keys.Anon, keys.ServiceRole} {
		byIssue := map[time.Time][]*sites.Site{}
		var issues []time.Time
		for _, s := range i.Sites {
			t, ok := s.Token()
			if s.Slot != slot || !ok || t.Ref != i.Ref || t.IssuedAt.IsZero() || p.SetAside(s) || p.Blamed(s) || s.Carrier.Development {
				continue
			}
			if byIssue[t.IssuedAt] == nil {
				issues = append(issues, t.IssuedAt)
			}
			byIssue[t.IssuedAt] = append(byIssue[t.IssuedAt], s)
		}
		for _, at := range issues {
			checkSignatures(p, i, byIssue[at])
		}
		if len(issues) < 2 {
			continue
		}
		sort.Slice(issues, func(a, b int) bool { return issues[a].Before(issues[b]) })
		older, newest := byIssue[issues[0]], byIssue[issues[len(issues)-1]]
		first := lint.ByPlace(older)[0]
		p.Report(lint.Draft{
			Place: lint.AtSource(first), Instance: i.Name, Trace: first.Trace, Severity: lint.Warning, Cause: twoGenerations,
			Message: fmt.Sprintf("%s %s %s of %s that was issued on %s, and %s one of %s: the project makes all of its keys anew at once, so that at most one of them is valid",
				lint.Holders(older), verb(older), lint.Article(string(slot))+" key", i.Name, issues[0].Format(time.DateOnly), lint.Holders(newest), issues[len(issues)-1].Format(time.DateOnly)),
			Related: append(p.Alike(older, first.Written, func(s *sites.Site) string { return "the same key" }),
				p.Related(newest, first.Written, func(s *sites.Site) string { return "the newer one" })...),
		})
	}
}

// checkSignatures tells of keys that say the same and are signed differently, by a mistake in copying most often: a project has one JWT
// secret at a time, which signs the same always alike. Nothing says which one is right; those that fewer places have are named.
func checkSignatures(p *lint.Pass, i *lint.Instance, issued []*sites.Site) {
	var alike [][]*sites.Site
	for _, s := range issued {
		n := slices.IndexFunc(alike, func(group []*sites.Site) bool { return group[0].Value.Equal(s.Value) })
		if n < 0 {
			alike = append(alike, nil)
			n = len(alike) - 1
		}
		alike[n] = append(alike[n], s)
	}
	if len(alike) < 2 {
		return
	}
	slices.SortStableFunc(alike, func(a, b []*sites.Site) int { return len(a) - len(b) })
	few, many := alike[0], alike[len(alike)-1]
	one, _ := few[0].Token()
	if other, _ := many[0].Token(); one.Asymmetric() || !one.SaysTheSame(other) {
		return
	}
	first := lint.ByPlace(few)[0]
	p.Report(lint.Draft{
		Place: lint.AtSource(first), Instance: i.Name, Trace: first.Trace, Severity: lint.Warning, Cause: twoSignatures,
		Message: fmt.Sprintf("%s %s %s of %s, and %s one that says the same and is signed differently: the project has one JWT secret, so that at most one of them is valid",
			lint.Holders(few), verb(few), lint.Article(string(first.Slot))+" key", i.Name, lint.Holders(many)),
		Related: append(p.Alike(few, first.Written, func(s *sites.Site) string { return "the same key" }),
			p.Related(many, first.Written, func(s *sites.Site) string { return "the other one" })...),
	})
}
