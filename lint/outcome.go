package lint

// Outcome is the result of comparing a site with the others of its instance.
type Outcome string

// The outcomes. CannotTell is never a pass and never an error. ByConstruction is an agreement
// that nothing but its origin proves: one place is written, or one source elsewhere named, and
// all who use the value take it from there.
const (
	Agree          Outcome = "agree"
	ByConstruction Outcome = "by construction"
	Disagree       Outcome = "disagree"
	CannotTell     Outcome = "unknown"
)
