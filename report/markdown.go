package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
)

// maxMarkdown bounds the report in bytes: of more than 1 MiB GitHub shows nothing, and what a
// step before wrote into the summary may count too.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands (job summaries)
const maxMarkdown = 900 << 10

// Markdown writes a summary for people: the verdict, who holds which key, the findings, and
// what could not be told. What does not fit is left out with a word about it, the findings
// last.
func Markdown(w io.Writer, r *lint.Result, o Options) error {
	m := &markdown{source: o.Source, telling: tell(r, o)}
	fmt.Fprintf(m, "## keylint: %s\n\n%s\n", m.verdict(), prose(Coverage(r)))
	foot := m.unknown()
	m.room = maxMarkdown - m.Len() - len(foot)

	left := 0
	for _, in := range r.Instances {
		if !m.section(m.matrix(in)) {
			left++
		}
	}
	if left > 0 {
		m.WriteString(fmt.Sprintf("\n%s left out: the summary would be too long.\n", count(left, "instance")))
	}
	findings := m.shown()
	for i, f := range findings {
		if !m.section(m.finding(f.Finding)) {
			m.WriteString(fmt.Sprintf("\n**%s left out**: the summary would be too long. The JSON report has them all.\n", count(len(findings)-i, "more finding")))
			break
		}
	}
	m.WriteString(foot)
	_, err := io.WriteString(w, uncommanding(m.String()))
	return err
}

type markdown struct {
	telling
	strings.Builder
	source Source
	room   int // bytes that sections may still take
}

// section writes a part of the report, or says that there is no room for it.
func (m *markdown) section(s string) bool {
	if len(s) > m.room {
		return false
	}
	m.room -= len(s)
	m.WriteString(s)
	return true
}

func (m *markdown) finding(f lint.Finding) string {
	var b strings.Builder
	sign := map[lint.Severity]string{lint.Error: "❌", lint.Warning: "⚠️", lint.Info: "ℹ️"}[f.Severity]
	fmt.Fprintf(&b, "\n---\n\n%s **%s** [%s](%s#%s) %s\n\n%s\n", sign, f.Severity, code(f.Rule), rulesDoc, f.Rule, m.place(f.At), prose(f.Message))
	if f.Label != "" {
		fmt.Fprintf(&b, "\nThere stands: %s.\n", prose(f.Label))
	}
	for i, l := range cleanLines(f.Help) {
		if i > 0 {
			b.WriteString(">\n")
		} else {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "> %s\n", prose(l))
	}
	for _, command := range f.Then {
		fmt.Fprintf(&b, ">\n> %s\n", code(command.String()))
	}
	trace := way(f)
	if len(f.Related)+len(trace) == 0 {
		return b.String()
	}
	fmt.Fprintf(&b, "\n<details><summary>%s</summary>\n\n", foldedTitle(f))
	for _, g := range alike(f.Related) {
		sign, _ := relatedSign(g.places[0])
		if len(g.places) == 1 || g.says == "" {
			for _, r := range g.places {
				fmt.Fprintf(&b, "- %s %s\n", sign, strings.TrimSpace(m.place(r.At)+" "+prose(beside(r).Message())))
			}
			continue
		}
		fmt.Fprintf(&b, "- %s %s:\n", sign, prose(g.says))
		for _, r := range g.places {
			fmt.Fprintf(&b, "  - %s\n", strings.TrimSpace(m.place(r.At)+" "+prose(beside(r).Holder)))
		}
	}
	if len(trace) > 0 {
		b.WriteString("\nHow it got there:\n\n")
		for _, s := range trace {
			fmt.Fprintf(&b, "1. %s\n", strings.TrimSpace(m.place(s.At)+" "+prose(s.Text)))
		}
	}
	b.WriteString("\n</details>\n")
	return b.String()
}

func foldedTitle(f lint.Finding) string {
	switch {
	case len(f.Related) == 0:
		return "How the value got there"
	case len(way(f)) == 0:
		return count(len(f.Related), "other place")
	}
	return count(len(f.Related), "other place") + ", and how the value got there"
}

// place is a position, and leads to it where the forge is known.
func (m *markdown) place(at sources.Position) string {
	text := code(place(at))
	if link := m.source.link(at); link != "" && text != "" {
		return "[" + text + "](" + link + ")"
	}
	return text
}

// unknown lists, folded, what could not be told, and what was left out of the findings.
func (m *markdown) unknown() string {
	c := m.Coverage
	var b strings.Builder
	if c.Unknown > 0 {
		fmt.Fprintf(&b, "\n<details><summary>%d cannot be told</summary>\n\n", c.Unknown)
		for i, reason := range c.Reasons {
			if i == maxReasons {
				fmt.Fprintf(&b, "- and %s\n", count(len(c.Reasons)-i, "more reason"))
				break
			}
			fmt.Fprintf(&b, "- %d: %s\n", reason.Count, prose(firstRunes(reason.Text, maxReason)))
		}
		b.WriteString("\n</details>\n")
	}
	for _, line := range m.foot() {
		fmt.Fprintf(&b, "\n%s.\n", prose(line))
	}
	return b.String()
}

// The bounds of what is said of what cannot be told: so many reasons, each of so many
// characters.
const (
	maxReasons = 50
	maxReason  = 1000
)
