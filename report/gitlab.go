package report

import (
	"io"

	"github.com/keylint/keylint/lint"
)

// GitLab writes a Code Quality report, which GitLab shows in a merge request's widget and
// beside its lines. The fingerprint is the finding's id. GitLab needs a line: where it is not
// known, the report says the first, which is how GitLab itself shows a file as a whole.
//
// https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
func GitLab(w io.Writer, r *lint.Result, _ Options) error {
	return writeJSON(w, each(r.Findings, func(f lint.Finding) codeQuality {
		c := codeQuality{Description: oneLine(f.Message), CheckName: f.Rule, Fingerprint: f.ID, Severity: gitlabSeverity(f.Severity)}
		c.Location.Path = oneLine(f.At.File)
		c.Location.Lines.Begin = max(f.At.Line, 1)
		return c
	}))
}

type codeQuality struct {
	Description string `json:"description"`
	CheckName   string `json:"check_name"`
	Fingerprint string `json:"fingerprint"`
	Severity    string `json:"severity"` // info, minor, major, critical or blocker
	Location    struct {
		Path  string `json:"path"`
		Lines struct {
			Begin int `json:"begin"`
		} `json:"lines"`
	} `json:"location"`
}

// gitlabSeverity: an error is an outage once it is merged.
func gitlabSeverity(s lint.Severity) string {
	switch s {
	case lint.Error:
		return "critical"
	case lint.Warning:
		return "minor"
	}
	return "info"
}
