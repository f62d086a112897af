package report

import "github.com/keylint/keylint/lint"

// severities lists them as a report tells them.
var severities = []lint.Severity{lint.Error, lint.Warning, lint.Info}

// worstFirst is the findings, errors first, each severity in its order of place.
func worstFirst(findings []lint.Finding) []lint.Finding {
	var out []lint.Finding
	for _, s := range severities {
		for _, f := range findings {
			if f.Severity == s {
				out = append(out, f)
			}
		}
	}
	return out
}

// findingWord is "errors", "warning", "info": what n findings of a severity are called.
func findingWord(s lint.Severity, n int) string {
	if n == 1 || s == lint.Info {
		return string(s)
	}
	return string(s) + "s"
}
