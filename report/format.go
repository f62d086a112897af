package report

import (
	"io"

	"github.com/keylint/keylint/lint"
)

// Options say how a report is written. The zero value is what goes into a file.
type Options struct {
	Color   bool // with terminal colours, where the format has any
	Shown   Terminal
	Verbose bool // with every instance and every unit, not only what is wrong

	FailOn  lint.Severity // the lowest severity that makes the exit status 1; the zero value is Error
	Version string        // keylint's own, for formats that name the program
	Source  Source        // where the forge shows what was linted; the zero value where that is not known
	Sandbox *Sandbox      // what confined the run; nil where nothing could have
}

// Sandbox says what the system held the run to, in words for people.
type Sandbox struct {
	InForce []string `json:"in_force"`
	Missing []string `json:"missing"` // with the reason
}

func (o Options) failOn() lint.Severity {
	if o.FailOn == "" {
		return lint.Error
	}
	return o.FailOn
}

// Format is one way of telling a result.
type Format struct {
	Name    string
	Summary string // one line, for the help
	Write   func(w io.Writer, r *lint.Result, o Options) error
}

// Formats lists the formats, the default first.
func Formats() []Format {
	return []Format{
		{Name: "text", Summary: "findings with the lines they are about, for people", Write: Text},
		{Name: "json", Summary: "everything, for programs; version 1 of the format", Write: JSON},
		{Name: "github", Summary: "workflow commands, which GitHub Actions shows on the lines of a pull request", Write: GitHub},
		{Name: "markdown", Summary: "a summary with a matrix of who holds which key, for $GITHUB_STEP_SUMMARY and comments", Write: Markdown},
		{Name: "sarif", Summary: "SARIF 2.1.0, for code scanning", Write: SARIF},
		{Name: "junit", Summary: "JUnit XML, for Jenkins, Azure, GitLab and others", Write: JUnit},
		{Name: "gitlab", Summary: "GitLab's Code Quality report", Write: GitLab},
	}
}

// Lookup finds a format by its name.
func Lookup(name string) (Format, bool) {
	for _, f := range Formats() {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}
