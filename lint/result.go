package lint

import (
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sources"
)

// Result is all that a run found out.
type Result struct {
	Units     []*render.Unit
	Instances []*Instance // in order of name
	Findings  []Finding   // in order of place; only those that concern a selected path
	Notes     []sources.Note
	Coverage  Coverage

	Ignored int // findings that are left out: a comment or the configuration says so
}

// Instance is one Supabase deployment: the set of sites that must agree.
type Instance struct {
	Name  string // "k8s/overlays/prod, namespace supabase"
	Sites []Judged
}

// Judged is a site with the outcome of its comparison.
type Judged struct {
	Site        *Site
	Outcome     Outcome
	Why         string // for CannotTell: the reason
	Fingerprint string // "sha256:1a2b3c4d"; of a signing secret a letter; empty where unknown
}

// Coverage is what was proven, and what was not.
type Coverage struct {
	Units    int
	Roots    int // kustomization roots among the units
	Rendered int // of them, those that built
	Sites    int
	Agree    int
	Disagree int
	Unknown  int
	Reasons  []Reason // why the unknown ones are, most frequent first
}

// Reason is a cause of not being able to tell, with the number of sites it stands for.
type Reason struct {
	Text  string
	Count int
}

// Worst is the highest severity among the findings; empty without findings.
func (r *Result) Worst() Severity {
	var worst Severity
	for _, f := range r.Findings {
		if f.Severity.rank() > worst.rank() {
			worst = f.Severity
		}
	}
	return worst
}
