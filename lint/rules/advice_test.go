package rules

import (
	"strings"
	"testing"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// TestMend gives every class of difference a sentence of its own, but for those that differ
// in the same way and for an unrelated text, where nothing more can be said.
func TestMend(t *testing.T) {
	const right = "the key that the gateway accepts"
	for class, want := range map[keys.Class]string{
		keys.Whitespace:     "Take the white space or the quotes off",
		keys.Quotes:         "Take the white space or the quotes off",
		keys.LetterCase:     "copied as a whole",
		keys.Mistyped:       "copied as a whole",
		keys.Encoded:        "Write it encoded once",
		keys.Cut:            "Copy the whole key",
		keys.RolesSwapped:   "Put each key where its role belongs",
		keys.DemoKey:        "Put a key of your own in both places",
		keys.OtherSignature: "as long as the JWT secret that signed it is the one that is deployed",
		keys.Edited:         "A token whose claims are edited by hand is signed by nobody",
		keys.OtherIssue:     "Carry the rotation over",
		keys.OtherKind:      "or let the gateway list this one beside it",
		keys.OtherInstance:  "That one is another instance's",
		keys.OtherGateway:   "let the two match",
		keys.OtherProject:   "That one is another instance's",
		keys.Unrelated:      "Put there " + right,
	} {
		if got := mend(class, right); !strings.Contains(got, want) {
			t.Errorf("%s: %s", class, got)
		}
	}
}

// TestAfterwards says for each kind of place what a change there needs to take effect, and of what.
func TestAfterwards(t *testing.T) {
	compose := &render.Unit{Kind: render.ComposeFile, Compose: &sources.ComposeProject{Files: []*sources.File{{Path: "deploy/stack.yaml"}}}}
	web := &sites.Site{Standing: sites.Presented, Carrier: &inventory.Carrier{Name: "Deployment web/web"}, At: sources.Position{File: "web.yaml", Line: 1}, Written: sources.Position{File: "secret.yaml", Line: 1}}
	p := &lint.Pass{Grouping: &lint.Grouping{Collection: &sites.Collection{Sites: []*sites.Site{web}}}}
	for want, s := range map[string]*sites.Site{
		", and rebuild apps/web: the key is built into it.":                 {Standing: sites.Presented, Carrier: &inventory.Carrier{Kind: inventory.InImage, App: "apps/web", File: "apps/web/Dockerfile"}},
		", and restart apps/worker.":                                        {Standing: sites.Presented, Carrier: &inventory.Carrier{Kind: inventory.InEnvFile, App: "apps/worker"}},
		"roll the gateway out":                                              {Standing: sites.Accepted, Carrier: &inventory.Carrier{Backend: "Kong"}},
		"restart the gateway":                                               {Standing: sites.Accepted, Carrier: &inventory.Carrier{Backend: "Kong"}, Unit: compose},
		"roll out what reads it":                                            {Standing: sites.Stored, Carrier: &inventory.Carrier{}},
		". Then roll out Deployment web/web.":                               {Standing: sites.Stored, Carrier: &inventory.Carrier{}, Written: web.Written},
		". Then run docker compose -f deploy/stack.yaml up -d, which makes": {Standing: sites.Stored, Carrier: &inventory.Carrier{}, Unit: compose},
		". Then run docker compose up -d, which makes":                      {Standing: sites.Stored, Carrier: &inventory.Carrier{Stack: true}},
		"app.settings.jwt_secret":                                           {Standing: sites.Verifying, Carrier: &inventory.Carrier{Backend: "Postgres"}},
		", and run docker compose -f deploy/stack.yaml up -d":               {Standing: sites.Presented, Carrier: &inventory.Carrier{Backend: "Studio"}, Unit: compose},
		", and roll Deployment a/b out: a container reads":                  {Standing: sites.Presented, Carrier: &inventory.Carrier{Backend: "Studio", Name: "Deployment a/b"}},
		"; its next run takes it.":                                          {Standing: sites.Presented, Carrier: &inventory.Carrier{Name: "CronJob jobs/report"}},
	} {
		if got := afterwards(p, s); !strings.Contains(got, want) {
			t.Errorf("%s: %s", want, got)
		}
	}
}
