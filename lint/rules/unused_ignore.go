package rules

import (
	"fmt"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
)

var unusedIgnore = &lint.Rule{
	Name:     "unused-ignore",
	Summary:  "a comment ignores a finding that there is not",
	Severity: lint.Warning,
	After:    others, // by then all have spoken
	Doc: `A comment on the line of a finding, or alone on the line above, takes it out of the report:

    # keylint: ignore[rule] the reason

Several rules are separated by commas. What is wrong with a key that stands in several places is told once, and a comment takes
its own place out of it. A comment that ignores nothing hides the next mistake in its place, and one that names no
rule, or none that there is, never did anything.

Take the comment away, or put it where the finding is.`,
	Bad: `
-- apps/web/.env.production --
# keylint: ignore[key-expired] this line: # HERE
NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon}}
`,
	Good: `
-- apps/web/.env.production --
# keylint: ignore[key-expired] the app is switched off
NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon.expired}}
`,
	Check: checkUnusedIgnore,
}

var (
	ignoreNamesNone   = lint.Cause{Name: "names-no-rule", Advice: "Write the rule in brackets: # keylint: ignore[key-expired] the reason."}
	ignoreUnknownRule = lint.Cause{Name: "unknown-rule", Advice: "keylint rules lists the rules."}
	ignoreUnused      = lint.Cause{Name: "ignores-nothing", Advice: "Take it away, or put it on the line of the finding, or alone on the line above."}
)

func checkUnusedIgnore(p *lint.Pass) {
	for _, g := range p.Ignores() {
		reportUnused(p, g)
	}
}

func reportUnused(p *lint.Pass, g *lint.Ignore) {
	report := func(at sources.Position, rule, message string, cause lint.Cause) {
		p.Report(lint.Draft{Place: lint.AtName(at, "ignore "+rule), Message: message, Cause: cause})
	}
	if len(g.Rules) == 0 {
		report(g.At, "", "the comment names no rule, and so ignores nothing", ignoreNamesNone)
		return
	}
	for _, r := range g.Rules {
		switch {
		case !p.IsRule(r.Name):
			report(r.At, r.Name, "the comment names a rule that there is not", ignoreUnknownRule)
		case !r.Used && !p.IsOff(r.Name):
			report(r.At, r.Name, fmt.Sprintf("the comment ignores %s, which finds nothing here", r.Name),
				ignoreUnused)
		}
	}
}
