package lint

import (
	"fmt"
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// A stack of one unit for these tests; its sites are added by the tests.
func stack() *Instance {
	u := &render.Unit{Name: "k8s", Kind: render.Kustomization}
	return &Instance{Name: "k8s", Unit: u, Namespace: "supabase", Parts: []part{{u, "supabase"}}, signed: newSignatures()}
}

// add gives the instance a site with a test key, or with an unknown value where name is empty.
func (i *Instance) add(standing sites.Standing, slot keys.Slot, name string) *sites.Site {
	s := &sites.Site{Slot: slot, Role: slot.Role(), Standing: standing, Value: keys.Unknown("a test"), Carrier: &inventory.Carrier{}}
	if name != "" {
		s.Value = keys.Known(keys.NewText(testkeys.All()["{{"+name+"}}"]))
	}
	if standing != sites.Presented { // an app's lies elsewhere
		s.Unit, s.Namespace = i.Unit, i.Namespace
	}
	s.Holder = fmt.Sprint("place ", len(i.Sites)+1)
	s.At = sources.Position{File: s.Holder, Line: 1}
	s.Written = s.At
	i.Sites = append(i.Sites, s)
	return s
}

// aPass is one that no rule has run in yet.
func aPass(joined map[*sites.Site]Joined) *Pass {
	return &Pass{
		Grouping: &Grouping{Collection: &sites.Collection{}, joined: joined}, accounted: map[*sites.Site]bool{}, named: map[*sites.Site]bool{},
		affected: map[*sites.Site]bool{}, idle: map[*sites.Site]string{},
	}
}

// TestDisagreements finds one wrong value however many places hold it, and none where a part
// of what is accepted is not known.
func TestDisagreements(t *testing.T) {
	i := stack()
	i.add(sites.Accepted, keys.Anon, "anon")
	i.add(sites.Presented, keys.Anon, "anon.old")
	i.add(sites.Presented, keys.Anon, "anon.old")
	i.add(sites.Presented, keys.Anon, "anon")
	p := aPass(nil)
	found := p.Disagreements(i)
	if len(found) != 1 || len(found[0].Wrong) != 2 || len(found[0].Right) != 2 || !found[0].Gateway {
		t.Errorf("got %+v", found)
	}
	i.add(sites.Accepted, keys.Publishable, "")
	if found := p.Disagreements(i); len(found) != 0 {
		t.Errorf("an accepted key is not known, and yet: %+v", found)
	}
}
