package lint

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/keylint/keylint/sources"
)

var unusedIgnore = &Rule{
	Name:     "unused-ignore",
	Summary:  "a comment ignores a finding that there is not",
	Severity: Warning,
	Doc: `A comment on the line of a finding, or alone on the line above, takes it out of the report:

    # keylint: ignore[rule] the reason

Several rules are separated by commas. A comment that ignores nothing hides the next mistake in its place, and one that names no
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
	Check: func(*Pass) {}, // the last word, when all other rules have spoken: see suppress
}

// ignoreComment matches the comment; the rules are optional here, so that their absence can
// be told.
var ignoreComment = regexp.MustCompile(`#\s*keylint:\s*ignore\b(?:\[([^\]]*)\])?`)

// blockScalar matches the end of a line of YAML behind which the value begins on the next.
var blockScalar = regexp.MustCompile(`[|>][-+0-9]*\s+#`)

// ignore is one comment.
type ignore struct {
	at    sources.Position
	rules []string
	next  bool // it counts for the line below as well
	used  map[string]bool
}

// suppress takes the findings out that a comment says to ignore, and reports the comments
// that ignored nothing.
func (p *Pass) suppress() {
	byFile := map[string][]*ignore{}
	var all []*ignore
	for _, f := range p.world.repo.Files() {
		if !f.BearsKeys() && !f.IsKustomization() || f.Example || !f.Mentions("keylint:") {
			continue
		}
		byFile[f.Path] = ignoresIn(f)
		all = append(all, byFile[f.Path]...)
	}
	kept := p.findings[:0]
	for _, f := range p.findings {
		ignored := false
		for _, g := range byFile[f.At.File] {
			if g.at.Line != f.At.Line && (!g.next || g.at.Line+1 != f.At.Line) {
				continue
			}
			for _, rule := range g.rules {
				if rule == f.Rule {
					g.used[rule], ignored = true, true
				}
			}
		}
		if ignored {
			p.ignored++
			continue
		}
		kept = append(kept, f)
	}
	p.findings = kept
	if p.rule = unusedIgnore; p.config.Severities[p.rule.Name] == Off {
		return
	}
	for _, g := range all {
		p.reportUnused(g)
	}
}

func ignoresIn(f *sources.File) []*ignore {
	b, err := f.Disk()
	if err != nil {
		return nil
	}
	var out []*ignore
	for n, line := range strings.Split(string(b), "\n") {
		m := ignoreComment.FindStringSubmatchIndex(line)
		if m == nil {
			continue
		}
		g := &ignore{
			at:   sources.Position{File: f.Path, Line: n + 1, Column: m[0] + 1, EndColumn: m[1] + 1},
			next: strings.TrimSpace(line[:m[0]]) == "" || blockScalar.MatchString(line[:m[0]+1]),
			used: map[string]bool{},
		}
		if m[2] >= 0 {
			for _, rule := range strings.Split(line[m[2]:m[3]], ",") {
				g.rules = append(g.rules, strings.TrimSpace(rule))
			}
		}
		out = append(out, g)
	}
	return out
}

func (p *Pass) reportUnused(g *ignore) {
	report := func(message, help string) {
		p.report(Finding{At: g.at, atName: true, Message: message, Help: help})
	}
	if len(g.rules) == 0 {
		report("the comment names no rule, and so ignores nothing", "Write the rule in brackets: # keylint: ignore[key-expired] the reason.")
		return
	}
	for _, name := range g.rules {
		switch known := isRule(name); {
		case !known:
			report("the comment names a rule that there is not", "keylint rules lists the rules.")
		case !g.used[name] && p.config.Severities[name] != Off:
			report(fmt.Sprintf("the comment ignores %s, which finds nothing here", name), "Take it away, or put it on the line of the finding, or alone on the line above.")
		}
	}
}

func isRule(name string) bool {
	for _, r := range Rules() {
		if r.Name == name {
			return true
		}
	}
	return false
}
