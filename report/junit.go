package report

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/lint/rules"
)

// JUnit writes what test runners write and every CI system reads: a test suite with a case
// for each rule that found nothing, one for each finding, and a skipped one for each reason
// for which something could not be told, and for what was not read. A finding is a failure if it makes keylint's exit
// status 1 (see Options.FailOn), else a passed case that says something.
//
// There is no standard; this is what Jenkins' schema admits.
// https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
func JUnit(w io.Writer, r *lint.Result, o Options) error {
	suite := junitSuite{Name: "keylint"}
	found := map[string]bool{}
	for _, f := range r.Findings {
		found[f.Rule] = true
		suite.add(junitFinding(f, o))
	}
	for _, rule := range rules.All() {
		if !found[rule.Name] {
			suite.add(junitCase{Name: rule.Name, Classname: "keylint"})
		}
	}
	for _, reason := range r.Coverage.Reasons {
		suite.add(junitCase{Name: count(reason.Count, "site") + " cannot be told: " + oneLine(reason.Text), Classname: "keylint", Skipped: &junitText{Message: oneLine(reason.Text)}})
	}
	for _, line := range unseen(r.Coverage) {
		suite.add(junitCase{Name: line, Classname: "keylint", Skipped: &junitText{Message: line}})
	}
	suite.Out = Coverage(r) + "\n"

	var b bytes.Buffer
	b.WriteString(xml.Header)
	e := xml.NewEncoder(&b)
	e.Indent("", "  ")
	if err := e.Encode(junitReport{Name: "keylint", Tests: suite.Tests, Failures: suite.Failures, Suites: []junitSuite{suite}}); err != nil {
		return err
	}
	b.WriteByte('\n')
	_, err := w.Write(safeXML(b.Bytes()))
	return err
}

type (
	junitReport struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
		Out      string      `xml:"system-out"`
	}
	junitCase struct {
		Name      string     `xml:"name,attr"`
		Classname string     `xml:"classname,attr"` // GitLab and Jenkins group by it
		Skipped   *junitText `xml:"skipped"`
		Failure   *junitText `xml:"failure"`
		Out       string     `xml:"system-out,omitempty"`
	}
	junitText struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

func (s *junitSuite) add(c junitCase) {
	s.Tests++
	if c.Failure != nil {
		s.Failures++
	}
	if c.Skipped != nil {
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

// junitFinding is named by the finding's id, so that a CI system sees over many runs which
// one is old and which is new.
func junitFinding(f lint.Finding, o Options) junitCase {
	c := junitCase{Name: f.ID, Classname: oneLine(f.At.File)}
	text := plainFinding(f)
	if f.Severity.AtLeast(o.failOn()) {
		c.Failure = &junitText{Message: oneLine(f.Message), Type: string(f.Severity), Text: text}
	} else {
		c.Out = text
	}
	return c
}

// plainFinding is a finding as the text report tells it, without code frames.
func plainFinding(f lint.Finding) string {
	f.Frame = lint.Frame{}
	related := append([]lint.Related(nil), f.Related...)
	for i := range related {
		related[i].Frame = lint.Frame{}
	}
	f.Related = related
	t := &textReport{}
	t.finding(f)
	return strings.ToValidUTF8(t.String(), "\uFFFD")
}
