package report

import (
	"fmt"
	"strings"

	"github.com/keylint/keylint/lint"
)

// coverage ends every text report: how many findings there are, what was compared,
// and what could not be and why. It never says "in sync": of what was not compared
// nothing is known.
func (t *textReport) coverage(r *lint.Result) {
	if s := findingCounts(r); s != "" {
		t.line(s)
	}
	t.line(Coverage(r))
	if c := r.Coverage; c.FromUnset > 0 {
		t.line(fmt.Sprintf("  %d by construction, of compose's %s, which no file here sets: give --env-file to check the keys", c.FromUnset, and(c.Unset)))
	}
	for _, reason := range r.Coverage.Reasons {
		t.line(fmt.Sprintf("  %d cannot be told: %s", reason.Count, oneLine(reason.Text)))
	}
	if n := ignored(r); n > 0 {
		t.line(fmt.Sprintf("  %s ignored, by a comment or by the configuration", count(n, "finding")))
	}
	if n := r.CountSuppressed(lint.ByBaseline); n > 0 {
		t.line(fmt.Sprintf("  %s in the baseline, known before", count(n, "finding")))
	}
	if failed := r.Coverage.Roots - r.Coverage.Rendered; failed > 0 {
		t.line(fmt.Sprintf("  %d of %s did not build", failed, count(r.Coverage.Roots, "kustomization root")))
	}
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
	if c.Disagree > 0 {
		parts = append(parts, fmt.Sprintf("%d %s", c.Disagree, verb(c.Disagree, "disagree")))
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

// findingCounts is "2 errors, 1 warning"; empty without findings.
func findingCounts(r *lint.Result) string {
	n := bySeverity(r)
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

func bySeverity(r *lint.Result) map[lint.Severity]int {
	n := map[lint.Severity]int{}
	for _, f := range r.Findings {
		n[f.Severity]++
	}
	return n
}
