package inventory

import (
	"slices"

	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
)

// rival is another object by which the same Secret or ConfigMap is made, in the unit or in another one of its
// cluster: an ExternalSecret beside a SealedSecret, say, or a plain one that holds something else. Of two plain ones of one unit its
// builder has the last word.
func (inv *Inventory) rival(u *render.Unit, o *manifest.Object) *manifest.Object {
	for _, other := range u.Objects {
		if other != o && other.Kind == o.Kind && other.Name == o.Name && other.Namespace == o.Namespace && (o.Derived() || other.Derived()) {
			return other
		}
	}
	for _, other := range inv.twins(u, o) {
		if o.Derived() || other.Derived() {
			if other.File != o.File {
				return other
			}
		} else if inv.differ(o, other) {
			return other
		}
	}
	return nil
}

// differ says whether two plain objects may give one of their data keys another value.
func (inv *Inventory) differ(a, b *manifest.Object) bool {
	other := map[string]manifest.Entry{}
	for _, e := range inv.Entries(b) {
		other[e.Key] = e
	}
	return slices.ContainsFunc(inv.Entries(a), func(e manifest.Entry) bool {
		o, ok := other[e.Key]
		return ok && !o.Value.Same(e.Value) && (o.At != e.At || o.Value.IsKnown() && e.Value.IsKnown())
	})
}

// twins are the objects of the same kind, name and namespace in other units of a unit's cluster.
func (inv *Inventory) twins(u *render.Unit, o *manifest.Object) []*manifest.Object {
	if !u.Deployed() || u.Cluster == "" || o.Name == "" {
		return nil
	}
	if inv.placed == nil {
		inv.placed = map[placed][]deployed{}
		for _, v := range inv.Units {
			if !v.Deployed() || v.Cluster == "" {
				continue
			}
			for _, o := range v.Objects {
				at := placed{v.Cluster, o.Kind, o.Namespace, o.Name}
				inv.placed[at] = append(inv.placed[at], deployed{v, o})
			}
		}
	}
	var out []*manifest.Object
	for _, other := range inv.placed[placed{u.Cluster, o.Kind, o.Namespace, o.Name}] {
		if other.unit != u && other.object != o {
			out = append(out, other.object)
		}
	}
	return out
}

// placed is what tells an object in a cluster, deployed one with the unit that deploys it.
type (
	placed   struct{ cluster, kind, namespace, name string }
	deployed struct {
		unit   *render.Unit
		object *manifest.Object
	}
)

// twice says why nothing is known of what a workload is given: another unit of its cluster deploys one of that name, from elsewhere.
func (inv *Inventory) twice(u *render.Unit, o *manifest.Object) string {
	for _, other := range inv.twins(u, o) {
		if other.File != o.File {
			return madeByTwo(o, other)
		}
	}
	return ""
}

func madeByTwo(o, other *manifest.Object) string {
	return Label(o) + " is made by two, in " + o.File + " and in " + other.File + ", and which of them has the last word cannot be told"
}
