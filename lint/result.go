package lint

import (
	"slices"

	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
)

// Result is all that a run found out.
type Result struct {
	Units     []*render.Unit
	Instances []*JudgedInstance // in order of name
	Unplaced  []Judged          // the sites that belong to none of them, in order of place
	Findings  []Finding         // in order of place; only those that concern a selected path
	Notes     []sources.Note
	Coverage  Coverage
	Unmended  []Unmended // the places of culprits for which there is no fix
	App       *AppEnv    // what the app needs that was asked for
	NoApp     error      // why that cannot be told

	// Untold is the worst severity of findings for which there was no room; empty where all are told.
	Untold Severity

	// Suppressed are the findings that are left out of Findings because somebody said so, in
	// the same order.
	Suppressed []Suppressed

	// Wide gives, for each place of a finding on whose line bytes and UTF-16 units are not the
	// same, its columns in the latter. Ask UTF16.
	Wide map[sources.Position]sources.Position
}

// Suppressed is a finding that is not reported.
type Suppressed struct {
	Finding
	By Suppression
}

// Suppression is who said that a finding is not to be reported.
type Suppression string

// The suppressions.
const (
	ByComment       Suppression = "comment"       // in the file of the finding
	ByConfiguration Suppression = "configuration" // its path is one of those to ignore
	ByBaseline      Suppression = "baseline"      // it was known before
)

// CountSuppressed counts the findings that are left out for one of these reasons.
func (r *Result) CountSuppressed(by ...Suppression) int {
	n := 0
	for _, s := range r.Suppressed {
		if slices.Contains(by, s.By) {
			n++
		}
	}
	return n
}

// UTF16 is a place of a finding with its columns counted in UTF-16 units, as SARIF and
// editors do, and not in bytes.
func (r *Result) UTF16(at sources.Position) sources.Position {
	if wide, ok := r.Wide[at]; ok {
		return wide
	}
	return at
}

// JudgedInstance is one Supabase deployment: the set of sites that must agree.
type JudgedInstance struct {
	Name  string // "k8s/overlays/prod, namespace supabase"
	Sites []Judged
}

// Judged is a site with the outcome of its comparison.
type Judged struct {
	Site        *sites.Site
	Outcome     Outcome
	Joined      Joined // why it belongs to its instance; empty where it belongs to none
	Why         string // for CannotTell: the reason
	Culprit     bool   // for Disagree: somebody must edit it; else it is right, and refused because another is wrong
	Fingerprint string // "sha256:1a2b3c4d"; of a signing secret a letter; empty where unknown
}

// Coverage is what was proven, and what was not.
type Coverage struct {
	Units          int
	Roots          int // kustomization roots among the units
	Rendered       int // of them, those that built
	Unread         int // notes of what may be deployed and was not read, rendered or fetched
	Failed         int // units with a chart that does not render, of whose values not all can be seen
	Sites          int
	Agree          int // proven
	ByConstruction int // agree by construction
	Disagree       int
	Wrong          int // of those, the culprits
	WrongPlaces    int // where these are written: the places to be edited
	BrokenPlaces   int // where the others are written, which are right and refused because of these
	Unknown        int
	NotCompared    int      // of the unknown, those that belong to no instance
	Unproven       int      // of the unknown, those whose value is known and whose instance too
	Locked         int      // values that a private key which was not given would open
	FromUnset      int      // of those that agree by construction, the ones that are compose's variables which no file here sets
	Unset          []string // these variables, in order
	Reasons        []Reason // why the unknown ones are, most frequent first

	Elsewhere []KeysIn // where keys stand that are no sites, since nothing is truth there, in order of path
}

// KeysIn is a file of such a kind of place, with how many keys stand in it.
type KeysIn struct {
	File  string
	Place sources.Place
	Keys  int
}

// KeysElsewhere counts the keys that are no sites.
func (c Coverage) KeysElsewhere() int {
	n := 0
	for _, in := range c.Elsewhere {
		n += in.Keys
	}
	return n
}

// Reason is a cause of not being able to tell, with the number of sites it stands for.
type Reason struct {
	Text  string
	Count int
}

// Worst is the highest severity among the findings, those for which there was no room among them; empty without findings.
func (r *Result) Worst() Severity {
	worst := r.Untold
	for _, f := range r.Findings {
		if f.Severity.rank() > worst.rank() {
			worst = f.Severity
		}
	}
	return worst
}
