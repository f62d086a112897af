package lint

import (
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
	places := placesBut(group, but)
	if len(places) <= fewPlaces || p.Repo.Spend(placeCost*len(places)) {
		return places
	}
	p.Repo.Note(sources.NoteBound, sources.Position{File: but.File}, "to list all places of each finding is "+sources.TooMuch+"; some list the first few alone")
	return places[:fewPlaces]
}
