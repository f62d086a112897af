package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
)

// coverage ends every text report: the verdict, what was compared, and what could not be and
// why. It never says "in sync": of what was not compared nothing is known.
func (t *textReport) coverage(r *lint.Result) {
	if s := verdict(r); s != "" {
		if bySeverity(asTold(r.Findings))[lint.Info] > 0 && !t.info {
			s += " (told with --verbose)"
		}
		t.wrapped("", t.paint(bold, s))
	}
	t.wrapped("", Coverage(r))
	if c := r.Coverage; c.FromUnset > 0 {
		t.wrapped("  ", fmt.Sprintf("%d by construction, of compose's %s, which no file here sets: give --env-file to check the keys", c.FromUnset, and(c.Unset)))
	}
	reasons := r.Coverage.Reasons
	if !t.verbose && len(reasons) > maxTold {
		reasons = reasons[:maxTold]
	}
	for _, reason := range reasons {
		t.wrapped("  ", fmt.Sprintf("%d cannot be told: %s", reason.Count, oneLine(reason.Text)))
	}
	if left := len(r.Coverage.Reasons) - len(reasons); left > 0 {
		t.wrapped("  ", fmt.Sprintf("… for %s more (--verbose)", count(left, "reason")))
	}
	if s := settles(r); s != "" {
		t.wrapped("  ", s)
	}
	if n := r.Coverage.KeysInExamples(); n > 0 {
		t.examples(r, n)
	}
	if n := ignored(r); n > 0 {
		t.wrapped("  ", fmt.Sprintf("%s ignored, by a comment or by the configuration", count(n, "finding")))
	}
	if n := r.CountSuppressed(lint.ByBaseline); n > 0 {
		t.wrapped("  ", fmt.Sprintf("%s in the baseline, known before", count(n, "finding")))
	}
	if failed := r.Coverage.Roots - r.Coverage.Rendered; failed > 0 {
		t.wrapped("  ", fmt.Sprintf("%d of %s did not build", failed, count(r.Coverage.Roots, "kustomization root")))
	}
}

// examples says how many keys stand where nothing is truth, and with --verbose where.
func (t *textReport) examples(r *lint.Result, n int) {
	files := count(len(r.Coverage.Examples), "file")
	if !t.verbose {
		t.wrapped("  ", fmt.Sprintf("%s in %s of documentation, examples and tests not compared (--verbose lists them)", count(n, "key"), files))
		return
	}
	t.wrapped("  ", fmt.Sprintf("%s in %s of documentation, examples and tests not compared:", count(n, "key"), files))
	for _, e := range r.Coverage.Examples {
		t.line(fmt.Sprintf("    %d  %s", e.Keys, t.at(sources.Position{File: e.File}, "")))
	}
}

// maxTold is how many reasons are told why something cannot be, where not all are asked for.
const maxTold = 6

// verdict says what it comes to: how many findings there are, and how many places have to be
// edited for how many others to work again.
func verdict(r *lint.Result) string {
	counts := findingCounts(r)
	wrong, broken := wrongAndBroken(r)
	switch {
	case counts == "" || wrong == 0 || len(r.Suppressed) > 0: // some of which nobody is told
		return counts
	case broken == 0:
		return fmt.Sprintf("%s: %s wrong", counts, count(wrong, "place"))
	}
	return fmt.Sprintf("%s: %s %s %s", counts, count(wrong, "wrong place"), verb(wrong, "break"), count(broken, "other"))
}

// wrongAndBroken counts the places that have to be edited, and the sites that are right and refused
// because of them.
func wrongAndBroken(r *lint.Result) (wrong, broken int) {
	seen := map[sources.Position]bool{}
	for _, in := range r.Instances {
		for _, j := range in.Sites {
			switch {
			case j.Outcome != lint.Disagree:
			case !j.Culprit:
				broken++
			case !seen[j.Site.Written]:
				seen[j.Site.Written] = true
				wrong++
			}
		}
	}
	return wrong, broken
}

// remedies are what settles what cannot be told, by the word for it in the reason.
var remedies = []struct{ word, give string }{
	{"--age-key", "--age-key FILE"},
	{"--sealed-secrets-key", "--sealed-secrets-key FILE"},
	{"--pgp-key", "--pgp-key FILE"},
	{"--env-file", "--env-file FILE"},
}

// settles is the one thing to do that settles most of what cannot be told; empty where there is
// none.
func settles(r *lint.Result) string {
	counts, homeless := make([]int, len(remedies)), 0
	count := func(j lint.Judged) {
		if j.Outcome != lint.CannotTell {
			return
		}
		if j.Why == lint.NoInstance {
			homeless++
		}
		for i, remedy := range remedies {
			if strings.Contains(unknownReason(j), remedy.word) {
				counts[i]++
				return
			}
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
	best := slices.Index(counts, slices.Max(counts))
	switch n := counts[best]; {
	case n > 0:
		return fmt.Sprintf("%s would settle %d of the %d", remedies[best].give, n, r.Coverage.Unknown)
	case homeless > 0:
		return fmt.Sprintf("instances in .keylint.yaml, which say what belongs together, would settle %d of the %d", homeless, r.Coverage.Unknown)
	}
	return ""
}

// Coverage says in one line what was compared.
func Coverage(r *lint.Result) string {
	c := r.Coverage
	units := count(c.Units, "unit")
	if c.Sites == 0 {
		return fmt.Sprintf("%s: nothing to compare, no site of a Supabase key was found", units)
	}
	head := fmt.Sprintf("%s, %s in %s", units, count(c.Sites, "site"), count(len(r.Instances), "instance"))
	if c.Agree+c.ByConstruction+c.Disagree == 0 {
		return fmt.Sprintf("%s: nothing was compared, %d cannot be told", head, c.Unknown)
	}
	var parts []string
	if c.Agree > 0 || c.ByConstruction == 0 {
		parts = append(parts, fmt.Sprintf("%d %s", c.Agree, verb(c.Agree, "agree")))
	}
	if c.ByConstruction > 0 {
		parts = append(parts, fmt.Sprintf("%d by construction", c.ByConstruction))
	}
	if c.Wrong > 0 {
		parts = append(parts, fmt.Sprintf("%d wrong", c.Wrong))
	}
	if broken := c.Disagree - c.Wrong; broken > 0 {
		by := "them"
		if c.Wrong == 1 {
			by = "it"
		}
		parts = append(parts, fmt.Sprintf("%d broken by %s", broken, by))
	}
	if c.Unknown > 0 {
		parts = append(parts, fmt.Sprintf("%d cannot be told", c.Unknown))
	}
	return head + ": " + strings.Join(parts, ", ")
}

// and lists words, the last behind an "and".
func and(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// ignored counts the findings that somebody who edits the repository said to leave out.
func ignored(r *lint.Result) int { return r.CountSuppressed(lint.ByComment, lint.ByConfiguration) }

// verb is "agrees" of one and "agree" of any other number.
func verb(n int, plural string) string {
	if n == 1 {
		return plural + "s"
	}
	return plural
}

// findingCounts is "2 errors, 1 warning", as they are told; empty without findings.
func findingCounts(r *lint.Result) string {
	n := bySeverity(asTold(r.Findings))
	var parts []string
	for _, s := range []lint.Severity{lint.Error, lint.Warning} {
		if n[s] > 0 {
			parts = append(parts, count(n[s], string(s)))
		}
	}
	if n[lint.Info] > 0 {
		parts = append(parts, fmt.Sprintf("%d info", n[lint.Info]))
	}
	return strings.Join(parts, ", ")
}

func bySeverity(findings []lint.Finding) map[lint.Severity]int {
	n := map[lint.Severity]int{}
	for _, f := range findings {
		n[f.Severity]++
	}
	return n
}
