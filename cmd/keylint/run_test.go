package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/report"

	"github.com/keylint/keylint/internal/testkeys"
)

// newSession is a session whose guarded output can be read after flushing.
func newSession() (s *session, out, err *bytes.Buffer) {
	out, err = &bytes.Buffer{}, &bytes.Buffer{}
	ledger := &keys.Ledger{}
	s = &session{
		stdin: strings.NewReader(""), ledger: ledger, env: func(string) string { return "" },
		out: report.NewGuard(out, ledger), err: report.NewGuard(err, ledger),
	}
	return s, out, err
}

func TestPanicShowsNoValue(t *testing.T) {
	s, _, stderr := newSession()
	const secret = "the value of the panic"
	s.env = func(string) string { panic(secret) }
	status := s.recovered(nil)
	if err := s.err.Flush(); err != nil {
		t.Fatal(err)
	}
	got := stderr.String()
	if status != exitFailed || !strings.Contains(got, "internal error") || !strings.Contains(got, "session).home:") {
		t.Errorf("status %d, standard error:\n%s", status, got)
	}
	if strings.Contains(got, secret) {
		t.Error("the panic's value is shown")
	}
}

func TestLeakIsHeldBack(t *testing.T) {
	var stdout, stderr bytes.Buffer
	// A rule name that is a JWT is quoted in the error: the last line of defence.
	key := testkeys.Sign("secret", `{"role":"anon","iss":"supabase"}`)
	if status := run([]string{"rules", key}, nil, &stdout, &stderr, func(string) string { return "" }); status != exitFailed {
		t.Errorf("status %d", status)
	}
	if strings.Contains(stdout.String()+stderr.String(), key) {
		t.Errorf("shown: %s", stderr.String())
	}
}

func TestArrange(t *testing.T) {
	for _, c := range []struct {
		args string
		want string // the line that urfave/cli gets, or the error
	}{
		{"", "keylint --"},
		{"./k8s --format json", "keylint --format=json -- ./k8s"},
		{"./k8s --format=json apps", "keylint --format=json -- ./k8s apps"},
		{"-format json", "keylint --format=json --"},
		{"--strict k8s --strict=false", "keylint --strict --strict=false -- k8s"},
		{"- --quiet", "keylint --quiet -- -"},
		{"-- --quiet", "keylint -- --quiet"},
		{"-- rules", "keylint -- ./rules"},
		{"./rules", "keylint -- ./rules"},
		{"k8s rules", "keylint -- k8s rules"},
		{"rules role-swap", "keylint rules -- role-swap"},
		{"rules --help", "keylint help -- rules"},
		{"-h", "keylint help --"},
		{"k8s --version", "keylint version --"},
		{"rules --strict", `--strict has no meaning with the command "rules" (a path of that name is ./rules)`},
		{"--format", "--format needs a value"},
		{"--format --strict", "--format needs a value"},
		{"--fromat json", "unknown flag --fromat (did you mean --format?); keylint --help lists the flags"},
		{"-x", "unknown flag -x; keylint --help lists the flags"},
		{"--output=json", "unknown flag --output; keylint --help lists the flags"},
	} {
		s, _, _ := newSession()
		var status int
		a, err := arrange(s.app(&status), strings.Fields(c.args))
		if err == nil {
			a = a.asked()
			err = a.check()
		}
		got := strings.Join(a.line(), " ")
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.args, got, c.want)
		}
	}
}

func TestFlagsAreNamedInTheHelp(t *testing.T) {
	s, out, _ := newSession()
	if status, err := s.execute([]string{"help"}); status != exitClean || err != nil {
		t.Fatal(status, err)
	}
	if err := s.out.Flush(); err != nil {
		t.Fatal(err)
	}
	var status int
	app := s.app(&status)
	for _, n := range append(flagNames(app), formatNames()...) {
		if !strings.Contains(out.String(), n) {
			t.Errorf("the help does not name %s", n)
		}
	}
	for _, c := range app.Commands {
		if !isCommandName(c.Name) {
			t.Errorf("isCommandName does not know %s", c.Name)
		}
	}
}

func TestNearest(t *testing.T) {
	candidates := []string{"--format", "--fail-on", "--strict", "--age-key", "--color", "--quiet", "--verbose", "--version"}
	for written, want := range map[string]string{
		"--fromat": "--format", "formt": "--format", "failon": "--fail-on", "--colour": "--color", "--agekey": "--age-key",
		"--verb": "--verbose", "--zzz": "", "": "", "-": "", "--output": "", strings.Repeat("x", 1000): "",
	} {
		if got := nearest(written, candidates...); got != want {
			t.Errorf("nearest(%q) = %q, want %q", written, got, want)
		}
	}
}

func TestParseConfig(t *testing.T) {
	for _, c := range []struct {
		text string
		want config
		line int
		err  string
	}{
		{text: ""},
		{text: "# nothing\n"},
		{text: "---\n"},
		{text: "fail-on: warning\nstrict: true\n", want: config{"warning", true}},
		{text: "strict: false\n"},
		{text: "\nfailon: error\n", line: 2, err: `unknown key "failon" (did you mean fail-on?); there are: fail-on, strict`},
		{text: "strict: maybe\n", line: 1, err: "strict is true or false"},
		{text: "strict: [true]\n", line: 1, err: "strict is true or false"},
		{text: "fail-on: warn\n", line: 1, err: `fail-on is error, warning or info, not "warn" (did you mean warning?)`},
		{text: "fail-on: {}\n", line: 1, err: `fail-on is error, warning or info, not ""`},
		{text: "strict: true\nstrict: true\n", line: 2, err: "the key strict stands here a second time"},
		{text: "- strict\n", line: 1, err: "a configuration is a mapping of fail-on, strict"},
		{text: "strict: *x\n", err: "unknown anchor 'x' referenced"},
	} {
		got, line, err := parseConfig([]byte(c.text))
		message := ""
		if err != nil {
			message = err.Error()
		}
		if message != c.err || line != c.line || err == nil && got != c.want {
			t.Errorf("%q: %+v, line %d, error %s", c.text, got, line, message)
		}
	}
}

func TestOutputs(t *testing.T) {
	for _, c := range []struct {
		values string
		want   string
	}{
		{"", "text"},
		{"json", "json"},
		{"json=-", "json"},
		{"json=a.json", "json=a.json text"},
		{"text json=./a.json", "text json=a.json"},
		{"text=a json=b", "text=a json=b text"},
		{"text json", "both text and json want standard output; write one of them to a file: --format json=FILE"},
		{"text=a json=./a", "both text and json want the file a"},
		{"json=", "--format json= names no file"},
		{"jsn", `unknown format "jsn" (did you mean json?); there are: text, json`},
	} {
		all, err := outputs(strings.Fields(c.values))
		var parts []string
		for _, o := range all {
			parts = append(parts, strings.TrimSuffix(o.format.Name+"="+o.file, "="))
		}
		got := strings.Join(parts, " ")
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.values, got, c.want)
		}
	}
}

func TestFlushErrorKeepsNoKey(t *testing.T) {
	key := testkeys.Sign("secret", `{"role":"anon"}`)
	if got := flushError(errors.New("write " + key)); strings.Contains(got, key) {
		t.Error(got)
	}
}

func TestVerdict(t *testing.T) {
	found := func(severities ...lint.Severity) *lint.Result {
		r := &lint.Result{Coverage: lint.Coverage{Agree: 1}}
		for _, s := range severities {
			r.Findings = append(r.Findings, lint.Finding{Severity: s})
		}
		return r
	}
	unknown := found()
	unknown.Coverage.Unknown = 2
	for name, c := range map[string]struct {
		result *lint.Result
		failOn lint.Severity
		strict bool
		want   int
		why    string
	}{
		"clean":                 {found(), lint.Info, true, exitClean, ""},
		"error":                 {found(lint.Warning, lint.Error), lint.Error, false, exitFindings, ""},
		"warning":               {found(lint.Warning), lint.Error, false, exitClean, ""},
		"warning, asked for":    {found(lint.Info, lint.Warning), lint.Warning, false, exitFindings, ""},
		"info":                  {found(lint.Info), lint.Warning, true, exitClean, ""},
		"info, asked for":       {found(lint.Info), lint.Info, false, exitFindings, ""},
		"unknown":               {unknown, lint.Error, false, exitClean, ""},
		"unknown, strict":       {unknown, lint.Error, true, exitFindings, "2 sites cannot be told, and --strict asks for proof"},
		"nothing found":         {&lint.Result{}, lint.Error, false, exitClean, ""},
		"nothing found, strict": {&lint.Result{}, lint.Error, true, exitFindings, "nothing was found to compare, and --strict asks for proof"},
	} {
		if got, why := verdict(c.result, settings{failOn: c.failOn, strict: c.strict}); got != c.want || why != c.why {
			t.Errorf("%s: exit status %d (%s), want %d (%s)", name, got, why, c.want, c.why)
		}
	}
}

func TestConfigsThatDiffer(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	for _, d := range []string{a, b} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(d, configName), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if file, err := findConfig([]string{a, a}); err != nil || filepath.Base(filepath.Dir(file)) != "a" {
		t.Errorf("found %s, %v", file, err)
	}
	if _, err := findConfig([]string{a, b}); err == nil || !strings.Contains(err.Error(), "--config") {
		t.Errorf("got %v", err)
	}
}
