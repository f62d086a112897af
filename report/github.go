package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/keylint/keylint/lint"
)

// maxAnnotations is how many annotations of one kind GitHub shows for a step; what is more
// it drops without a word.
// https://docs.github.com/en/actions/reference/limits (annotations per step: 10 of each kind)
const maxAnnotations = 10

// GitHub writes workflow commands, of which a GitHub Actions run makes annotations on the
// lines of a pull request: errors first, and of each kind no more than are shown, the last
// of which then says how many there are and where to read them. The last lines are no commands:
// they say what was compared.
//
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
//
// Findings that differ only in the place have an annotation each as long as there is room: behind all
// those that tell something new.
func GitHub(w io.Writer, r *lint.Result, o Options) error {
	var b strings.Builder
	t := tell(r, o)
	for _, severity := range severities {
		var of, likewise []lint.Finding
		for _, f := range t.shown() {
			if f.Severity == severity {
				of, likewise = append(of, f.Finding), append(likewise, f.likewise...)
			}
		}
		shown := of
		if len(of) > maxAnnotations {
			shown = of[:maxAnnotations-1]
		}
		for _, f := range slices.Concat(shown, likewise[:min(len(likewise), maxAnnotations-min(len(of), maxAnnotations))]) {
			b.WriteString(annotation(r, f))
		}
		if more := len(of) - len(shown); more > 0 {
			command(&b, githubKind(severity), []string{"title=keylint"},
				fmt.Sprintf("%d more %s: GitHub shows %d of a kind. The step's log and the job's summary have them all.",
					more, findingWord(severity, more), maxAnnotations))
		}
	}
	for _, line := range slices.Concat([]string{t.verdict(), Coverage(r)}, t.foot()) {
		b.WriteString(uncommanding(line) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// annotation is the command for one finding. GitHub shows it at the first line of the file
// where it names none.
func annotation(r *lint.Result, f lint.Finding) string {
	var properties []string
	at := r.UTF16(f.At)
	for _, p := range []struct {
		name  string
		value int
	}{{"line", at.Line}, {"col", at.Column}, {"endColumn", at.EndColumn}} {
		if p.value == 0 {
			break // each counts only behind the one before
		}
		properties = append(properties, p.name+"="+strconv.Itoa(p.value))
	}
	if at.File != "" {
		properties = append([]string{"file=" + property(at.File)}, properties...)
	}
	properties = append(properties, "title="+property("keylint "+f.Rule))

	lines := []string{oneLine(f.Message)}
	told := 0
	for _, g := range alike(f.Related) {
		for _, related := range g.places {
			if told++; told <= maxRelated {
				sign, _ := relatedSign(related)
				lines = append(lines, strings.TrimSpace(sign+" "+place(related.At)+" "+oneLine(beside(related).Message())))
			}
		}
	}
	if left := told - maxRelated; left > 0 {
		lines = append(lines, fmt.Sprintf("… and %d more places", left))
	}
	lines = append(lines, cleanLines(f.Help)...)
	for _, command := range f.Then {
		lines = append(lines, "then: "+oneLine(command.String()))
	}
	var b strings.Builder
	command(&b, githubKind(f.Severity), properties, strings.Join(lines, "\n"))
	return b.String()
}

// maxRelated is how many related places a report shows that has no room for more.
const maxRelated = 5

func command(b *strings.Builder, kind string, properties []string, message string) {
	b.WriteString("::" + kind + " " + strings.Join(properties, ",") + "::" + data(uncommanding(message)) + "\n")
}

// data escapes a command's message as GitHub's toolkit does, so that it stays on its line.
// https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
func data(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// property escapes what stands between "::kind " and "::", where a file may be called so
// that it would end it.
func property(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(uncommanding(oneLine(s)))
}

func githubKind(s lint.Severity) string {
	if s == lint.Info {
		return "notice"
	}
	return string(s)
}
