package report

import (
	"testing"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
)

func TestCoverage(t *testing.T) {
	one, two := []*lint.JudgedInstance{{}}, []*lint.JudgedInstance{{}, {}}
	for _, c := range []struct {
		instances []*lint.JudgedInstance
		coverage  lint.Coverage
		want      string
	}{
		{one, lint.Coverage{Units: 4, Sites: 23, Agree: 19, Disagree: 2, Wrong: 2, WrongPlaces: 2, Unknown: 2},
			"4 units, 23 sites in 1 instance: 19 agree, 2 wrong, 2 cannot be told"},
		{two, lint.Coverage{Units: 1, Sites: 1, Agree: 1}, "1 unit, 1 site in 2 instances: 1 agrees"},
		{one, lint.Coverage{Units: 2, Sites: 3, Agree: 2, Disagree: 3, Wrong: 1, WrongPlaces: 1, BrokenPlaces: 2}, "2 units, 3 sites in 1 instance: 2 agree, 1 wrong, 2 broken by it"},
		{one, lint.Coverage{Units: 2, Sites: 2, Disagree: 5, Wrong: 2, WrongPlaces: 2, BrokenPlaces: 1}, "2 units, 2 sites in 1 instance: 0 agree, 2 wrong, 3 broken by them at 1 place"},
		{one, lint.Coverage{Units: 2, Sites: 2, Unknown: 2}, "2 units, 2 sites in 1 instance: nothing was compared, 2 cannot be told"},
		{one, lint.Coverage{Units: 1, Sites: 5, Disagree: 5, Wrong: 4, WrongPlaces: 2, BrokenPlaces: 1}, "1 unit, 5 sites in 1 instance: 0 agree, 4 wrong at 2 places, 1 broken by them"},
		{nil, lint.Coverage{}, "0 units: no site of a Supabase key was found"},

		{nil, lint.Coverage{Elsewhere: []lint.KeysIn{{File: "README.md", Place: sources.Documentation, Keys: 2}}}, "0 units: no site of a Supabase key was found but in documentation"},
	} {
		if got := Coverage(&lint.Result{Instances: c.instances, Coverage: c.coverage}); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}
