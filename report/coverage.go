package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
)

// end ends every text report: the verdict, what was compared, and what could not be and why. It never
// says "in sync": of what was not compared nothing is known.
func (t *textReport) end() {
	t.wrapped("", t.paint(bold, t.verdict()))
	t.wrapped("", Coverage(t.Result))
	t.unclear(t.Coverage)
	for _, line := range t.foot() {
		t.wrapped("  ", line)
	}
	if t.verbose {
		for _, e := range t.Coverage.Elsewhere {
			t.line(fmt.Sprintf("    %s in %s (%s)", count(e.Keys, "key"), t.at(sources.Position{File: e.File}, ""), e.Place))
		}
	}
}

// unclear tells why what cannot be told cannot be.
func (t *textReport) unclear(c lint.Coverage) {
	reasons := c.Reasons
	if !t.verbose && len(reasons) > maxTold {
		reasons = reasons[:maxTold]
	}
	for _, reason := range reasons {
		t.wrapped("  ", fmt.Sprintf("%d cannot be told: %s", reason.Count, oneLine(reason.Text)))
	}
	if left := len(c.Reasons) - len(reasons); left > 0 {
		t.wrapped("  ", fmt.Sprintf("… for %s more (--verbose)", count(left, "reason")))
	}
}

// maxTold is how many reasons are told why something cannot be, where not all are asked for.
const maxTold = 6

// foot is what a report for people ends with: what would settle what cannot be told, and what was left
// out of the comparison or of the findings.
func (t telling) foot() []string {
	var out []string
	c := t.Coverage
	if n := countIf(t.Findings, func(f lint.Finding) bool { return len(f.Fixes) > 0 }); n > 0 {
		out = append(out, count(n, "finding")+" can be mended by keylint fix, which shows first what it would change")
	}
	if n := len(t.told) - len(t.shown()); n > 0 {
		out = append(out, fmt.Sprintf("%d info (--verbose tells %s)", n, them(n)))
	}
	if c.FromUnset > 0 {
		out = append(out, fmt.Sprintf("%d by construction, of compose's %s, which no file here sets: give --env-file to check the keys", c.FromUnset, and(few(c.Unset))))
	}
	if s := settles(t.Result); s != "" {
		out = append(out, s)
	}
	if n := c.KeysElsewhere(); n > 0 {
		hint := fmt.Sprintf(" (--verbose lists %s)", them(n))
		if t.verbose {
			hint = ""
		}
		out = append(out, fmt.Sprintf("%s in %s %s not compared%s", count(n, "key"), elsewhere(c), was(n), hint))
	}
	if n := t.CountSuppressed(lint.ByComment, lint.ByConfiguration); n > 0 {
		out = append(out, fmt.Sprintf("%s ignored, by a comment or by the configuration", count(n, "finding")))
	}
	if n := t.CountSuppressed(lint.ByBaseline); n > 0 {
		out = append(out, fmt.Sprintf("%s in the baseline, known before", count(n, "finding")))
	}
	return append(out, unseen(c)...)
}

func countIf[T any](all []T, such func(T) bool) (n int) {
	for _, x := range all {
		if such(x) {
			n++
		}
	}
	return n
}

// unseen says of what is deployed what was not seen: nothing that is said of the rest holds for it.
func unseen(c lint.Coverage) []string {
	var out []string
	if c.Unread > 0 {
		out = append(out, fmt.Sprintf("%d of what is deployed %s not read, rendered or fetched: see the notes", c.Unread, was(c.Unread)))
	}
	if c.Failed > 0 {
		out = append(out, count(c.Failed, "chart")+" did not render, and not all of the values can be seen")
	}
	if failed := c.Roots - c.Rendered; failed > 0 {
		out = append(out, fmt.Sprintf("%d of %s did not build", failed, count(c.Roots, "kustomization root")))
	}
	return out
}

// elsewhere lists the kinds of places whose keys are no sites: "documentation and tests".
func elsewhere(c lint.Coverage) string {
	var places []string
	for _, e := range c.Elsewhere {
		if !slices.Contains(places, string(e.Place)) {
			places = append(places, string(e.Place))
		}
	}
	slices.Sort(places)
	return and(places)
}

// was is the verb of n things.
func was(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

// few are the first words of many, and how many there are besides.
func few(words []string) []string {
	const most = 4
	if len(words) <= most {
		return words
	}
	return append(slices.Clone(words[:most-1]), fmt.Sprintf("%d more", len(words)-most+1))
}

// Coverage says in one line what was compared.
func Coverage(r *lint.Result) string {
	c := r.Coverage
	units := count(c.Units, "unit")
	if c.Sites == 0 {
		return units + ": " + nothing(r)
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
		parts = append(parts, fmt.Sprintf("%d wrong", c.Wrong)+atPlaces(c.WrongPlaces, c.Wrong))
	}
	if broken := c.Disagree - c.Wrong; broken > 0 {
		parts = append(parts, fmt.Sprintf("%d broken by %s", broken, them(c.Wrong))+atPlaces(c.BrokenPlaces, broken))
	}
	if c.Unknown > 0 {
		parts = append(parts, fmt.Sprintf("%d cannot be told", c.Unknown))
	}
	return head + ": " + strings.Join(parts, ", ")
}

// atPlaces says at how many places so many sites are written, where that are fewer.
func atPlaces(places, sites int) string {
	if places == sites {
		return ""
	}
	return " at " + count(places, "place")
}

// nothing says why there was nothing to compare. What a finding is about, or an example holds, is there.
func nothing(r *lint.Result) string {
	switch {
	case len(r.Findings) > 0:
		return "no key to compare was found"
	case len(r.Coverage.Elsewhere) > 0:
		return "no site of a Supabase key was found but in " + elsewhere(r.Coverage)
	}
	return "no site of a Supabase key was found"
}

// and lists words, the last behind an "and".
func and(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// them is what n things are called the second time.
func them(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

// verb is "agrees" of one and "agree" of any other number.
func verb(n int, plural string) string {
	if n == 1 {
		return plural + "s"
	}
	return plural
}
