package report

import (
	"fmt"
	"io"
	"strings"

	"golang.org/x/tools/txtar"

	"github.com/keylint/keylint/lint"
)

// ExampleNote explains what stands in the examples.
const ExampleNote = "In an example {{anon}} and the like stand for keys, {{anon.old}} for one from before the last rotation, and # HERE for the place of the finding."

// Rule writes a rule's documentation in Markdown: why it matters, the mend, and an example
// of each. {{anon}} and the like stand for keys.
func Rule(w io.Writer, r *lint.Rule) error {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n%s: %s.\n\n%s\n", r.Name, r.Severity, strings.TrimSuffix(r.Summary, "."), strings.TrimSpace(r.Doc))
	example(&b, "Wrong", r.Bad)
	example(&b, "Right", r.Good)
	_, err := io.WriteString(w, b.String())
	return err
}

// example shows the files of a tiny repository. What git keeps of its own is there for the
// rule to see, and not shown.
func example(b *strings.Builder, title, archive string) {
	var files []txtar.File
	for _, f := range txtar.Parse([]byte(archive)).Files {
		if !strings.HasPrefix(f.Name, ".git/") {
			files = append(files, f)
		}
	}
	if len(files) > 0 {
		fmt.Fprintf(b, "\n%s:\n\n```text\n%s```\n", title, txtar.Format(&txtar.Archive{Files: files}))
	}
}
