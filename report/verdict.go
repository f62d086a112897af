package report

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
)

// verdict says in one line what it comes to: how many findings there are, and how many places have to
// be edited for how many others to work again; or that there are none, and of what that is said.
func (t telling) verdict() string {
	c := t.Coverage
	counts, known := t.counts(), t.CountSuppressed(lint.ByBaseline)
	errors, wrong, broken := t.places()
	if known > 0 {
		counts += fmt.Sprintf(", new beside %d known", known)
	}
	switch {
	case len(t.shown()) > 0 && broken > 0:
		return fmt.Sprintf("%s: %s %s %s", counts, count(wrong, "wrong place"), verb(wrong, "break"), count(broken, "other"))
	case len(t.shown()) > 0 && wrong > errors:
		return fmt.Sprintf("%s: %s", counts, count(wrong, "wrong place"))
	case len(t.shown()) > 0:
		return counts
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

// places counts the errors that are told, the places that they name as wrong, and those that they name as
// right and broken by these.
func (t telling) places() (errors, wrong, broken int) {
	isWrong, isBroken := map[sources.Position]bool{}, map[sources.Position]bool{}
	for _, f := range t.shown() {
		if f.Severity != lint.Error {
			continue
		}
		errors++
		isWrong[f.At] = true
		for _, r := range f.Related {
			if r.Alike != "" {
				isWrong[r.At] = true
			}
		}
	}
	for _, f := range t.shown() {
		for _, r := range f.Related {
			if f.Severity == lint.Error && r.Is == lint.IsBroken && !isWrong[r.At] {
				isBroken[r.At] = true
			}
		}
	}
	return errors, len(isWrong), len(isBroken)
}

// remedy is what settles what cannot be told, and what it has to hold for that: one file settles what
// waits for the same thing.
type remedy struct{ give, holds string }

// remedies are found by the word for them in the reason.
var remedies = []struct {
	word *regexp.Regexp
	of   func(j lint.Judged) remedy
}{
	{regexp.MustCompile(`--age-key\b`), func(j lint.Judged) remedy { return remedy{"--age-key FILE", lock(j)} }},
	{regexp.MustCompile(`--pgp-key\b`), func(j lint.Judged) remedy { return remedy{"--pgp-key FILE", lock(j)} }},
	{regexp.MustCompile(`--sealed-secrets-key\b`), func(lint.Judged) remedy { return remedy{give: "--sealed-secrets-key FILE"} }},
	{regexp.MustCompile(`--env-file\b`), func(j lint.Judged) remedy {
		if j.Site.Unit == nil {
			return remedy{give: "--env-file FILE"}
		}
		return remedy{give: "--env-file FILE with the variables of " + oneLine(j.Site.Unit.Name)}
	}},
}

// lock is for whom what keeps a site from being known is encrypted: one key opens all that is for the same,
// the site's own and what it would be compared with.
func lock(j lint.Judged) string {
	return encrypted.FindString(unknownReason(j))
}

var encrypted = regexp.MustCompile(`encrypted .*`)

// remedyOf is what settles a site, by the reason for which it cannot be told; ok is false where nothing
// is known to.
func remedyOf(j lint.Judged) (to remedy, ok bool) {
	for _, m := range remedies {
		if m.word.MatchString(unknownReason(j)) {
			return m.of(j), true
		}
	}
	return remedy{}, false
}

// settles is the one thing to do that settles most of what cannot be told; empty where there is
// none.
func settles(r *lint.Result) string {
	counts, homeless := map[remedy]int{}, 0
	var best remedy
	count := func(j lint.Judged, beside []lint.Judged) {
		if j.Outcome != lint.CannotTell {
			return
		}
		if j.Why == lint.NoInstance {
			homeless++
		}
		if to, ok := remedyOf(j); ok && !waits(j, to, beside) {
			if counts[to]++; counts[to] > counts[best] {
				best = to
			}
		}
	}
	for _, in := range r.Instances {
		for _, j := range in.Sites {
			count(j, in.Sites)
		}
	}
	for _, j := range r.Unplaced {
		count(j, nil)
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

// waits reports whether a remedy leaves a site as it is: its key is then known, and what the gateway
// accepts is not, since that waits for another.
func waits(j lint.Judged, to remedy, beside []lint.Judged) bool {
	return slices.ContainsFunc(beside, func(a lint.Judged) bool {
		if a.Site.Standing != sites.Accepted || a.Site.Role != j.Site.Role || a.Site.Value.IsKnown() {
			return false
		}
		other, ok := remedyOf(a)
		return !(ok && other == to) && !strings.HasSuffix(unknownReason(j), unknownReason(a))
	})
}
