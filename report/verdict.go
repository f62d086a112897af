package report

import (
	"fmt"
	"regexp"

	"github.com/keylint/keylint/lint"
)

// verdict says in one line what it comes to: how many findings there are, and how many places have to
// be edited for how many others to work again; or that there are none, and of what that is said.
func (t telling) verdict() string {
	c := t.Coverage
	counts, known := t.counts(), t.CountSuppressed(lint.ByBaseline)
	wrong, broken := c.WrongPlaces, c.Disagree-c.Wrong
	switch {
	case counts != "" && known > 0:
		return fmt.Sprintf("%s, new beside %d known", counts, known)
	case counts != "" && (wrong == 0 || len(t.Suppressed) > 0): // some of which nobody is told
		return counts
	case counts != "" && broken == 0:
		return fmt.Sprintf("%s: %s wrong", counts, count(wrong, "place"))
	case counts != "":
		return fmt.Sprintf("%s: %s %s %s", counts, count(wrong, "wrong place"), verb(wrong, "break"), count(broken, "other"))
	case len(t.told) > 0:
		return "no errors, no warnings"
	case known > 0:
		return fmt.Sprintf("no new findings, %d known", known)
	case c.Sites == 0:
		return "nothing to compare"
	case c.Agree+c.ByConstruction+c.Disagree == 0:
		return "nothing could be compared"
	case c.Unknown > 0:
		return fmt.Sprintf("no findings, %d of %s cannot be told", c.Unknown, count(c.Sites, "site"))
	}
	return "no findings"
}

// remedy is what settles what cannot be told, and what it has to hold for that: one file settles what
// waits for the same thing.
type remedy struct{ give, holds string }

// remedies are found by the word for them in the reason.
var remedies = []struct {
	word *regexp.Regexp
	of   func(j lint.Judged) remedy
}{
	{regexp.MustCompile(`--age-key\b`), func(j lint.Judged) remedy { return remedy{"--age-key FILE", unknownReason(j)} }},
	{regexp.MustCompile(`--pgp-key\b`), func(j lint.Judged) remedy { return remedy{"--pgp-key FILE", unknownReason(j)} }},
	{regexp.MustCompile(`--sealed-secrets-key\b`), func(lint.Judged) remedy { return remedy{give: "--sealed-secrets-key FILE"} }},
	{regexp.MustCompile(`--env-file\b`), func(j lint.Judged) remedy {
		if j.Site.Unit == nil {
			return remedy{give: "--env-file FILE"}
		}
		return remedy{give: "--env-file FILE with the variables of " + oneLine(j.Site.Unit.Name)}
	}},
}

// settles is the one thing to do that settles most of what cannot be told; empty where there is
// none.
func settles(r *lint.Result) string {
	counts, homeless := map[remedy]int{}, 0
	var best remedy
	count := func(j lint.Judged) {
		if j.Outcome != lint.CannotTell {
			return
		}
		if j.Why == lint.NoInstance {
			homeless++
		}
		for _, m := range remedies {
			if !m.word.MatchString(unknownReason(j)) {
				continue
			}
			to := m.of(j)
			if counts[to]++; counts[to] > counts[best] {
				best = to
			}
			return
		}
	}
	for _, in := range r.Instances {
		for _, j := range in.Sites {
			count(j)
		}
	}
	for _, j := range r.Unplaced {
		count(j)
	}
	what, n := best.give, counts[best]
	switch {
	case n == 0 && homeless == 0:
		return ""
	case n == 0:
		what, n = "instances in .keylint.yaml, which say what belongs together,", homeless
	}
	return fmt.Sprintf("%s would settle %d of the %d", what, n, r.Coverage.Unknown)
}
