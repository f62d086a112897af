package rules

import (
	"fmt"
	"sort"
	"time"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var twoGenerations = lint.Cause{Name: "two-generations", Advice: "Take the key that the project's API settings show, put it in all places, and rebuild the apps that have it built in."}

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
		if len(issues) < 2 {
			continue
		}
		sort.Slice(issues, func(a, b int) bool { return issues[a].Before(issues[b]) })
		older, newest := byIssue[issues[0]], byIssue[issues[len(issues)-1]]
		first := lint.ByPlace(older)[0]
		p.Report(lint.Draft{
			Place: lint.AtSource(first), Instance: i.Name, Trace: first.Trace, Severity: lint.Warning, Cause: twoGenerations,
			Message: fmt.Sprintf("%s %s %s of %s that was issued on %s, and %s one of %s: the project makes all of its keys anew at once, so that at most one of them is valid",
				lint.Holders(older), verb(older), article(string(slot))+" key", i.Name, issues[0].Format(time.DateOnly), lint.Holders(newest), issues[len(issues)-1].Format(time.DateOnly)),
			Related: append(p.Alike(older, first.Written, func(s *sites.Site) string { return "the same key" }),
				p.Related(newest, first.Written, func(s *sites.Site) string { return "the newer one" })...),
		})
	}
}
