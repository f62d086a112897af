package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
)

// TestAsTold: findings that differ in nothing but the place are told as one, with all their places.
func TestAsTold(t *testing.T) {
	at := func(file string) sources.Position { return sources.Position{File: file, Line: 1} }
	app := func(name, says, instance string, related ...lint.Related) lint.Finding {
		return lint.Finding{Rule: "app-key-rejected", Cause: "other-issue", Severity: lint.Error, At: at(name), Subject: name, Message: name + " " + says,
			Instance: instance, Help: "rebuild", Related: related, Trace: []sources.Step{{At: at(name)}, {At: at("secret")}}}
	}
	other := lint.Related{At: at("secret.yaml"), Says: "the other"}
	for _, c := range []struct {
		name     string
		findings []lint.Finding
		want     string
	}{
		{"five apps of one outage", []lint.Finding{app("a", "is stale", "prod", other), app("b", "is stale", "prod", other), app("c", "is stale", "prod", other)}, "a: b c"},
		{"two outages", []lint.Finding{app("a", "is stale", "prod"), app("b", "is stale", "dev")}, "a: | b:"},
		{"another thing is wrong", []lint.Finding{app("a", "is stale", "prod"), app("b", "is cut", "prod")}, "a: | b:"},
		{"against another place", []lint.Finding{app("a", "is stale", "prod", other), app("b", "is stale", "prod")}, "a: | b:"},
		{"the same of two instances", []lint.Finding{app("a", "is stale", "prod"), app("a", "is stale", "dev")}, "a:"},
		{"a warning behind errors", []lint.Finding{{Rule: "x", Severity: lint.Warning, At: at("w"), Message: "w"}, app("a", "is stale", "prod")}, "a: | w:"},
		{"services of one file", []lint.Finding{
			{Rule: "unreadable", Severity: lint.Warning, At: at("f"), Message: "service a: broken"}, {Rule: "unreadable", Severity: lint.Warning, At: sources.Position{File: "f", Line: 9}, Message: "service b: broken"},
			{Rule: "unreadable", Severity: lint.Warning, At: at("g"), Message: "service b: broken"}}, "f: service b | g:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, f := range asTold(c.findings) {
				var likewise []string
				for _, r := range f.Related {
					if r.Alike != "" {
						likewise = append(likewise, r.Holder)
					}
				}
				got = append(got, strings.TrimSpace(fmt.Sprintf("%s: %s", f.At.File, strings.Join(likewise, " "))))
			}
			if s := strings.Join(got, " | "); s != c.want {
				t.Errorf("got %q, want %q", s, c.want)
			}
		})
	}
}
