package sites

import (
	"fmt"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources/nodes"
)

// A rotation may leave last year's Secret beside the one that is in force: immutable Secrets get
// a new name each time. What nothing reads any more is no truth. And where one workload was
// forgotten, its reference is wrong, and not the Secret, which is right as it is.

// settleGenerations finds the Secrets beside the one in force. Their own sites are idle, and a
// reference to one is where its readers must be edited.
func (c *Collection) settleGenerations() {
	readers := map[*manifest.Object][]*Site{}
	stored := map[*manifest.Object][]*Site{}
	for _, s := range c.Sites {
		switch {
		case s.Entry == nil || s.Entry.Object.Kind != "Secret":
		case s.Standing == Stored:
			stored[s.Entry.Object] = append(stored[s.Entry.Object], s)
		default:
			readers[s.Entry.Object] = append(readers[s.Entry.Object], s)
		}
	}
	for place, inForce := range c.inForce() {
		for o, own := range stored {
			if inForce == nil || o == inForce || own[0].Unit != place.unit || own[0].Namespace != place.namespace || !differ(own, stored[inForce]) {
				continue
			}
			switch read := readers[o]; {
			case len(read) == 0 && !c.isMounted(o) && !c.isNamed(o) && !inventory.IsOffered(o):
				idle(own, fmt.Sprintf("no workload reads it; the stack takes its keys from %s", inventory.Label(inForce)))
			case isWhole(own):
				idle(own, fmt.Sprintf("the stack takes its keys from %s", inventory.Label(inForce)))
				for _, s := range read {
					s.Written, s.InForce = s.At, inventory.Label(inForce)
				}
			}
		}
	}
}

// place is a namespace of a unit.
type place struct {
	unit      *render.Unit
	namespace string
}

// inForce is, for each place, the Secret that the gateway and those services take their keys
// from without which nobody logs in; nil where they are not of one mind.
func (c *Collection) inForce() map[place]*manifest.Object {
	out := map[place]*manifest.Object{}
	for _, s := range c.Sites {
		counts := s.Standing == Accepted || s.Standing == Verifying && (s.Carrier.Backend == "GoTrue" || s.Carrier.Backend == "PostgREST")
		if !counts || s.Entry == nil || s.Entry.Object.Kind != "Secret" {
			continue
		}
		at := place{s.Entry.Unit, s.Entry.Object.Namespace}
		if known, ok := out[at]; ok && known != s.Entry.Object {
			out[at] = nil
		} else {
			out[at] = s.Entry.Object
		}
	}
	return out
}

func idle(group []*Site, why string) {
	for _, s := range group {
		s.Idle = why
	}
}

// differ says whether two Secrets store different keys of one slot.
func differ(a, b []*Site) bool {
	for _, s := range a {
		for _, t := range b {
			if s.Slot == t.Slot && s.Value.IsKnown() && t.Value.IsKnown() && !s.Value.Equal(t.Value) {
				return true
			}
		}
	}
	return false
}

// isWhole says whether a Secret holds keys with the JWT secret that signed them: then nothing in
// it is wrong.
func isWhole(own []*Site) bool {
	signed := 0
	for _, secret := range own {
		for _, s := range own {
			token, ok := s.Token()
			if secret.Slot != keys.JWTSecret || !secret.Value.IsKnown() || !ok {
				continue
			}
			if !token.SignedBy(secret.Value.Text()) {
				return false
			}
			signed++
		}
	}
	return signed > 0
}

// isMounted says whether a pod is shown the Secret as files.
func (c *Collection) isMounted(o *manifest.Object) bool {
	for _, p := range c.Pods {
		if p.Namespace == o.Namespace && p.Mounts(o) {
			return true
		}
	}
	return false
}

// isNamed says whether anything but a pod names the Secret, which may then be read where keylint
// does not follow: the values of a chart that is not here, an operator's object.
func (c *Collection) isNamed(o *manifest.Object) bool {
	pods := map[*manifest.Object]bool{}
	for _, p := range c.Pods {
		pods[p.Object] = true
	}
	for _, u := range c.Units {
		for _, other := range u.Objects {
			if u.Deployed() && other.Name != o.Name && !pods[other] && nodes.Names(other.Root, o.Name) {
				return true
			}
		}
	}
	return false
}
