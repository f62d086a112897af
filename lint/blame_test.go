package lint

import (
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
)

// TestCulprits decides which side of a disagreement is named, and says what decided it.
func TestCulprits(t *testing.T) {
	group := func(s ...*sites.Site) []*sites.Site { return s }
	for _, test := range []struct {
		name    string
		build   func(*Instance) (wrong, right []*sites.Site)
		named   string // "wrong" or "right"
		decided string // a part of what is said; empty where nothing is
	}{
		{"the fewer places", func(i *Instance) (wrong, right []*sites.Site) {
			return group(i.add(sites.Presented, keys.Anon, "anon"), i.add(sites.Presented, keys.Anon, "anon")), group(i.add(sites.Accepted, keys.Anon, "anon.old"))
		}, "right", "two places hold the other"},
		{"at a tie what is not accepted", func(i *Instance) (wrong, right []*sites.Site) {
			return group(i.add(sites.Presented, keys.Anon, "anon.old")), group(i.add(sites.Accepted, keys.Anon, "anon"))
		}, "wrong", "nothing else decides between the two"},
		{"what is stored against what is accepted", func(i *Instance) (wrong, right []*sites.Site) {
			return group(i.add(sites.Stored, keys.Anon, "anon")), group(i.add(sites.Accepted, keys.Anon, "anon.old"))
		}, "right", "the stack stores the other"},
		{"what is stored against however many others", func(i *Instance) (wrong, right []*sites.Site) {
			return group(i.add(sites.Stored, keys.Anon, "anon")), group(i.add(sites.Accepted, keys.Anon, "anon.old"), i.add(sites.Presented, keys.Anon, "anon.old"))
		}, "right", "the stack stores the other"},
		{"not by what only an app beside it reads", func(i *Instance) (wrong, right []*sites.Site) {
			app := i.add(sites.Stored, keys.Anon, "anon.old")
			app.Entry = &inventory.EntryRef{Object: &manifest.Object{}}
			reads := i.add(sites.Presented, keys.Anon, "anon.old")
			reads.Entry, reads.Written = app.Entry, app.Written
			return group(app, reads), group(i.add(sites.Accepted, keys.Anon, "anon"), i.add(sites.Presented, keys.Anon, "anon"))
		}, "wrong", "two places hold the other"},
		{"what the JWT secret did not sign, however many have it", func(i *Instance) (wrong, right []*sites.Site) {
			i.add(sites.Verifying, keys.JWTSecret, "jwt_secret")
			return group(i.add(sites.Presented, keys.Anon, "anon.old"), i.add(sites.Presented, keys.Anon, "anon.old")), group(i.add(sites.Accepted, keys.Anon, "anon"))
		}, "wrong", "the JWT secret signed only the other"},
		{"and whoever stores it", func(i *Instance) (wrong, right []*sites.Site) {
			i.add(sites.Verifying, keys.JWTSecret, "jwt_secret")
			return group(i.add(sites.Stored, keys.Anon, "anon.old")), group(i.add(sites.Accepted, keys.Anon, "anon"))
		}, "wrong", "the JWT secret signed only the other"},
		{"what is signed is not blamed", func(i *Instance) (wrong, right []*sites.Site) {
			i.add(sites.Verifying, keys.JWTSecret, "jwt_secret")
			return group(i.add(sites.Presented, keys.Anon, "anon")), group(i.add(sites.Accepted, keys.Anon, "anon.old"), i.add(sites.Accepted, keys.Anon, "anon.old"))
		}, "right", "the JWT secret signed only the other"},
		{"a published key never outvotes one's own", func(i *Instance) (wrong, right []*sites.Site) {
			return group(i.add(sites.Presented, keys.Anon, "anon")), group(i.add(sites.Accepted, keys.Anon, "anon.demo"), i.add(sites.Stored, keys.Anon, "anon.demo"))
		}, "right", "a published key is nobody's own"},
		{"nor does a chart's default", func(i *Instance) (wrong, right []*sites.Site) {
			s := i.add(sites.Stored, keys.Anon, "anon.old")
			s.IsDefault = true
			return group(i.add(sites.Presented, keys.Anon, "anon")), group(s, i.add(sites.Accepted, keys.Anon, "anon.old"))
		}, "right", "nothing sets this one"},
		{"white space tells by itself", func(i *Instance) (wrong, right []*sites.Site) {
			s := i.add(sites.Stored, keys.Anon, "anon")
			s.Value = keys.Known(keys.NewText(testkeys.All()["{{anon}}"] + "\n"))
			return group(i.add(sites.Presented, keys.Anon, "anon")), group(s)
		}, "right", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			i := stack()
			wrong, right := test.build(i)
			blame := aPass(nil).Culprits(i, wrong, right)
			got := "wrong"
			if blame.Named[0] == right[0] {
				got = "right"
			}
			if got != test.named || len(blame.Named)+len(blame.Others) != len(wrong)+len(right) {
				t.Errorf("the %s side is named", got)
			}
			if test.decided == "" && blame.Decided != "" || !strings.Contains(blame.Decided, test.decided) {
				t.Errorf("what decided it is %q", blame.Decided)
			}
		})
	}
}
