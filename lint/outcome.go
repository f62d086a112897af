package lint

// Outcome is the result of comparing a site with the others of its instance.
type Outcome string

// The outcomes. CannotTell is never a pass and never an error.
const (
	Agree      Outcome = "agree"
	Disagree   Outcome = "disagree"
	CannotTell Outcome = "unknown"
)
