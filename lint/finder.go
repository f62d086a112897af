package lint

import (
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
)

// finder finds the gateways of an inventory.
type finder struct {
	*inventory
	gateways []*gateway
	ignored  []ignoredCredential
	loose    []*render.Unit // of configurations that no other unit is made of
}

// findGateways finds what accepts keys: Envoys, the consumers of Kong's Ingress Controller,
// Kongs, and the configurations that nothing reads.
func findGateways(inv *inventory) *finder {
	f := &finder{inventory: inv}
	f.collectEnvoy()
	f.collectIngressController()
	f.collectKong()
	f.markEaten()
	return f
}

// markEaten remembers the gateways whose configuration or script Flux took something out
// of: what is wrong with them follows from that.
func (f *finder) markEaten() {
	for _, g := range f.gateways {
		for _, o := range g.unit.Objects {
			if o.Namespace == g.namespace && len(f.eatenKeys(o)) > 0 {
				g.eaten = true
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
