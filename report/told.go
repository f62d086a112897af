package report

import (
	"slices"
	"strings"

	"github.com/keylint/keylint/lint"
)

// asTold are the findings as people are told them: the worst first, and those as one that differ only in
// the place, or in nothing but the instance. Five apps with one stale key are one outage with five
// places.
func asTold(findings []lint.Finding) []lint.Finding {
	var out []lint.Finding
	at, seen := map[string]int{}, map[string]bool{}
	for _, f := range worstFirst(findings) {
		same := strings.Join([]string{f.Rule, place(f.At), f.Message}, "\x00")
		if seen[same] {
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
		if !known || subject == "" {
			at[key] = len(out)
			f.Related = slices.Clone(f.Related)
			out = append(out, f)
			continue
		}
		first := &out[i]
		also := lint.Related{At: f.At, Holder: subject, Says: sameHere, Alike: subject, Frame: f.Frame}
		var own []lint.Related
		for _, r := range slices.Concat(first.Related, f.Related) {
			if r.Alike != "" {
				also.Says = r.Says
			}
		}
		for _, r := range f.Related {
			if r.Alike != "" {
				own = append(own, r)
			}
		}
		first.Related = slices.Concat(first.Related, []lint.Related{also}, own)
		for _, command := range f.Then {
			if !slices.Contains(first.Then, command) {
				first.Then = append(slices.Clone(first.Then), command)
			}
		}
	}
	return out
}

// sameHere is what is said of a place of which the same finding was made.
const sameHere = "likewise"

// parts are what a finding's message says something of, and what it says. Of what is no site the two
// have a colon between them, and count within one file: "compose service kong: it extends …".
func parts(f lint.Finding) (subject, predicate string) {
	if f.Subject != "" {
		return f.Subject, strings.Replace(f.Message, f.Subject, "", 1)
	}
	if subject, predicate, ok := strings.Cut(f.Message, ": "); ok {
		return subject, f.At.File + ": " + predicate
	}
	return "", f.Message
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
