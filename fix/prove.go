package fix

import (
	"fmt"
	"slices"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

// against says what stands in the way of a plan, by the results without and with it: a finding that was aimed at and is there still, one that has
// come, a place that agreed and disagrees. It is empty where nothing does. A warning at a place that is mended was there all along, behind the
// finding that is gone.
func (p *Plan) against() (against []string) {
	is := func(id string) func(lint.Finding) bool { return func(f lint.Finding) bool { return f.ID == id } }
	for _, f := range p.Mended {
		if slices.ContainsFunc(p.After.Findings, is(f.ID)) {
			against = append(against, fmt.Sprintf("%s: %s would still be there: %s", f.At, f.Rule, f.Message))
		}
	}
	mended := func(f lint.Finding) bool {
		return slices.ContainsFunc(p.Fixes, func(x lint.Fix) bool { return x.Edits[0].At.File == f.At.File && x.Edits[0].At.Line == f.At.Line })
	}
	for _, f := range p.After.Findings {
		if slices.ContainsFunc(p.Before.Findings, is(f.ID)) || f.Severity == lint.Info || f.Severity == lint.Warning && mended(f) {
			continue
		}
		against = append(against, fmt.Sprintf("%s: %s would come: %s", f.At, f.Rule, f.Message))
	}
	agreed := map[string]bool{}
	each(p.Before, func(name string, j lint.Judged) {
		agreed[name] = agreed[name] || j.Outcome == lint.Agree || j.Outcome == lint.ByConstruction
	})
	told := map[string]bool{}
	each(p.After, func(name string, j lint.Judged) {
		if agreed[name] && j.Outcome == lint.Disagree && !told[name] {
			told[name] = true
			against = append(against, fmt.Sprintf("%s: %s agrees, and would not any more", j.Site.At, j.Site.Holder))
		}
	})
	return against
}

// each visits the sites of the instances, each by a name that it keeps when values change.
func each(r *lint.Result, visit func(name string, j lint.Judged)) {
	for _, i := range r.Instances {
		for _, j := range i.Sites {
			visit(fmt.Sprintf("%s\x00%s\x00%s\x00%d", j.Site.At.File, j.Site.Bearer(), unitOf(j.Site), j.Site.At.Line), j)
		}
	}
}

func unitOf(s *sites.Site) string {
	if s.Unit == nil {
		return ""
	}
	return s.Unit.Name + "\x00" + s.Unit.Path
}
