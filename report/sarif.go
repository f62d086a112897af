package report

import (
	"io"
	"net/url"
	"strings"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/lint/rules"
	"github.com/keylint/keylint/sources"
)

const (
	homePage = "https://github.com/keylint/keylint"
	rulesDoc = homePage + "/blob/main/docs/rules.md"
)

// SARIF writes SARIF 2.1.0, for GitHub's code scanning and other viewers: every rule with its
// help, each finding with its related places, the way by which the value got there as a code
// flow, and the finding's id as fingerprint, by which a viewer knows it again. What a comment,
// the configuration or the baseline takes out stands there too, as suppressed: a finding that
// was left out would be taken for one that was mended.
//
// Columns count UTF-16 units. https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
func SARIF(w io.Writer, r *lint.Result, o Options) error {
	rules := rules.All()
	index := map[string]int{}
	run := sarifRun{ColumnKind: "utf16CodeUnits", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{
		Name: "keylint", InformationURI: homePage,
		ShortDescription: sarifText{Text: "Will every Supabase key that something presents be accepted by everything that checks it?"},
	}
	run.Tool.Driver.Version = o.Version
	if !semantic.MatchString(o.Version) { // "(devel)": viewers want to compare
		run.Tool.Driver.Version = "0.0.0-devel"
	}
	run.Tool.Driver.SemanticVersion = run.Tool.Driver.Version
	run.AutomationDetails.ID = "keylint/"
	run.OriginalURIBaseIDs = map[string]sarifBase{srcRoot: {Description: sarifText{Text: "The root of the repository."}}}
	if o.Source.Repository != "" {
		run.Provenance = []sarifProvenance{{RepositoryURI: o.Source.Repository, RevisionID: o.Source.Commit, MappedTo: sarifArtifact{URIBaseID: srcRoot}}}
	}
	for i, rule := range rules {
		index[rule.Name] = i
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(rule))
	}
	add := func(f lint.Finding, by lint.Suppression) {
		result := sarifResultOf(r, f, index[f.Rule])
		if by != "" {
			result.Suppressions = []sarifSuppression{suppression(by)}
		}
		run.Results = append(run.Results, result)
	}
	for _, f := range r.Findings {
		add(f, "")
	}
	for _, s := range r.Suppressed {
		add(s.Finding, s.By)
	}
	return writeJSON(w, sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
}

func sarifRuleOf(rule *lint.Rule) sarifRule {
	var help strings.Builder
	_ = Rule(&help, rule)
	help.WriteString("\n" + ExampleNote + "\n")
	name := pascalCase(rule.Name)
	if strings.EqualFold(name, rule.Name) { // the standard wants a name to say more than the id
		name = ""
	}
	return sarifRule{
		ID:               rule.Name,
		Name:             name,
		ShortDescription: sarifText{Text: sentence(rule.Summary)},
		FullDescription:  sarifText{Text: sentence(rule.Summary) + " " + sarifEscape(firstParagraph(rule.Doc))},
		Help:             sarifText{Text: strings.TrimSpace(rule.Doc), Markdown: help.String()},
		HelpURI:          rulesDoc + "#" + rule.Name,
		Default:          sarifDefault{Level: sarifLevel(rule.Severity)},
		Properties: sarifProperties{
			Tags: []string{"supabase", "deployment"}, Precision: "high", Severity: sarifProblem(rule.Severity),
		},
	}
}

func sarifResultOf(r *lint.Result, f lint.Finding, rule int) sarifResult {
	message := sentence(oneLine(f.Message))
	if f.Help != "" {
		message += "\n" + strings.Join(cleanLines(f.Help), "\n")
	}
	result := sarifResult{
		RuleID: f.Rule, RuleIndex: rule, Level: sarifLevel(f.Severity), Message: sarifText{Text: sarifEscape(message)},
		Fingerprints: map[string]string{"keylintFinding/v1": f.ID, "primaryLocationLineHash": lineHash(f.ID)},
	}
	l, ok := location(r, f.At, "")
	if !ok { // GitHub refuses a whole log in which a result has no location
		l, _ = location(r, sources.Position{File: "."}, "")
	}
	result.Locations = []sarifLocation{l}
	for _, related := range f.Related {
		if l, ok := location(r, related.At, related.Message()); ok {
			l.ID = len(result.Related) + 1
			result.Related = append(result.Related, l)
		}
	}
	// A code flow runs from where the value comes from to where it is used.
	var steps []sarifStep
	for i := len(f.Trace) - 1; i >= 0; i-- {
		if l, ok := location(r, f.Trace[i].At, f.Trace[i].Text); ok {
			steps = append(steps, sarifStep{Location: l})
		}
	}
	if len(steps) > 1 {
		result.CodeFlows = []sarifFlow{{ThreadFlows: []sarifThread{{Locations: steps}}}}
	}
	result.Fixes = sarifFixes(r, f.Fixes)
	return result
}

// lineHash is the finding's id in the form of the one fingerprint by which GitHub knows an alert
// again: 16 hex digits and a number. What GitHub itself would compute changes with the line,
// and so with the key.
func lineHash(id string) string {
	_, hash, _ := strings.Cut(id, ":")
	hash, number, numbered := strings.Cut(hash, "-")
	if !numbered {
		number = "1"
	}
	return hash + ":" + number
}

// location is a place with what is said of it. There is none where no file is known.
func location(r *lint.Result, at sources.Position, message string) (sarifLocation, bool) {
	if at.File == "" {
		return sarifLocation{}, false
	}
	at = r.UTF16(at)
	l := sarifLocation{Physical: sarifPhysical{Artifact: sarifArtifact{URI: relativeURI(at.File), URIBaseID: srcRoot}}}
	// Viewers need a region; where the line is not known it is the whole file's first, as
	// they show what has none.
	l.Physical.Region = sarifRegion{StartLine: max(at.Line, 1), StartColumn: at.Column, EndColumn: at.EndColumn}
	if message = oneLine(message); message != "" {
		l.Message = &sarifText{Text: sarifEscape(sentence(message))}
	}
	return l, true
}

const srcRoot = "%SRCROOT%"

// relativeURI is a path as a relative reference: a colon in its first segment would make a
// scheme of it.
func relativeURI(file string) string {
	segments := strings.Split(file, "/")
	for i := range segments {
		segments[i] = strings.ReplaceAll(url.PathEscape(segments[i]), ":", "%3A")
	}
	return strings.Join(segments, "/")
}

func suppression(by lint.Suppression) sarifSuppression {
	switch by {
	case lint.ByComment:
		return sarifSuppression{Kind: "inSource", Justification: "a comment ignores it"}
	case lint.ByConfiguration:
		return sarifSuppression{Kind: "external", Justification: "the configuration ignores its path"}
	}
	return sarifSuppression{Kind: "external", Justification: "it is in the baseline"}
}

func sarifLevel(s lint.Severity) string {
	if s == lint.Info {
		return "note"
	}
	return string(s)
}

// sarifProblem is GitHub's word, by which it sorts and filters alerts.
func sarifProblem(s lint.Severity) string {
	if s == lint.Info {
		return "recommendation"
	}
	return string(s)
}

// sarifEscape keeps brackets from being links to what a repository chooses (section 3.11.6).
func sarifEscape(s string) string {
	return strings.NewReplacer(`\`, `\\`, `[`, `\[`, `]`, `\]`).Replace(s)
}

// sentence ends with a full stop, as viewers expect of messages. Its beginning stays as it is,
// for it may be a name.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.ContainsAny(s[len(s)-1:], ".!?") {
		return s
	}
	return s + "."
}

func firstParagraph(s string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(s), "\n\n")
	return strings.Join(strings.Fields(first), " ")
}

func pascalCase(name string) string {
	var b strings.Builder
	for _, word := range strings.Split(name, "-") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}
