package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/lint/rules"
	"github.com/keylint/keylint/report"
)

// TestRulesDoc holds docs/rules.md to the rules' declarations, and the report beside each
// example to what keylint says of it; "go generate ./..." rewrites the page.
func TestRulesDoc(t *testing.T) {
	var b bytes.Buffer
	b.WriteString(`# The rules

Made from the rules' declarations by "go generate ./...", and held to them by a test: each report is what keylint says
of the example above it. In an example {{anon}} and the like stand for keys, and {{anon.old}} for one from before the last rotation;
"# HERE" marks where the finding is, on its own line or the one above. "keylint explain RULE" prints the same.

A severity is what a rule has unless a finding says otherwise, or .keylint.yaml does.

| rule | severity | what is wrong |
|---|---|---|
`)
	rules := byName(rules.All())
	for _, r := range rules {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", r.Name, r.Name, r.Severity, r.Summary)
	}
	for _, r := range rules {
		b.WriteByte('\n')
		if err := report.Rule(&b, r); err != nil {
			t.Fatal(err)
		}
		title, text := said(t, r)
		fmt.Fprintf(&b, "\n%s:\n\n```text\n%s```\n", title, text)
	}
	compareGolden(t, "../../docs/rules.md", b.String())
}

// said is what keylint says of a rule's bad example, or of a fixture where the example
// would need ciphertext.
func said(t *testing.T, r *lint.Rule) (title, text string) {
	t.Helper()
	if r.Bad == "" {
		return shownByFixture(t, r)
	}
	dir := t.TempDir()
	if err := testkeys.WriteArchive(dir, r.Bad); err != nil {
		t.Fatal(err)
	}
	got := keylint(now, "--fail-on", "info", dir)
	return "keylint says", firstFinding(t, r.Name, got.stdout)
}

func shownByFixture(t *testing.T, r *lint.Rule) (title, text string) {
	t.Helper()
	for _, name := range fixtureNames(t) {
		if golden := lintedFixture(t, name).golden(name); summarized(t, golden).fires(r.Name) {
			return "keylint says of testdata/fixtures/" + name, firstFinding(t, r.Name, golden.stdout)
		}
	}
	t.Fatalf("%s is in no fixture", r.Name)
	return "", ""
}

// firstFinding cuts a report's first finding of a rule out.
func firstFinding(t *testing.T, rule, text string) string {
	t.Helper()
	paragraphs := strings.SplitAfter(text, "\n\n")
	i := slices.IndexFunc(paragraphs, func(p string) bool {
		head, _, _ := strings.Cut(p, "\n")
		return strings.HasSuffix(head, "["+rule+"]")
	})
	if i < 0 {
		t.Fatalf("no finding of %s in\n%s", rule, text)
	}
	return strings.TrimSuffix(paragraphs[i], "\n")
}
