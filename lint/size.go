package lint

import (
	"fmt"
	"maps"
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
)

// What is compared with each other is charged to the budget of the run: thousands of tokens and as many secrets, say, are millions of pairs.
const (
	signatureCost = 4 << 10  // of a token that is held against a secret
	placeCost     = 32 << 10 // of a place that a finding lists
	fewPlaces     = 3        // that a finding lists in any case
)

// maxFindings bounds what is told: nobody reads more, and each may list places and lines. So many of each kind are told in any case, whatever others
// have used up.
const (
	maxFindings = 10_000
	fewFindings = 100
)

// told counts the findings of a run.
type told struct {
	kinds map[kindOfFinding]int
	left  map[string]int // by rule, how many more there would be
	worst Severity       // of these, of what concerns the selection and nobody says to ignore
}

type kindOfFinding struct {
	rule     string
	severity Severity
	counts   bool
}

// mayTell says whether there is room for a finding of the rule that runs, and counts it.
func (p *Pass) mayTell(d Draft, severity Severity, ignored bool) bool {
	counts := !ignored && !sources.Matches(p.Config.Ignore, d.Place.at.File) && p.concernsSelection(Finding{At: d.Place.at, Related: d.Related})
	kind := kindOfFinding{p.rule.Name, severity, counts}
	if len(p.findings)+len(p.suppressed) < maxFindings || p.told.kinds[kind] < fewFindings {
		if p.told.kinds == nil {
			p.told.kinds = map[kindOfFinding]int{}
		}
		p.told.kinds[kind]++
		return true
	}
	if p.told.left == nil {
		p.told.left = map[string]int{}
	}
	p.told.left[p.rule.Name]++
	if counts && severity.rank() > p.told.worst.rank() {
		p.told.worst = severity
	}
	return false
}

// noteUntold notes what there was no room for.
func (p *Pass) noteUntold(r *Result) {
	r.Untold = p.told.worst
	for _, rule := range slices.Sorted(maps.Keys(p.told.left)) {
		p.Repo.Note(sources.NoteBound, sources.Position{}, fmt.Sprintf("%s finds %d more than are told: a run tells %d findings", rule, p.told.left[rule], maxFindings))
	}
}

// boundSignatures takes what is known of the JWT secrets and JWKS from their sites where to hold every token against each of them is more work
// than one run does. Nothing is then said to be signed by them, or not to be.
func (g *Grouping) boundSignatures() {
	tokens, secrets := map[*signer]bool{}, map[*signer]bool{}
	var verifying []*sites.Site
	for _, s := range g.Sites {
		switch {
		case !s.Value.IsKnown():
		case s.Slot == keys.JWTSecret || s.Slot == keys.JWKS:
			secrets[g.Signed.at(s)] = true
			verifying = append(verifying, s)
		case g.Signed.at(s).isToken:
			tokens[g.Signed.at(s)] = true
		}
	}
	if len(verifying) == 0 || g.Repo.Spend(signatureCost*len(tokens)*len(secrets)) {
		return
	}
	g.Repo.Note(sources.NoteBound, verifying[0].Written, "to hold every token of the repository against every JWT secret is "+sources.TooMuch+"; no signature is checked")
	for _, s := range verifying {
		s.Value = keys.Unknown("to check signatures with all of the repository's JWT secrets is " + sources.TooMuch)
	}
}

// listed are the places of sites that a finding at another place lists, or the first few of them where there is no room for more.
func (p *Pass) listed(group []*sites.Site, but sources.Position) []*sites.Site {
	places := p.placesBut(group, but)
	if len(places) <= fewPlaces || p.Repo.Spend(placeCost*len(places)) {
		return places
	}
	p.Repo.Note(sources.NoteBound, sources.Position{File: but.File}, "to list all places of each finding is "+sources.TooMuch+"; some list the first few alone")
	return places[:fewPlaces]
}
