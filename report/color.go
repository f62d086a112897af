package report

import "github.com/keylint/keylint/lint"

// style is an ANSI "select graphic rendition" parameter.
type style string

const (
	bold   style = "1"
	red    style = "1;31"
	yellow style = "1;33"
	blue   style = "1;34"
	green  style = "32"
	cyan   style = "36"
)

// painter colours, or leaves as it is.
type painter bool

func (p painter) paint(s style, text string) string {
	if !p || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// severityStyle is red for an error, yellow for a warning, blue for an info.
func severityStyle(s lint.Severity) style {
	switch s {
	case lint.Error:
		return red
	case lint.Warning:
		return yellow
	}
	return blue
}
