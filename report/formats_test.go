package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
)

// onGitHub is a run of GitHub Actions.
var onGitHub = SourceFromEnvironment(func(name string) string {
	return map[string]string{
		"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/infra",
		"GITHUB_SHA": "0123456789abcdef0123456789abcdef01234567",
	}[name]
})

// many is a result with n errors and n warnings.
func many(n int) *lint.Result {
	r := &lint.Result{}
	for i := 1; i <= n; i++ {
		at := sources.Position{File: "apps/web/.env.production", Line: i, Column: 1, EndColumn: 9}
		r.Findings = append(r.Findings,
			lint.Finding{Rule: "key-expired", Severity: lint.Warning, Message: fmt.Sprintf("warning %d", i), Bearer: fmt.Sprint("KEY_", i), At: at, ID: fmt.Sprintf("key-expired:%016x", i)},
			lint.Finding{Rule: "app-key-rejected", Severity: lint.Error, Message: fmt.Sprintf("error %d", i), Bearer: fmt.Sprint("KEY_", i), At: at, ID: fmt.Sprintf("app-key-rejected:%016x", i)})
	}
	return r
}

func written(t *testing.T, format string, r *lint.Result, o Options) string {
	t.Helper()
	f, ok := Lookup(format)
	if !ok {
		t.Fatalf("there is no format %s", format)
	}
	var b bytes.Buffer
	if err := f.Write(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// runnerCommand is how GitHub's runner finds a command on a line.
var runnerCommand = regexp.MustCompile(`^\s*::([a-z-]+)(?: ([^:]*))?::(.*)$`)

// TestGitHubCommands: whatever a file or a message is called, there is one command a finding
// and no other, its properties are those that were meant, and nothing of a repository begins
// a line.
func TestGitHubCommands(t *testing.T) {
	const evil = "a,line=1::b%0A\n::stop-commands::x\r\n::add-mask::y"
	for _, text := range []string{"plain", evil, "::error::", "%", "\n\n::warning::z"} {
		r := &lint.Result{Findings: []lint.Finding{{
			Rule: "role-swap", Severity: lint.Error, Message: text, Help: text + "\n" + text,
			At:      sources.Position{File: text, Line: 7, Column: 2, EndColumn: 3},
			Related: []lint.Related{{At: sources.Position{File: text}, Says: text}},
		}}}
		lines := strings.Split(strings.TrimSuffix(written(t, "github", r, Options{}), "\n"), "\n")
		commands := 0
		for _, l := range lines {
			m := runnerCommand.FindStringSubmatch(l)
			if m == nil {
				continue
			}
			commands++
			var names []string
			for _, p := range strings.Split(m[2], ",") {
				name, _, _ := strings.Cut(p, "=")
				names = append(names, name)
			}
			if got := m[1] + " " + strings.Join(names, " "); got != "error file line col endColumn title" {
				t.Errorf("%q: the command is %s", text, got)
			}
		}
		if commands != 1 || len(lines) != 3 {
			t.Errorf("%q: %d commands in %d lines:\n%s", text, commands, len(lines), strings.Join(lines, "\n"))
		}
	}
}

// TestGitHubShowsTen: of each kind GitHub shows ten annotations, so the tenth tells of the rest.
func TestGitHubShowsTen(t *testing.T) {
	for n, want := range map[int]string{10: "10 0", 11: "10 1", 30: "10 1"} {
		got := written(t, "github", many(n), Options{})
		errors := strings.Count("\n"+got, "\n::error ")
		if s := fmt.Sprintf("%d %d", errors, strings.Count(got, "more errors: ")); s != want {
			t.Errorf("%d errors: %s", n, s)
		}
		if strings.LastIndex(got, "\n::error ") > strings.Index(got, "\n::warning ") {
			t.Error("a warning stands before an error")
		}
	}
}

// TestMarkdownIsInert renders what a hostile repository leads to with GitHub's own renderer
// of Markdown: the only links are keylint's, there is no image, no HTML of the repository's,
// and each row of a table has its cells. What forges look for in the finished text (mentions,
// references to issues, addresses) is not in it either.
func TestMarkdownIsInert(t *testing.T) {
	renderer, err := exec.LookPath("cmark-gfm")
	if err != nil {
		t.Skip("skipped: cmark-gfm is not installed")
	}
	for _, evil := range []string{
		"![x](https://evil.example/x.png)", "[click](https://evil.example)", "<img src=x onerror=y>", "<script>", "`</code>` <b>x</b>",
		"https://evil.example/", "www.evil.example", "mail@evil.example", "@octocat", "#12", "GH-12", "acme/infra#12", "acme/infra@0123456789",
		"a | b | c", `a \| b`, "``` \n# heading", "- item", "1. item", "+ item", "1) item", "=====", "---", "> quote", "~~gone~~ **bold** _it_ $x$",
		"</details></summary>", "<!-- comment", "&#64;octocat", "[x]: https://evil.example", ":octocat:", "javascript:alert(1)", "\t\tcode", "a\\", "*", "**",
		"[^1]", "ftp://evil.example", "\\@octocat", "a]\\(b)", "`", "``", "| |", "x\u2028y",
	} {
		in := &lint.JudgedInstance{Name: evil, Sites: []lint.Judged{
			{Site: &sites.Site{Slot: "anon", Holder: evil}, Outcome: lint.Agree, Fingerprint: "sha256:1a2b3c4d"},
			{Site: &sites.Site{Slot: "jwt_secret", Holder: evil + "2"}, Outcome: lint.Disagree, Fingerprint: "A"},
		}}
		at := sources.Position{File: evil, Line: 3}
		r := &lint.Result{Instances: []*lint.JudgedInstance{in}, Findings: []lint.Finding{{
			Rule: "role-swap", Severity: lint.Error, Message: evil, Help: evil + "\n" + evil, At: at,
			Related: []lint.Related{{At: at, Says: evil}}, Trace: []sources.Step{{At: at, Text: evil}},
		}}, Coverage: lint.Coverage{Sites: 2, Unknown: 1, Reasons: []lint.Reason{{Text: evil, Count: 1}}}}
		for _, source := range []Source{{}, onGitHub} {
			markdown := written(t, "markdown", r, Options{Source: source})
			cmd := exec.Command(renderer, "--unsafe", "-e", "table", "-e", "autolink", "-e", "strikethrough", "-e", "tasklist", "-e", "footnotes")
			cmd.Stdin = strings.NewReader(markdown)
			html, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			checkInert(t, evil, string(html), source)
		}
	}
}

var (
	anchor   = regexp.MustCompile(`<a href="([^"]*)"`)
	element  = regexp.MustCompile(`</?([a-zA-Z!][a-zA-Z0-9]*)`)
	tableRow = regexp.MustCompile(`(?s)<tr>(.*?)</tr>`)
	codeSpan = regexp.MustCompile(`(?s)<code>.*?</code>`)
	// forged is what a forge makes a link or an image of in finished text.
	forged = regexp.MustCompile(`(^|\W)@\w|(^|\s|\w)#\d|(?i)\bgh-\d|:[a-z0-9_+-]+:|https?://|ftp://|www\.\w`)
)

func checkInert(t *testing.T, evil, html string, source Source) {
	t.Helper()
	allowed := map[string]bool{
		"h2": true, "h3": true, "p": true, "hr": true, "ul": true, "ol": true, "li": true, "strong": true, "code": true, "a": true, "blockquote": true,
		"table": true, "thead": true, "tbody": true, "tr": true, "th": true, "td": true, "details": true, "summary": true, "br": true,
	}
	for _, m := range element.FindAllStringSubmatch(html, -1) {
		if !allowed[m[1]] {
			t.Errorf("%q: became <%s> in\n%s", evil, m[1], html)
		}
	}
	for _, m := range anchor.FindAllStringSubmatch(html, -1) {
		if !strings.HasPrefix(m[1], rulesDoc+"#") && (source.blob == "" || !strings.HasPrefix(m[1], source.Repository+"/blob/"+source.Commit+"/")) {
			t.Errorf("%q: leads to %s", evil, m[1])
		}
	}
	rows := tableRow.FindAllStringSubmatch(html, -1)
	for _, m := range rows {
		if n := strings.Count(m[1], "<td") + strings.Count(m[1], "<th"); n != 3 {
			t.Errorf("%q: a row of %d cells: %s", evil, n, m[1])
		}
	}
	if len(rows) != 3 || strings.Count(html, "<h2>") != 1 || strings.Count(html, "<h3>") != 1 || strings.Count(html, "<details>") != 2 || strings.Count(html, "</details>") != 2 {
		t.Errorf("%q: the report has another shape:\n%s", evil, html)
	}
	text := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(codeSpan.ReplaceAllString(html, "x"), " ")
	if m := forged.FindString(text); m != "" {
		t.Errorf("%q: leaves %q in the text", evil, m)
	}
}

// TestMarkdownIsBounded: GitHub drops a summary of more than 1 MiB, so the report ends before,
// says so, and keeps what could not be told.
func TestMarkdownIsBounded(t *testing.T) {
	r := many(6000)
	long := strings.Repeat("word ", 200)
	for i := range r.Findings {
		r.Findings[i].Message += long
	}
	for i := range 3 {
		in := &lint.JudgedInstance{Name: fmt.Sprint("instance ", i)}
		for n := range 5000 {
			in.Sites = append(in.Sites, lint.Judged{Site: &sites.Site{Slot: "anon", Holder: fmt.Sprint("app ", n)}, Outcome: lint.CannotTell})
		}
		r.Instances = append(r.Instances, in)
	}
	r.Coverage = lint.Coverage{Sites: 15000, Unknown: 15000, Reasons: []lint.Reason{{Text: "sealed", Count: 15000}}}
	got := written(t, "markdown", r, Options{})
	if len(got) > 1<<20 {
		t.Errorf("%d bytes", len(got))
	}
	for _, want := range []string{"more findings left out**", "15000: sealed", "… and 4800 more"} {
		if !strings.Contains(got, want) {
			t.Errorf("it does not say %q", want)
		}
	}
}

// TestSourceFromEnvironment takes no address that has not the form of one.
func TestSourceFromEnvironment(t *testing.T) {
	const sha = "0123456789abcdef0123456789abcdef01234567"
	at := sources.Position{File: "k8s/a (1)/secret#.yaml", Line: 7}
	for _, c := range []struct {
		env  map[string]string
		want string
	}{
		{map[string]string{"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/infra", "GITHUB_SHA": sha}, "https://github.com/acme/infra/blob/" + sha + "/k8s/a%20%281%29/secret%23.yaml#L7"},
		{map[string]string{"CI_PROJECT_URL": "https://git.example.org/acme/sub/infra", "CI_COMMIT_SHA": sha}, "https://git.example.org/acme/sub/infra/-/blob/" + sha + "/k8s/a%20%281%29/secret%23.yaml#L7"},
		{map[string]string{"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/infra) [x](y", "GITHUB_SHA": sha}, ""},
		{map[string]string{"GITHUB_SERVER_URL": "javascript:x", "GITHUB_REPOSITORY": "acme/infra", "GITHUB_SHA": sha}, ""},
		{map[string]string{"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/infra", "GITHUB_SHA": "main"}, ""},
		{nil, ""},
	} {
		if got := SourceFromEnvironment(func(n string) string { return c.env[n] }).link(at); got != c.want {
			t.Errorf("%v: %q, want %q", c.env, got, c.want)
		}
	}
}

// TestGitLabSchema holds the report to what GitLab documents of it.
func TestGitLabSchema(t *testing.T) {
	c := jsonschema.NewCompiler()
	schema, err := c.Compile(filepath.Join("testdata", "schema", "gitlab-code-quality.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []*lint.Result{disagreement(), hostile(), {}, many(3)} {
		report, err := jsonschema.UnmarshalJSON(strings.NewReader(written(t, "gitlab", r, Options{})))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(report); err != nil {
			t.Error(err)
		}
	}
	for _, wrong := range []string{`{}`, `[{}]`, `[{"description": "x", "check_name": "y", "fingerprint": "z", "severity": "error", "location": {"path": "a", "lines": {"begin": 1}}}]`} {
		report, _ := jsonschema.UnmarshalJSON(strings.NewReader(wrong))
		if schema.Validate(report) == nil {
			t.Errorf("the schema takes %s", wrong)
		}
	}
}

// TestJUnitSchema validates the report with xmllint.
func TestJUnitSchema(t *testing.T) {
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("skipped: xmllint is not installed")
	}
	validate := func(text string) error {
		cmd := exec.Command(xmllint, "--noout", "--nonet", "--schema", filepath.Join("testdata", "schema", "junit.xsd"), "-")
		cmd.Stdin = strings.NewReader(text)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		return nil
	}
	for _, r := range []*lint.Result{disagreement(), hostile(), {}, many(3), allUnknown()} {
		for _, o := range []Options{{}, {FailOn: lint.Info}} {
			if err := validate(written(t, "junit", r, o)); err != nil {
				t.Error(err)
			}
		}
	}
	if validate(`<testsuites><testsuite name="x"><testcase classname="y"/></testsuite></testsuites>`) == nil {
		t.Error("the schema takes a case without a name")
	}
}

// TestJUnitUnread: what is deployed and was not seen is a skipped test.
func TestJUnitUnread(t *testing.T) {
	r := &lint.Result{Coverage: lint.Coverage{Unread: 2, Roots: 3, Rendered: 2}}
	for _, want := range []string{
		`skipped="2"`,
		`<testcase name="2 of what is deployed were not read, rendered or fetched: see the notes" classname="keylint">`,
		`<testcase name="1 of 3 kustomization roots did not build" classname="keylint">`,
	} {
		if text := written(t, "junit", r, Options{}); !strings.Contains(text, want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
}

// multitool is Microsoft's validator of SARIF; .ci/run installs it.
var multitool = filepath.Join("testdata", "multitool", "node_modules", "@microsoft", "sarif-multitool-linux", "Sarif.Multitool")

// TestSARIFMultitool lets the SARIF Multitool judge the report, by all its rules, GitHub's
// included: it finds no error and no warning.
func TestSARIFMultitool(t *testing.T) {
	t.Parallel() // it waits for another program most of the time
	if _, err := os.Stat(multitool); err != nil {
		t.Skip("skipped: the SARIF Multitool is not installed (npm ci in report/testdata/multitool)")
	}
	suppressed := disagreement()
	suppressed.Suppressed = []lint.Suppressed{{Finding: suppressed.Findings[0], By: lint.ByBaseline}, {Finding: suppressed.Findings[1], By: lint.ByComment}}
	dir := t.TempDir()
	verdict := filepath.Join(t.TempDir(), "verdict.sarif")
	args := []string{"validate", filepath.Join(dir, "*.sarif"), "--output", verdict, "--rule-kind", "Sarif;Gh", "--level", "Error;Warning", "--log", "ForceOverwrite"}
	logs := map[string]*lint.Result{"disagree": disagreement(), "hostile": hostile(), "nothing": {}, "suppressed": suppressed}
	for name, r := range logs {
		log := filepath.Join(dir, name+".sarif")
		options := Options{Version: "1.2.3", Source: onGitHub}
		if name == "nothing" {
			options = Options{Version: "(devel)"}
		}
		if err := os.WriteFile(log, []byte(written(t, "sarif", r, options)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	broken := strings.ReplaceAll(written(t, "sarif", disagreement(), Options{}), `"startLine": `, `"startLine": -`)
	if err := os.WriteFile(filepath.Join(dir, "broken.sarif"), []byte(broken), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(multitool, args...)
	// It would ask every address in a log whether it is there, and wait: so it gets no further than a
	// proxy that does not answer.
	const nowhere = "http://127.0.0.1:1"
	cmd.Env = append(os.Environ(), "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1", "DOTNET_CLI_TELEMETRY_OPTOUT=1",
		"HTTP_PROXY="+nowhere, "HTTPS_PROXY="+nowhere, "NO_PROXY=")
	out, _ := cmd.CombinedOutput() // its exit status counts notes, too
	b, err := os.ReadFile(verdict)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var judged struct {
		Runs []struct {
			Results []struct {
				RuleID  string
				Level   string
				Message struct {
					Text      string
					Arguments []string
				}
				Locations []struct {
					PhysicalLocation struct{ ArtifactLocation struct{ URI string } }
				}
			}
		}
	}
	if err := json.Unmarshal(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), &judged); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	brokenFound := false
	for _, run := range judged.Runs {
		for _, found := range run.Results {
			switch {
			case found.Level == "note" || found.Level == "none":
			case len(found.Locations) > 0 && strings.HasSuffix(found.Locations[0].PhysicalLocation.ArtifactLocation.URI, "broken.sarif"):
				brokenFound = true
			default:
				t.Errorf("%v: %s %s: %s %q", found.Locations, found.Level, found.RuleID, found.Message.Text, found.Message.Arguments)
			}
		}
	}
	if !brokenFound {
		t.Errorf("it finds nothing wrong with a broken log:\n%s\n%s", out, b)
	}
}
