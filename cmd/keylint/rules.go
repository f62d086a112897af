package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/keylint/keylint/lint"
)

// rules lists the rules, or prints the documentation of those that are named.
func (s *session) rules(names []string) (int, error) {
	if len(names) == 0 {
		return s.listRules()
	}
	for i, name := range names {
		r, err := findRule(name)
		if err != nil {
			return exitFailed, err
		}
		if i > 0 {
			fmt.Fprintln(s.out)
		}
		fmt.Fprintf(s.out, "# %s (%s)\n\n%s.\n", r.Name, r.Severity, strings.TrimSuffix(r.Summary, "."))
		if doc := strings.TrimSpace(r.Doc); doc != "" {
			fmt.Fprintf(s.out, "\n%s\n", doc)
		}
		s.example("Wrong", r.Bad)
		s.example("Right", r.Good)
	}
	return exitClean, nil
}

// example prints a tiny repository; {{anon}} in it stands for a key.
func (s *session) example(title, archive string) {
	if archive = strings.TrimSpace(archive); archive != "" {
		fmt.Fprintf(s.out, "\n%s:\n\n    %s\n", title, strings.ReplaceAll(archive, "\n", "\n    "))
	}
}

func (s *session) listRules() (int, error) {
	w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
	for _, r := range lint.Rules() {
		fmt.Fprintf(w, "%s\t%s\t%s\n", r.Name, r.Severity, r.Summary)
	}
	return exitClean, w.Flush()
}

func findRule(name string) (*lint.Rule, error) {
	var names []string
	for _, r := range lint.Rules() {
		if r.Name == name {
			return r, nil
		}
		names = append(names, r.Name)
	}
	return nil, fmt.Errorf("no such rule: %s%s; keylint rules lists them", name, didYouMean(name, names...))
}
