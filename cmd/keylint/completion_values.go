package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/lint/rules"
	"github.com/keylint/keylint/report"
)

// valueOf says what a placeholder of the help stands for.
func valueOf(app *cli.App, placeholder string) (v completionValue, ok bool) {
	switch placeholder {
	case "FILE", "PATH", "[PROJECT=]FILE", "FILE[:NAME]", "APP":
		v.Files = true
	case "DATE", "DURATION", "SIZE", "NAME", "URL":
	case "MODE":
		for _, m := range sandboxModes() {
			v.Words = append(v.Words, completionWord{Word: m})
		}
	case "FORMAT":
		v.ToFile = true
		for _, f := range report.Formats() {
			v.Words = append(v.Words, completionWord{f.Name, f.Summary})
		}
	case "SEVERITY":
		for _, s := range []lint.Severity{lint.Error, lint.Warning, lint.Info} {
			v.Words = append(v.Words, completionWord{Word: string(s)})
		}
	case "WHEN":
		for _, w := range []string{"auto", "always", "never"} {
			v.Words = append(v.Words, completionWord{Word: w})
		}
	case "RULE":
		for _, r := range byName(rules.All()) {
			v.Words = append(v.Words, completionWord{r.Name, r.Summary})
		}
	case "COMMAND":
		for _, c := range app.Commands {
			v.Words = append(v.Words, completionWord{c.Name, c.Usage})
		}
	default:
		return v, false
	}
	return v, true
}

// flagInUsage is a flag that the usage of a command's arguments shows.
var flagInUsage = regexp.MustCompile(`\[--[^\]]*\]`)

// argumentsOf reads the usage of a command's arguments, such as "[FILE|-]" or "RULE ...":
// alternatives in capitals are placeholders, others are written as they stand.
func argumentsOf(app *cli.App, usage string) (v completionValue, many bool, err error) {
	usage = strings.Trim(flagInUsage.ReplaceAllString(usage, ""), "[] ")
	usage, many = strings.CutSuffix(usage, " ...")
	for _, part := range strings.Split(usage, "|") {
		switch {
		case part == "" || part == "-":
		case part != strings.ToUpper(part):
			v.Words = append(v.Words, completionWord{Word: part})
		default:
			one, ok := valueOf(app, part)
			if !ok {
				return v, many, fmt.Errorf("completion does not know what the argument %s stands for", part)
			}
			v.Words = append(v.Words, one.Words...)
			v.Files = v.Files || one.Files
		}
	}
	return v, many, nil
}
