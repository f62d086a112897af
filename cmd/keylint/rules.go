package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/lint/rules"
	"github.com/keylint/keylint/report"
)

// explain prints the documentation of the rules that are named.
func (s *session) explain(c *cli.Context) (int, error) {
	names := c.Args().Slice()
	if len(names) == 0 {
		return exitFailed, errors.New("explain takes the name of a RULE; keylint rules lists them")
	}
	for i, name := range names {
		r, err := findRule(name)
		if err != nil {
			return exitFailed, err
		}
		if i > 0 {
			fmt.Fprintln(s.out)
		}
		if err := report.Rule(s.out, r); err != nil {
			return exitFailed, err
		}
	}
	fmt.Fprintln(s.out, "\n"+report.ExampleNote)
	return exitClean, nil
}

// rules lists every rule with severity and summary.
func (s *session) rules(c *cli.Context) (int, error) {
	if c.Args().Present() {
		return exitFailed, fmt.Errorf("rules takes no argument; keylint explain %s explains a rule", c.Args().First())
	}
	w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
	for _, r := range byName(rules.All()) {
		fmt.Fprintf(w, "%s\t%s\t%s\n", r.Name, r.Severity, r.Summary)
	}
	return exitClean, w.Flush()
}

func findRule(name string) (*lint.Rule, error) {
	if r := rules.Find(name); r != nil {
		return r, nil
	}
	var names []string
	for _, r := range rules.All() {
		names = append(names, r.Name)
	}
	return nil, fmt.Errorf("no such rule: %s%s; keylint rules lists them", name, didYouMean(name, names...))
}

// byName sorts the rules as people look them up; lint has them in the order in which they
// run.
func byName(rules []*lint.Rule) []*lint.Rule {
	slices.SortFunc(rules, func(a, b *lint.Rule) int { return strings.Compare(a.Name, b.Name) })
	return rules
}
