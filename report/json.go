package report

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
)

// The JSON report, version 1. Fields may be added; none may change its meaning. A line
// or column of 0 says that it is not known: they start at 1. Arrays are never null.
type (
	jsonReport struct {
		Version   int            `json:"version"`
		Summary   jsonSummary    `json:"summary"`
		Instances []jsonInstance `json:"instances"`
		Unplaced  jsonUnplaced   `json:"unplaced"`
		Elsewhere []jsonKeysIn   `json:"elsewhere"`
		Findings  []jsonFinding  `json:"findings"`
		Notes     []jsonNote     `json:"notes"`
		Sandbox   *Sandbox       `json:"sandbox,omitempty"`
	}
	jsonSummary struct {
		Units          int          `json:"units"`
		Instances      int          `json:"instances"`
		Sites          int          `json:"sites"`
		Agree          int          `json:"agree"`
		ByConstruction int          `json:"by_construction"`
		Disagree       int          `json:"disagree"`
		Wrong          int          `json:"wrong"`
		WrongPlaces    int          `json:"wrong_places"`
		Unknown        int          `json:"unknown"`
		NotCompared    int          `json:"not_compared"`
		Examples       int          `json:"examples"`
		Unproven       int          `json:"unproven"`
		Unread         int          `json:"unread"`
		Findings       jsonCounts   `json:"findings"`
		Roots          int          `json:"roots"`
		RootsBuilt     int          `json:"roots_built"`
		Reasons        []jsonReason `json:"reasons"`
		Ignored        int          `json:"ignored"`
		Baseline       int          `json:"baseline"`
	}
	jsonKeysIn struct {
		File  string        `json:"file"`
		Place sources.Place `json:"place"`
		Keys  int           `json:"keys"`
	}
	jsonCounts struct {
		Error   int `json:"error"`
		Warning int `json:"warning"`
		Info    int `json:"info"`
	}
	jsonReason struct {
		Text  string `json:"text"`
		Count int    `json:"count"`
	}
	jsonInstance struct {
		Name  string     `json:"name"`
		Sites []jsonSite `json:"sites"`
	}
	jsonSite struct {
		Slot           string     `json:"slot"`
		Role           string     `json:"role"`
		Standing       string     `json:"standing"`
		Holder         string     `json:"holder"`
		File           string     `json:"file"`
		Line           int        `json:"line"`
		Column         int        `json:"column"`
		Outcome        string     `json:"outcome"`
		ByConstruction bool       `json:"by_construction"`
		Culprit        bool       `json:"culprit"`
		Identity       *string    `json:"identity"`
		Fingerprint    *string    `json:"fingerprint"`
		Joined         *string    `json:"joined"`
		Unknown        *string    `json:"unknown"`
		Trace          []jsonStep `json:"trace"`
	}
	jsonUnplaced struct {
		Tried []string   `json:"tried"`
		Sites []jsonSite `json:"sites"`
	}
	jsonStep struct {
		File string `json:"file"`
		Line int    `json:"line"`
		Text string `json:"text"`
	}
	jsonFinding struct {
		Rule      string        `json:"rule"`
		Severity  string        `json:"severity"`
		Message   string        `json:"message"`
		File      string        `json:"file"`
		Line      int           `json:"line"`
		Column    int           `json:"column"`
		EndColumn int           `json:"end_column"`
		Instance  *string       `json:"instance"`
		Related   []jsonRelated `json:"related"`
		Trace     []jsonStep    `json:"trace"`
		Cause     string        `json:"cause"`
		Help      string        `json:"help"`
		Then      []string      `json:"then"`
		Fixes     []jsonFix     `json:"fixes"`
		ID        string        `json:"id"`
	}
	jsonFix struct {
		Kind      string `json:"kind"`
		Message   string `json:"message"`
		File      string `json:"file"`
		Line      int    `json:"line"`
		Column    int    `json:"column"`
		EndColumn int    `json:"end_column"`
	}
	jsonRelated struct {
		File    string `json:"file"`
		Line    int    `json:"line"`
		Column  int    `json:"column"`
		Message string `json:"message"`
	}
	jsonNote struct {
		Kind    string `json:"kind"`
		File    string `json:"file"`
		Line    int    `json:"line"`
		Message string `json:"message"`
	}
)

// JSON writes the report for programs, with every note. Of the options it tells what confined the run.
func JSON(w io.Writer, r *lint.Result, o Options) error {
	n := map[lint.Severity]int{}
	for _, f := range r.Findings {
		n[f.Severity]++
	}
	report := jsonReport{
		Version: 1,
		Summary: jsonSummary{
			Units: r.Coverage.Units, Instances: len(r.Instances), Sites: r.Coverage.Sites,
			Agree: r.Coverage.Agree, ByConstruction: r.Coverage.ByConstruction,
			Disagree: r.Coverage.Disagree, Wrong: r.Coverage.Wrong, WrongPlaces: r.Coverage.WrongPlaces,
			Unknown: r.Coverage.Unknown, NotCompared: r.Coverage.NotCompared, Examples: r.Coverage.KeysElsewhere(), Unproven: r.Coverage.Unproven, Unread: r.Coverage.Unread,
			Findings: jsonCounts{n[lint.Error], n[lint.Warning], n[lint.Info]},
			Roots:    r.Coverage.Roots, RootsBuilt: r.Coverage.Rendered,
			Reasons: each(r.Coverage.Reasons, func(x lint.Reason) jsonReason { return jsonReason(x) }),
			Ignored: r.CountSuppressed(lint.ByComment, lint.ByConfiguration), Baseline: r.CountSuppressed(lint.ByBaseline),
		},
		Instances: each(r.Instances, func(in *lint.JudgedInstance) jsonInstance {
			return jsonInstance{Name: in.Name, Sites: each(in.Sites, siteJSON)}
		}),
		Unplaced: jsonUnplaced{
			Tried: each(lint.Tried(), func(j lint.Joined) string { return string(j) }),
			Sites: each(r.Unplaced, siteJSON),
		},
		Elsewhere: each(r.Coverage.Elsewhere, func(x lint.KeysIn) jsonKeysIn { return jsonKeysIn(x) }),
		Findings:  each(r.Findings, findingJSON),
		Notes: each(r.Notes, func(n sources.Note) jsonNote {
			return jsonNote{Kind: string(n.Kind), File: n.At.File, Line: n.At.Line, Message: n.Message}
		}),
		Sandbox: o.Sandbox,
	}
	return writeJSON(w, report)
}

// writeJSON writes a value as people can read it too.
func writeJSON(w io.Writer, value any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(value); err != nil {
		return err
	}
	// In a log, where a runner would obey it, "##[…]" is written so that it reads the same.
	_, err := w.Write(safeJSON(b.Bytes()))
	return err
}

func siteJSON(j lint.Judged) jsonSite {
	s := j.Site
	return jsonSite{
		Slot: string(s.Slot), Role: string(s.Role), Standing: string(s.Standing), Holder: s.Holder,
		File: s.At.File, Line: s.At.Line, Column: s.At.Column,
		Outcome: outcomeWord(j.Outcome), ByConstruction: j.Outcome == lint.ByConstruction, Culprit: j.Culprit, Identity: nullable(s.Value.Source()),
		Fingerprint: nullable(j.Fingerprint), Joined: nullable(string(j.Joined)), Unknown: nullable(unknownReason(j)), Trace: each(s.Trace, stepJSON),
	}
}

// outcomeWord is an outcome as version 1 of the report has it, where to agree by construction
// is to agree.
func outcomeWord(o lint.Outcome) string {
	if o == lint.ByConstruction {
		o = lint.Agree
	}
	return string(o)
}

func findingJSON(f lint.Finding) jsonFinding {
	return jsonFinding{
		Rule: f.Rule, Severity: string(f.Severity), Message: f.Message,
		File: f.At.File, Line: f.At.Line, Column: f.At.Column, EndColumn: f.At.EndColumn,
		Instance: nullable(f.Instance),
		Related: each(f.Related, func(r lint.Related) jsonRelated {
			return jsonRelated{File: r.At.File, Line: r.At.Line, Column: r.At.Column, Message: r.Message()}
		}),
		Trace: each(f.Trace, stepJSON), Cause: f.Cause, Help: f.Help, Then: each(f.Then, lint.Command.String), Fixes: fixesJSON(f.Fixes), ID: f.ID,
	}
}

// fixesJSON are the places that keylint fix edits for a finding. What it writes there is a key.
func fixesJSON(fixes []lint.Fix) []jsonFix {
	out := []jsonFix{}
	for _, f := range fixes {
		for _, e := range f.Edits {
			out = append(out, jsonFix{string(f.Kind), f.Says, e.At.File, e.At.Line, e.At.Column, e.At.EndColumn})
		}
	}
	return out
}

func stepJSON(s sources.Step) jsonStep {
	return jsonStep{File: s.At.File, Line: s.At.Line, Text: s.Text}
}

// nullable is null for what is not there: an empty string would be a value.
func nullable(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// each maps a slice, and never to null.
func each[T, U any](in []T, f func(T) U) []U {
	out := make([]U, 0, len(in))
	for _, x := range in {
		out = append(out, f(x))
	}
	return out
}
