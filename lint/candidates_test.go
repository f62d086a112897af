package lint

import (
	"slices"
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
)

// TestInForce says which of two instances that answer at one host are held against a key: the one
// of which something runs, and before all the one that the configuration gives the host.
func TestInForce(t *testing.T) {
	app := &sites.Site{Carrier: &inventory.Carrier{URLs: []inventory.URL{{Host: "www.example.org"}}}}
	prod, staging := twoInstances()
	w := &joining{deployed: []*Instance{prod, staging}}
	for _, test := range []struct {
		name   string
		change func()
		want   []*Instance
	}{
		{"both", func() {}, []*Instance{prod, staging}},
		{"the one that runs", func() {
			for _, s := range prod.Sites {
				s.Idle = "nothing starts it"
			}
		}, []*Instance{staging}},
		{"the one that the configuration names", func() { prod.declaredHosts = []string{"www.example.org"} }, []*Instance{prod}},
	} {
		test.change()
		if got := w.named(app); !slices.Equal(got, test.want) {
			t.Errorf("%s: %d candidates", test.name, len(got))
		}
	}
}

// TestHolds asks an instance of keys in the order of what counts.
func TestHolds(t *testing.T) {
	prod, _ := twoInstances()
	ask := func(slot keys.Slot, name string) answer {
		return prod.holds(&sites.Site{Slot: slot, Role: slot.Role(), Value: keys.Known(keys.NewText(testkeys.All()[name]))})
	}
	if ask(keys.Anon, "{{anon}}") != Yes || ask(keys.Anon, "{{anon.old}}") != No || ask(keys.JWTSecret, "{{jwt_secret}}") != Yes {
		t.Error("what is known is not told")
	}
	if ask(keys.ServiceRole, "{{service_role}}") != unclear {
		t.Error("a role of which nothing is known is told")
	}
	prod.Sites = append(prod.Sites, &sites.Site{
		Slot: keys.Anon, Role: keys.Public, Standing: sites.Accepted, Value: keys.Unknown("a test"), Unit: prod.Unit, Namespace: prod.Namespace,
	})
	if ask(keys.Anon, "{{anon}}") != Yes || ask(keys.Anon, "{{anon.old}}") != unclear {
		t.Error("a credential that is not known refuses a key")
	}
}
