package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/keylint/keylint/lint"
)

// telling is a result as people are told it: the findings as asTold has them, without information
// where nobody asked for that.
type telling struct {
	*lint.Result
	told     []told
	verbose  bool // everything is asked for
	withInfo bool // findings that are information are told
}

// tell works out once what a report for people says.
func tell(r *lint.Result, o Options) telling {
	return telling{Result: r, told: asTold(r.Findings), verbose: o.Verbose, withInfo: o.Verbose || lint.Info.AtLeast(o.failOn())}
}

// shown are the findings that are told one by one.
func (t telling) shown() []told {
	return slices.DeleteFunc(slices.Clone(t.told), func(f told) bool { return f.Severity == lint.Info && !t.withInfo })
}

// told is a finding as people are told it, and the findings that differ from it only in the place: that
// is among its own places.
type told struct {
	lint.Finding
	likewise []lint.Finding
}

// asTold are the findings as people are told them: the worst first, and those as one that differ only in
// the place, or in nothing but the instance. Five apps with one stale key are one outage with five
// places.
func asTold(findings []lint.Finding) []told {
	var out []told
	at, seen := map[string]int{}, map[string]bool{}
	for _, f := range worstFirst(findings) {
		same := f.Message
		if others(f) != "" { // one mistake of several environments of one file, each with its own name for it
			same = strings.Join([]string{f.Cause, f.Help, others(f)}, "\x00")
		}
		if same = strings.Join([]string{f.Rule, place(f.At), same}, "\x00"); seen[same] {
			continue
		}
		seen[same] = true
		instance := f.Instance
		if others(f) == "" && len(f.Trace) < 2 { // which one it is says nothing of what is wrong
			instance = ""
		}
		subject, predicate := parts(f)
		key := strings.Join([]string{f.Rule, f.Cause, string(f.Severity), instance, predicate, f.Help, f.Label, others(f)}, "\x00")
		i, known := at[key]
		if !known {
			at[key] = len(out)
			f.Related, f.Then = slices.Clone(f.Related), slices.Clone(f.Then)
			out = append(out, told{Finding: f})
			continue
		}
		out[i].add(f, subject)
	}
	return out
}

// add tells a finding with the first that is like it.
func (t *told) add(f lint.Finding, subject string) {
	t.likewise = append(t.likewise, f)
	also := lint.Related{At: f.At, Holder: subject, Says: sameHere, Alike: cmp.Or(subject, f.Message), Frame: f.Frame}
	var own []lint.Related
	for _, r := range slices.Concat(t.Related, f.Related) {
		if r.Alike != "" {
			also.Says = r.Says
		}
	}
	for _, r := range f.Related {
		if r.Alike != "" {
			own = append(own, r)
		}
	}
	t.Related = slices.Concat(t.Related, []lint.Related{also}, own)
	t.Then = joined(t.Then, f.Then)
}

// joined are the commands of both, in order. Where two differ in nothing but the names at their end,
// these stand behind one command.
func joined(first, further []lint.Command) []lint.Command {
	for _, c := range further {
		i := slices.IndexFunc(first, func(o lint.Command) bool { return o.Do == c.Do })
		if i < 0 {
			first = append(first, c)
			continue
		}
		names := slices.Clone(first[i].Names)
		for _, name := range c.Names {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		first[i].Names = names
	}
	return first
}

// sameHere is what is said of a place of which the same finding was made.
const sameHere = "likewise"

// parts are what a finding's message says something of, and what it says. Of what is no site the two
// have a colon between them, and count within one file: "compose service kong: it extends …"; or it is
// the line alone that they differ in.
func parts(f lint.Finding) (subject, predicate string) {
	if f.Subject != "" {
		return f.Subject, strings.Replace(f.Message, f.Subject, "", 1)
	}
	if subject, predicate, ok := strings.Cut(f.Message, ": "); ok {
		return subject, f.At.File + ": " + predicate
	}
	return "", f.At.File + ": " + f.Message
}

// others are the places that a finding is about and at which nothing is wrong.
func others(f lint.Finding) string {
	var places []string
	for _, r := range f.Related {
		if r.Alike == "" {
			places = append(places, place(r.At))
		}
	}
	return strings.Join(places, " ")
}

// counts is "2 errors, 1 warning", of what is told; empty where nothing is.
func (t telling) counts() string {
	n := map[lint.Severity]int{}
	for _, f := range t.shown() {
		n[f.Severity]++
	}
	var parts []string
	for _, s := range severities {
		if n[s] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[s], findingWord(s, n[s])))
		}
	}
	return strings.Join(parts, ", ")
}
