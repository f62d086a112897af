package rules

import (
	"strings"
	"testing"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
)

// TestMend gives every class of difference a sentence of its own, but for those that differ
// in the same way and for an unrelated text, where nothing more can be said.
func TestMend(t *testing.T) {
	const right = "the key that the gateway accepts"
	for class, want := range map[keys.Class]string{
		keys.Whitespace:     "Take the white space or the quotes off",
		keys.Quotes:         "Take the white space or the quotes off",
		keys.LetterCase:     "Copy it again as a whole",
		keys.Mistyped:       "Copy it again as a whole",
		keys.Encoded:        "Write it encoded once",
		keys.Cut:            "Copy the whole key",
		keys.RolesSwapped:   "Put each key where its role belongs",
		keys.DemoKey:        "Put a key of your own in both places",
		keys.OtherSignature: "as long as the JWT secret that signed it is the one that is deployed",
		keys.Edited:         "a token whose claims are edited by hand is signed by nobody",
		keys.OtherIssue:     "Carry the rotation over",
		keys.OtherKind:      "or let the gateway list this one beside it",
		keys.OtherInstance:  "That one is another instance's",
		keys.OtherProject:   "That one is another instance's",
		keys.Unrelated:      "Put there " + right,
	} {
		if got := mend(class, right); !strings.Contains(got, want) {
			t.Errorf("%s: %s", class, got)
		}
	}
}

// TestAfterwards says for each kind of place what a change there needs to take effect.
func TestAfterwards(t *testing.T) {
	for want, s := range map[string]*sites.Site{
		"rebuild the app":                   {Standing: sites.Presented, Carrier: &inventory.Carrier{Kind: inventory.InImage, App: "apps/web", File: "apps/web/Dockerfile"}},
		"roll the gateway out":              {Standing: sites.Accepted, Carrier: &inventory.Carrier{Backend: "Kong"}},
		"roll out what reads it":            {Standing: sites.Stored, Carrier: &inventory.Carrier{}},
		"app.settings.jwt_secret":           {Standing: sites.Verifying, Carrier: &inventory.Carrier{Backend: "Postgres"}},
		"a container reads its environment": {Standing: sites.Presented, Carrier: &inventory.Carrier{Backend: "Studio"}},
	} {
		if got := afterwards(s); !strings.Contains(got, want) {
			t.Errorf("%s: %s", want, got)
		}
	}
}
