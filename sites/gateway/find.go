package gateway

import (
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// Found is what accepts keys, and what was to.
type Found struct {
	*inventory.Inventory
	Gateways []*Gateway
	Ignored  []ignored
	Loose    []*render.Unit                   // of configurations that no other unit is made of
	images   []builtImage                     // of Kongs of which it is not known what they read
	configs  map[[32]byte]*sources.KongConfig // of Kongs, as they stand, by their sums
	shown    map[*inventory.Pod]map[string]*template
}

// Find finds what accepts keys: Envoys, the consumers of Kong's Ingress Controller, Kongs, the
// configurations that nothing reads, the policies of Envoy Gateway, and gateways that keylint does not
// read.
func Find(inv *inventory.Inventory) *Found {
	f := &Found{Inventory: inv, configs: map[[32]byte]*sources.KongConfig{}, shown: map[*inventory.Pod]map[string]*template{}}
	f.collectEnvoy()
	f.collectIngressController()
	f.collectKong()
	f.collectSecurityPolicies()
	f.collectUnread()
	f.markEaten()
	return f
}

// markEaten remembers the gateways whose configuration or script Flux took something out
// of: what is wrong with them follows from that.
func (f *Found) markEaten() {
	for _, g := range f.Gateways {
		for _, o := range g.Unit.Objects {
			if o.Namespace == g.Namespace && len(f.EatenKeys(o)) > 0 {
				g.Eaten = true
			}
		}
	}
}

// settle finds the slot of a credential: by its text within the consumer's role, else by the
// placeholder's name, else the legacy key of the role. It is empty where the consumer has no
// role, and neither tells.
func settle(role keys.Role, name keys.Name, value keys.Value) (keys.Slot, keys.Role) {
	if value.IsKnown() {
		if r := keys.Recognize(value.Text()); r != "" && (role == "" || r.Role() == role) {
			return r, r.Role()
		}
	}
	if name.Slot != "" && (role == "" || name.Slot.Role() == role) {
		return name.Slot, name.Slot.Role()
	}
	switch role {
	case keys.Public:
		return keys.Anon, role
	case keys.Server:
		return keys.ServiceRole, role
	}
	return "", role
}
