package report

import (
	"cmp"
	"fmt"
	"strings"
	"testing"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
)

// TestAnnotations: what tells something new comes before further places of the same, which have an
// annotation as long as GitHub shows it.
func TestAnnotations(t *testing.T) {
	app := func(name, says string) lint.Finding {
		return lint.Finding{Rule: "app-key-rejected", Severity: lint.Error, At: sources.Position{File: name, Line: 1}, Subject: name, Message: name + " " + says}
	}
	var r lint.Result
	for i := range 12 {
		r.Findings = append(r.Findings, app(fmt.Sprintf("app%02d", i), "is stale"))
	}
	r.Findings = append(r.Findings, app("zoo", "is cut"))
	var files []string
	for line := range strings.SplitSeq(written(t, "github", &r, Options{}), "\n") {
		if rest, ok := strings.CutPrefix(line, "::error file="); ok {
			file, _, _ := strings.Cut(rest, ",")
			files = append(files, file)
		}
	}
	want := "app00 zoo app01 app02 app03 app04 app05 app06 app07 app08"
	if got := strings.Join(files, " "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestJoined: commands that differ in nothing but what they name are one.
func TestJoined(t *testing.T) {
	do := func(what string, names ...string) lint.Command { return lint.Command{Do: what, Names: names} }
	got := fmt.Sprint(joined([]lint.Command{do("restart", "kong"), do("# build web")}, []lint.Command{do("restart", "kong", "auth"), do("up")}))
	if want := "[restart kong auth # build web up]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestCutGroups: of more groups than places are told of one, the rest is counted.
func TestCutGroups(t *testing.T) {
	var related []lint.Related
	for i := range maxPlaces + 3 {
		related = append(related, lint.Related{Holder: "app", Says: fmt.Sprint(i)}, lint.Related{Holder: "app", Says: fmt.Sprint(i)})
	}
	shown, left := cutGroups(alike(related))
	if len(shown) != maxPlaces || left != 6 {
		t.Errorf("%d groups are shown, %d places left", len(shown), left)
	}
}

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
		{"one mistake of two environments of a compose file", []lint.Finding{
			app("a", "is stale", "prod", other), {Rule: "app-key-rejected", Cause: "other-issue", Severity: lint.Error, At: at("a"), Subject: "a", Message: "a is older than dev's", Instance: "dev", Help: "rebuild", Related: []lint.Related{other}},
		}, "a:"},
		{"a warning behind errors", []lint.Finding{{Rule: "x", Severity: lint.Warning, At: at("w"), Message: "w"}, app("a", "is stale", "prod")}, "a: | w:"},
		{"services of one file", []lint.Finding{
			{Rule: "unreadable", Severity: lint.Warning, At: at("f"), Message: "service a: broken"}, {Rule: "unreadable", Severity: lint.Warning, At: sources.Position{File: "f", Line: 9}, Message: "service b: broken"},
			{Rule: "unreadable", Severity: lint.Warning, At: at("g"), Message: "service b: broken"}}, "f: service b | g:"},
		{"lines of one file", []lint.Finding{
			{Rule: "unreadable", Severity: lint.Warning, At: at("f"), Message: "it includes what is not there"}, {Rule: "unreadable", Severity: lint.Warning, At: sources.Position{File: "f", Line: 9}, Message: "it includes what is not there"},
			{Rule: "unreadable", Severity: lint.Warning, At: at("g"), Message: "it includes what is not there"}}, "f: f:9 | g:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, f := range asTold(c.findings) {
				var likewise []string
				for _, r := range f.Related {
					if r.Alike != "" {
						likewise = append(likewise, cmp.Or(r.Holder, place(r.At)))
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
