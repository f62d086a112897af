package report

import (
	"testing"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites"
)

// TestSettles: the one thing to do is the file that settles most, and two files are not one.
func TestSettles(t *testing.T) {
	unit := func(name string) *render.Unit { return &render.Unit{Name: name, Kind: render.ComposeFile} }
	locked := func(why string, of *render.Unit, n int) []lint.Judged {
		var out []lint.Judged
		for range n {
			out = append(out, lint.Judged{Site: &sites.Site{Value: keys.Unknown(why), Unit: of}, Outcome: lint.CannotTell})
		}
		return out
	}
	homeless := lint.Judged{Site: &sites.Site{}, Outcome: lint.CannotTell, Why: lint.NoInstance}
	const envFile = "it comes from the shell: give --env-file to check it"
	for _, c := range []struct {
		name   string
		judged [][]lint.Judged
		want   string
	}{
		{"nothing", nil, ""},
		{"no remedy is known", [][]lint.Judged{locked("generated in the cluster", nil, 3)}, ""},
		{"one key", [][]lint.Judged{locked("encrypted for a (use --age-key FILE)", nil, 2)}, "--age-key FILE would settle 2 of the 9"},
		{"two recipients", [][]lint.Judged{locked("encrypted for a (use --age-key FILE)", nil, 2), locked("encrypted for b (use --age-key FILE)", nil, 3)}, "--age-key FILE would settle 3 of the 9"},
		{"two projects", [][]lint.Judged{locked(envFile, unit("a/compose.yml"), 2), locked(envFile, unit("b/compose.yml"), 1)}, "--env-file FILE with the variables of a/compose.yml would settle 2 of the 9"},
		{"what belongs nowhere", [][]lint.Judged{{homeless}}, "instances in .keylint.yaml, which say what belongs together, would settle 1 of the 9"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &lint.Result{Coverage: lint.Coverage{Unknown: 9}}
			for _, j := range c.judged {
				r.Unplaced = append(r.Unplaced, j...)
			}
			if got := settles(r); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestSettlesWhatIsCompared: a file that makes an app's key known settles nothing while it is not known
// what the gateway accepts, for which another file is needed.
func TestSettlesWhatIsCompared(t *testing.T) {
	const sealed, sops = "sealed (use --sealed-secrets-key FILE)", "encrypted for a (use --age-key FILE)"
	site := func(standing sites.Standing, role keys.Role, why string, outcome lint.Outcome) lint.Judged {
		return lint.Judged{Site: &sites.Site{Standing: standing, Role: role, Value: keys.Unknown(why)}, Outcome: outcome}
	}
	gateway := site(sites.Accepted, keys.Public, sealed, lint.ByConstruction)
	app := site(sites.Presented, keys.Public, sops, lint.CannotTell)
	known := site(sites.Presented, keys.Public, "", lint.CannotTell)
	known.Why = "an accepted public key is not known: " + sealed
	const values = "its values come from Secret a, which is not known: " + sops
	chart := site(sites.Accepted, keys.Public, values, lint.ByConstruction)
	unproven := known
	unproven.Why = "an accepted public key is not known: " + values
	for _, c := range []struct {
		name   string
		judged []lint.Judged
		want   string
	}{
		{"the gateway's key is sealed", []lint.Judged{gateway, app, app, known}, "--sealed-secrets-key FILE would settle 1 of the 9"},
		{"both are in one file", []lint.Judged{site(sites.Accepted, keys.Public, sops, lint.ByConstruction), app, app}, "--age-key FILE would settle 2 of the 9"},
		{"both are in one file, of which one is the chart's values", []lint.Judged{chart, app, unproven}, "--age-key FILE would settle 2 of the 9"},
		{"another role's is sealed", []lint.Judged{gateway, site(sites.Presented, keys.Server, sops, lint.CannotTell)}, "--age-key FILE would settle 1 of the 9"},
		{"neither alone settles any", []lint.Judged{gateway, app}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &lint.Result{Coverage: lint.Coverage{Unknown: 9}, Instances: []*lint.JudgedInstance{{Sites: c.judged}}}
			if got := settles(r); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}
