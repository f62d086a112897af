package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/report"
	"github.com/keylint/keylint/sources/decrypt"
)

// newSession is a session whose guarded output can be read after flushing.
func newSession() (s *session, out, err *bytes.Buffer) {
	out, err = &bytes.Buffer{}, &bytes.Buffer{}
	ledger := &keys.Ledger{}
	s = &session{
		stdin: strings.NewReader(""), ledger: ledger, env: func(string) string { return "" },
		out: report.NewGuard(out, ledger), err: report.NewLineGuard(err, ledger),
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
	if status := run([]string{"rules", key}, nil, &stdout, &stderr, func(string) string { return "" }, nil); status != exitFailed {
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
		{"--strict --json --version", "keylint version --json --"},
		{"rules --strict", `--strict has no meaning with the command "rules" (a path of that name is ./rules)`},
		{"inspect key.txt --now 2026-11-23", "keylint inspect --now=2026-11-23 -- key.txt"},
		{"--jwt-secret s inspect -", "keylint inspect --jwt-secret=s -- -"},
		{"k8s --jwt-secret s", "--jwt-secret belongs to the command keylint inspect"},
		{"--format", "--format needs a value"},
		{"--format --strict", "--format needs a value"},
		{"--fromat json", "unknown flag --fromat (did you mean --format?); keylint --help lists the flags"},
		{"-x", "unknown flag -x; keylint --help lists the flags"},
		{"--output=json", "unknown flag --output; keylint --help lists the flags"},
	} {
		s, _, _ := newSession()
		var status int
		app := s.app(&status)
		a, err := arrange(app, strings.Fields(c.args))
		if err == nil {
			a = a.asked(app)
			err = a.check(app)
		}
		got := strings.Join(a.line(app), " ")
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
	for _, n := range commandNames(app) {
		if !strings.Contains(out.String(), "\n   "+n) {
			t.Errorf("the help does not name the command %s", n)
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
	const all = "fail-on, strict, rules, ignore, examples, production, expiry-window, names, instances, keys"
	for _, c := range []struct {
		text string
		want config
		line int
		err  string
	}{
		{text: ""},
		{text: "# nothing\n"},
		{text: "---\n"},
		{text: "fail-on: warning\nstrict: true\n", want: config{failOn: lint.Warning, strict: true}},
		{text: "strict: false\n"},
		{text: "\nfailon: error\n", line: 2, err: `unknown key "failon" (did you mean fail-on?); there are: ` + all},
		{text: "strict: maybe\n", line: 1, err: "strict is true or false"},
		{text: "strict: [true]\n", line: 1, err: "strict is true or false"},
		{text: "fail-on: warn\n", line: 1, err: `fail-on is error, warning or info, not "warn" (did you mean warning?)`},
		{text: "fail-on: {}\n", line: 1, err: `fail-on is error, warning or info, not ""`},
		{text: "strict: true\nstrict: true\n", line: 2, err: "the key strict stands here a second time"},
		{text: "- strict\n", line: 1, err: "a configuration is a mapping of " + all},
		{text: "strict: *x\n", err: "unknown anchor 'x' referenced"},

		{text: "rules: {demo-key: off, key-expired: warning}\n", want: config{rules: lint.Config{Severities: map[string]lint.Severity{
			"demo-key": lint.Off, "key-expired": lint.Warning}}}},
		{text: "rules:\n  demokey: off\n", line: 2, err: `unknown key "demokey" (did you mean demo-key?)`},
		{text: "rules:\n  demo-key: no\n", line: 2, err: `the severity of demo-key is off, info, warning or error, not "no"`},
		{text: "rules: [demo-key]\n", line: 1, err: "rules is a mapping of a rule's name and its severity"},

		{text: "ignore: [legacy, 'apps/*/.env']\nproduction:\n  - clusters/live\n", want: config{rules: lint.Config{
			Ignore: []string{"legacy", "apps/*/.env"}, Production: []string{"clusters/live"}}}},
		{text: "ignore: legacy\n", line: 1, err: "ignore is a list"},
		{text: "ignore:\n  - a\n  - {}\n", line: 3, err: "ignore is a list of texts"},
		{text: "ignore: ['apps/**']\n", want: config{rules: lint.Config{Ignore: []string{"apps/**"}}}},
		{text: "ignore: ['apps/**/old']\n", line: 1, err: "ignore: a pattern may have ** at its end only; one without a slash matches at any depth"},
		{text: "strict: true\n---\nrules: {}\n", line: 2, err: "a second document begins here; a configuration is one"},
		{text: "production: ['a[']\n", line: 1, err: "production: the pattern is malformed"},

		{text: "expiry-window: 30\n", want: config{rules: lint.Config{ExpiryWindow: 30}}},
		{text: "expiry-window: 30d\n", line: 1, err: "expiry-window is a number of days from 1 to 3650"},
		{text: "expiry-window: 0\n", line: 1, err: "expiry-window is a number of days from 1 to 3650"},
		{text: "expiry-window: 99999999999999999999\n", line: 1, err: "expiry-window is a number of days from 1 to 3650"},

		{text: "names:\n  anon: [PUBLIC_KEY]\n", want: config{names: map[string]keys.Slot{"PUBLIC_KEY": keys.Anon}}},
		{text: "names:\n  annon: [PUBLIC_KEY]\n", line: 2,
			err: `unknown key "annon" (did you mean anon?); there are: anon, service_role, publishable, secret, jwt_secret, jwt_keys, jwks`},
		{text: "names:\n  anon: [KEY]\n  secret:\n    - KEY\n", line: 4, err: "the name KEY stands for anon already"},

		{text: "instances:\n  - name: live\n    paths: [live]\n    hosts: [api.example.org]\n", want: config{rules: lint.Config{
			Instances: []lint.DeclaredInstance{{Name: "live", Paths: []string{"live"}, Hosts: []string{"api.example.org"}}}}}},
		{text: "instances:\n  - name: live\n    paths: [live]\n    hosts: ['https://api.example.org']\n", line: 4, err: "a host is a name such as api.example.org, without scheme and path"},
		{text: "instances:\n  - name: live\n", line: 2, err: "an instance has a name and paths"},
		{text: "instances:\n  - name: live\n    path: [live]\n", line: 3, err: `unknown key "path" (did you mean paths?); there are: name, paths, hosts`},
		{text: "instances: {name: live}\n", line: 1, err: "instances is a list of mappings with name, paths and hosts"},

		{text: "keys:\n  age: [dev/age.txt]\n  sealed-secrets: [dev/key.yaml]\n", want: config{keys: decrypt.KeyFiles{
			Age: []string{"dev/age.txt"}, SealedSecrets: []string{"dev/key.yaml"}}}},
		{text: "keys:\n  gpg: [x]\n", line: 2, err: `unknown key "gpg"; there are: age, pgp, sealed-secrets`},
	} {
		got, line, err := parseConfig([]byte(c.text))
		message := ""
		if err != nil {
			message = err.Error()
		}
		if message != c.err || line != c.line || err == nil && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: %+v, line %d, error %s", c.text, got, line, message)
		}
	}
}

// Whatever a configuration holds, it is read or refused, with no key in the words.
func FuzzParseConfig(f *testing.F) {
	key := testkeys.Sign("secret", `{"role":"anon"}`)
	for _, seed := range []string{"rules: {demo-key: off}", "names: {anon: [A]}", "instances: [{name: a, paths: [b]}]", "keys: {age: [x]}", key + ": 1", "a: &a [*a]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, _, err := parseConfig([]byte(text)); err != nil && strings.Contains(err.Error(), key) {
			t.Error(err)
		}
	})
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
		{"jsn", `unknown format "jsn" (did you mean json?); there are: ` + strings.Join(formatNames(), ", ")},
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
	if file, _, err := findConfig([]string{a, a}); err != nil || filepath.Base(filepath.Dir(file)) != "a" {
		t.Errorf("found %s, %v", file, err)
	}
	if _, _, err := findConfig([]string{a, b}); err == nil || !strings.Contains(err.Error(), "--config") {
		t.Errorf("got %v", err)
	}
}
